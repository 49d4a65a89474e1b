//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Crypto
import ExternalStorageCodecServer
import ExternalStorageCore
import Foundation
import Logging
import ServiceLifecycle
import UnixSignals

/// A codec server with a codec of its own: what `temporal-storage codec-server` cannot know.
///
///     encrypting-codec-server PORT STORE [ORIGIN]
///
/// STORE is a directory that the workers share; `none` stands for a server that only encrypts, to which workers may be
/// pointed as their remote codec. The key is in the variable CODEC_KEY: 64 hexadecimal digits.
@main
struct EncryptingCodecServer {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count >= 3, let port = Int(arguments[1]),
            let key = ProcessInfo.processInfo.environment["CODEC_KEY"].flatMap({ PayloadDigest(hexadecimal: $0) })
        else {
            FileHandle.standardError.write(
                Data("usage: CODEC_KEY=… encrypting-codec-server PORT STORE [ORIGIN]\n".utf8)
            )
            exit(64)
        }
        let logger = Logger(label: "encrypting-codec-server")

        var configuration = CodecServer.Configuration()
        configuration.port = port
        configuration.codecsBeforeStorage = [EncryptionCodec(keyName: "example", key: SymmetricKey(data: key.bytes))]
        configuration.crossOrigin.origins = Set(arguments.dropFirst(3))

        var storage: ExternalStorage?
        if arguments[2] != "none" {
            var settings = ExternalStorage.Configuration()
            // What is cached would come on top of the memory that the server may use.
            settings.cache = .disabled
            storage = try ExternalStorage(
                driver: LocalDiskStorageDriver(root: arguments[2]),
                configuration: settings,
                logger: logger
            )
        }
        let server = try CodecServer(storage: storage, configuration: configuration, logger: logger) { port in
            print("listening on http://127.0.0.1:\(port)")
            fflush(nil)
        }
        let group = ServiceGroup(
            configuration: .init(services: [server], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        )
        try await group.run()
    }
}
