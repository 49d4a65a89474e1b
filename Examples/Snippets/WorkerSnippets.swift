//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import Foundation
import GRPCNIOTransportHTTP2Posix
import Logging
import NIOCore
import ServiceLifecycle
import TemporalNative
import UnixSignals

/// What README, articles and docstrings show of workers and of values that stay where they are.
enum WorkerSnippets {
    static func readme(driver: any StorageDriver, logger: Logger) async throws {
        // snippet.begin
        try await TemporalClient.connect(
            target: .dns(host: "localhost", port: 7233),
            externalStorage: ExternalStorage(driver: driver, logger: logger),
            logger: logger
        ) { client in
            let worker = try TemporalWorker(client: client, taskQueue: "video") {
                // The film is not downloaded before it is read.
                Activity("transcode") { (film: Stored<Data>) in try await transcode(film) }
            }
            try await worker.run()
        }
        // snippet.end
    }

    static func transcode(_ film: Stored<Data>) async throws -> Stored<Data> { film }

    static func services(client: TemporalClient, database: Database, logger: Logger) async throws {
        // snippet.begin
        let worker = try TemporalWorker(client: client, taskQueue: "orders") {
            Activity("greet") { (name: String) in "Hello, \(name)!" }
            Orders(database: database)
        }
        let services = ServiceGroup(services: [client, worker], gracefulShutdownSignals: [.sigterm], logger: logger)
        try await services.run()
        // snippet.end
    }

    static func worker(client: TemporalClient, database: Database) async throws {
        // snippet.begin
        let worker = try TemporalWorker(client: client, taskQueue: "orders") {
            Activity("greet") { (name: String) in "Hello, \(name)!" }
            Orders(database: database)
        }
        try await worker.run()
        // snippet.end
    }

    static func activities(orders: Orders) -> [Activity] {
        // snippet.begin
        let activities = [
            Activity("greet") { (name: String) in "Hello, \(name)!" },
            Activity("charge", orders.charge),
        ]
        // snippet.end
        return activities
    }

    static func stored(needsThumbnail: Bool) -> Activity {
        // snippet.begin
        Activity("thumbnail") { (image: Stored<ByteBuffer>) -> Stored<ByteBuffer> in
            guard needsThumbnail else { return image }  // the reference, unread and not stored again
            return try await .store(scale(image.value(), to: 80))
        }
        // snippet.end
    }

    static func store(_ text: String) async throws -> Stored<String> {
        // snippet.begin
        let report = try await Stored.store(text)
        // snippet.end
        return report
    }

    static func approval() -> Activity {
        // snippet.begin
        Activity("approve") { (request: Order) -> Receipt in
            try await mail(request, token: ActivityContext.current?.info.taskToken)
            throw ActivityResultPending()
        }
        // snippet.end
    }

    static func mail(_ order: Order, token: Data?) async throws {}

    static func heartbeats(database: Database) -> Activity {
        // snippet.begin
        Activity("import") { (rows: [Order]) in
            guard let context = ActivityContext.current else { return }
            let done = try await context.heartbeatDetails(as: Int?.self) ?? 0
            for index in done..<rows.count {
                try await database.insert(rows[index])
                context.heartbeat(index + 1)
            }
        }
        // snippet.end
    }

    static func failure() throws {
        // snippet.begin
        throw ApplicationFailure("no such account", type: "AccountMissing", isNonRetryable: true)
        // snippet.end
    }

    static func chunks(of report: Stored<ByteBuffer>, to file: File) async throws {
        // snippet.begin
        for try await chunk in report.bytes { try await file.append(chunk) }
        // snippet.end
    }

    static func scale(_ image: ByteBuffer, to width: Int) -> ByteBuffer { image }
}

struct Database: Sendable {
    func insert(_ order: Order) async throws {}

    func dump(_ query: String) async throws -> String { query }
}

struct File: Sendable {
    func append(_ chunk: ByteBuffer) async throws {}
}

// snippet.begin
struct Orders: ActivityContainer {
    let database: Database

    func charge(_ order: Order, note: String?) async throws -> Receipt {
        try await self.database.insert(order)
        return Receipt()
    }

    var activities: [Activity] {
        Activity("charge", self.charge)
    }
}
// snippet.end

private func scale(_ image: ByteBuffer, to width: Int) -> ByteBuffer { WorkerSnippets.scale(image, to: width) }

// snippet.begin
struct Images: ActivityContainer {
    func thumbnail(_ image: Stored<ByteBuffer>, width: Int) async throws -> Stored<ByteBuffer> {
        guard width > 0 else { return image }  // the reference: nothing is loaded or stored
        let original = try await image.value()  // loaded here, once
        return try await .store(scale(original, to: width))
    }

    var activities: [Activity] {
        Activity("thumbnail", self.thumbnail)
    }
}
// snippet.end

struct Exports: Sendable {
    var database = Database()

    // snippet.begin
    func export(_ query: String) async throws -> Stored<ByteBuffer> {
        let path = try await database.dump(query)
        return try await .store(contentsOf: path)
    }
    // snippet.end
}
