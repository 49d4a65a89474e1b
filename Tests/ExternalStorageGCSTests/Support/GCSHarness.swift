//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AsyncHTTPClient
import CredentialExchange
import ExternalStorageCore
import FakeStores
import Logging
import NIOCore
import StoreHTTP
import Synchronization

@testable import ExternalStorageGCS

/// A store in memory, a driver for it, and the clock between them.
struct GCSHarness {
    var store: FakeGCS
    var server: LoopbackServer
    var clock: TestClock
    var httpClient: HTTPClient

    /// 2026-11-29T10:00:10Z, ten seconds after what the store has was written.
    static let now: Int64 = 1_795_946_410

    static func run<Result>(_ body: (GCSHarness) async throws -> Result) async throws -> Result {
        let store = FakeGCS()
        return try await store.run { server in
            var configuration = HTTPClient.Configuration.forStores
            configuration.timeout.connect = .seconds(60)
            let httpClient = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
            do {
                let harness = GCSHarness(store: store, server: server, clock: TestClock(), httpClient: httpClient)
                let result = try await body(harness)
                try await httpClient.shutdown()
                return result
            } catch {
                try await httpClient.shutdown()
                throw error
            }
        }
    }

    func driver(
        _ credentials: GoogleCredentials = .anonymous,
        _ change: (inout GCSStorageDriver.Configuration) -> Void = { _ in }
    ) throws -> GCSStorageDriver {
        var configuration = GCSStorageDriver.Configuration()
        configuration.endpointURL = self.server.url
        change(&configuration)
        return try GCSStorageDriver(
            buckets: .fixed("payloads"),
            credentials: credentials,
            configuration: configuration,
            surroundings: StoreSurroundings(
                lanes: HTTPLanes(self.httpClient),
                clock: self.clock,
                machine: .test(clock: self.clock)
            ),
            logger: Logger(label: "test")
        )
    }

    static func store(_ target: StorageDriverTarget? = nil) -> StorageDriverStoreContext {
        StorageDriverStoreContext(target: target, namespace: "default", limiter: StorageLimiter(permits: 8))
    }

    static var retrieve: StorageDriverRetrieveContext {
        StorageDriverRetrieveContext(namespace: "default", limiter: StorageLimiter(permits: 8))
    }

    static func payload(_ text: String = "hello", sizeInBytes: Int = 0) -> Payload {
        var data = ByteBuffer(string: text)
        data.writeRepeatingByte(UInt8(ascii: "x"), count: max(0, sizeInBytes - text.utf8.count))
        return Payload(metadata: ["encoding": Array("binary/plain".utf8)], data: data)
    }
}

extension CredentialMachine {
    /// A machine of variables and files that a test gives, in front of the real loopback.
    static func test(
        _ environment: [String: String] = [:],
        files: [String: String] = [:],
        commands: any CommandRunner = NoCommands(),
        clock: any Clock<Duration> = TestClock(),
        now: @escaping @Sendable () -> Int64 = { GCSHarness.now }
    ) -> Self {
        Self(
            environment: environment,
            readFile: { files[$0].map { Array($0.utf8) } },
            transport: PatientTransport(),
            localTransport: PatientTransport(),
            commands: commands,
            clock: clock,
            now: now,
            random: { 1 }
        )
    }
}

/// Runs nothing.
struct NoCommands: CommandRunner {
    struct Asked: Error {}

    func run(_ command: String, environment: [String: String]) async throws -> CommandResult { throw Asked() }
}

/// Gives every exchange a minute: on a machine that does much else, three seconds are soon over.
struct PatientTransport: CredentialsTransport {
    func send(_ request: CredentialsRequest) async throws -> CredentialsResponse {
        var request = request
        request.timeout = .seconds(60)
        return try await HTTPClientTransport.shared.send(request)
    }
}
