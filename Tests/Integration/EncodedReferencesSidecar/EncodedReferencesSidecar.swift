//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageGRPC
import ExternalStorageProxy
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Logging
import ServiceLifecycle
import TemporalTransport
import UnixSignals

/// A sidecar that writes encoded references (ES-W4), as a user makes one of the library: a codec is code, so the command
/// has no option for it.
///
///     EncodedReferencesSidecar TARGET-PORT STORE encoded|reading
///
/// Listens on a free loopback port, and says on standard output where.
@main
struct EncodedReferencesSidecar {
    static func main() async throws {
        guard CommandLine.arguments.count == 4, let port = Int(CommandLine.arguments[1]) else {
            print("usage: EncodedReferencesSidecar TARGET-PORT STORE encoded|reading")
            return
        }
        let logger = Logger(label: "encoded-references", factory: { StreamLogHandler.standardError(label: $0) })
        var configuration = ExternalStorage.Configuration()
        configuration.references =
            CommandLine.arguments[3] == "encoded" ? .encoded(MaskingCodec()) : .plain(reading: MaskingCodec())
        let storage = try ExternalStorage(
            driver: LocalDiskStorageDriver(root: CommandLine.arguments[2]),
            configuration: configuration,
            logger: logger
        )
        let server = try HTTP2CallTransport(target: .ipv4(address: "127.0.0.1", port: port))
        let proxy = ExternalStorageProxy(
            listeningOn: .ipv4(host: "127.0.0.1", port: 0),
            forwardingTo: ExternalStorageTransport(wrapping: server, storage: storage, logger: logger),
            named: "127.0.0.1:\(port)",
            logger: logger
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await ServiceGroup(services: [proxy], gracefulShutdownSignals: [.sigterm], logger: logger).run()
            }
            let address = try await proxy.listeningAddress
            StandardOutput.write("listening on 127.0.0.1:\(address.ipv4?.port ?? 0), forwarding to 127.0.0.1:\(port)\n")
            try await group.waitForAll()
        }
    }
}
