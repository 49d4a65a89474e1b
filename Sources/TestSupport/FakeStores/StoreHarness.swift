//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import AsyncHTTPClient
package import CredentialExchange
package import ExternalStorageCore
internal import NIOCore
internal import StoreHTTP

/// A driver of an object store on a double of its store: what the tests of all of them use.
package protocol StoreHarness {}

extension StoreHarness {
    /// 2026-11-29T10:00:10Z, ten seconds after what the doubles have was written.
    package static var now: Int64 { 1_795_946_410 }

    package static func store(_ target: StorageDriverTarget? = nil) -> StorageDriverStoreContext {
        StorageDriverStoreContext(target: target, namespace: "default", limiter: StorageLimiter(permits: 8))
    }

    package static var retrieve: StorageDriverRetrieveContext {
        StorageDriverRetrieveContext(namespace: "default", limiter: StorageLimiter(permits: 8))
    }

    package static func payload(_ text: String = "hello", sizeInBytes: Int = 0) -> Payload {
        var data = ByteBuffer(string: text)
        data.writeRepeatingByte(UInt8(ascii: "x"), count: max(0, sizeInBytes - text.utf8.count))
        return Payload(metadata: ["encoding": Array("binary/plain".utf8)], data: data)
    }

    /// Lends a client of one's own, which waits for connections as long as tests do.
    package static func withHTTPClient<Result>(_ body: (HTTPClient) async throws -> Result) async throws -> Result {
        var configuration = HTTPClient.Configuration.forStores
        configuration.timeout.connect = .seconds(60)
        let httpClient = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        do {
            let result = try await body(httpClient)
            try await httpClient.shutdown()
            return result
        } catch {
            try await httpClient.shutdown()
            throw error
        }
    }
}

extension CredentialMachine {
    private struct Time: StoreHarness {}

    /// A machine of variables and files that a test gives, in front of the real loopback.
    package static func test(
        _ environment: [String: String] = [:],
        files: [String: String] = [:],
        commands: any CommandRunner = NoCommands(),
        clock: any Clock<Duration> = TestClock()
    ) -> Self {
        Self(
            environment: environment,
            readFile: { files[$0].map { Array($0.utf8) } },
            transport: PatientTransport(),
            localTransport: PatientTransport(),
            commands: commands,
            clock: clock,
            now: { Time.now },
            random: { 1 }
        )
    }
}

/// Runs nothing.
package struct NoCommands: CommandRunner {
    package struct Asked: Error {}

    package init() {}

    package func run(_ command: String, environment: [String: String]) async throws -> CommandResult { throw Asked() }
}

/// Waits for answers as long as tests do.
private struct PatientTransport: CredentialsTransport {
    func send(_ request: CredentialsRequest) async throws -> CredentialsResponse {
        var request = request
        request.timeout = .seconds(60)
        return try await HTTPClientTransport.shared.send(request)
    }
}
