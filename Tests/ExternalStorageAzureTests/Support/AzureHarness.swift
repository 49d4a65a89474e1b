//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AsyncHTTPClient
import CredentialExchange
import ExternalStorageCore
import FakeStores
import Foundation
import Logging
import NIOCore
import StoreHTTP

@testable import ExternalStorageAzure

/// A store in memory, a driver for it, and the clock between them.
struct AzureHarness {
    /// The development account of Azurite, whose key is published.
    static let account = "devstoreaccount1"
    static let key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="

    var store: FakeAzure
    var server: LoopbackServer
    var clock: TestClock
    var httpClient: HTTPClient

    /// 2026-11-29T10:00:10Z, ten seconds after what the store has was written.
    static let now: Int64 = 1_795_946_410

    /// Where the double is.
    var endpointURL: String { "\(self.server.url)/\(Self.account)" }

    static func run<Result>(_ body: (AzureHarness) async throws -> Result) async throws -> Result {
        let store = FakeAzure(account: Self.account, key: Self.key)
        return try await store.run { server in
            var configuration = HTTPClient.Configuration.forStores
            configuration.timeout.connect = .seconds(60)
            let httpClient = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
            do {
                let harness = AzureHarness(store: store, server: server, clock: TestClock(), httpClient: httpClient)
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
        _ credentials: AzureCredentials = .sharedKey(Self.key),
        machine: CredentialMachine? = nil,
        _ change: (inout AzureStorageDriver.Configuration) -> Void = { _ in }
    ) throws -> AzureStorageDriver {
        var configuration = AzureStorageDriver.Configuration()
        change(&configuration)
        return try AzureStorageDriver(
            .fixed("payloads"),
            connection: AzureConnection(
                account: Self.account,
                endpointURL: self.endpointURL,
                credentials: credentials
            ),
            configuration: configuration,
            surroundings: StoreSurroundings(
                lanes: HTTPLanes(self.httpClient),
                clock: self.clock,
                machine: machine ?? .test(clock: self.clock)
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
        clock: any Clock<Duration> = TestClock()
    ) -> Self {
        Self(
            environment: environment,
            readFile: { files[$0].map { Array($0.utf8) } },
            transport: PatientTransport(),
            localTransport: PatientTransport(),
            commands: NoCommands(),
            clock: clock,
            now: { AzureHarness.now },
            random: { 1 }
        )
    }
}

/// Gives every exchange a minute: on a machine that does much else, three seconds are soon over.
private struct PatientTransport: CredentialsTransport {
    func send(_ request: CredentialsRequest) async throws -> CredentialsResponse {
        var request = request
        request.timeout = .seconds(60)
        return try await HTTPClientTransport.shared.send(request)
    }
}

private struct NoCommands: CommandRunner {
    struct Asked: Error {}

    func run(_ command: String, environment: [String: String]) async throws -> CommandResult { throw Asked() }
}

/// Where the vectors lie, and how they are read.
enum Vectors {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Vectors")

    static func decode<Value: Decodable>(_ path: String) throws -> Value {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Value.self, from: Data(contentsOf: self.folder.appending(path: path)))
    }
}
