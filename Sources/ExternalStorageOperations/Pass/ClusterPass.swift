//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import ExternalStorageCore
import NIOCore

/// A pass over several namespaces, one after the other, into a directory of its own.
package struct ClusterPass: Sendable {
    /// What is kept of it, besides what was found.
    package struct Record: Sendable, Codable, Hashable {
        /// The times of the stores when it began, by driver and container (ES-G4).
        package var began: [String: Int64] = [:]
        /// And when it ended; empty until then.
        package var ended: [String: Int64] = [:]
        package var namespaces: [String] = []
        /// The ids of the namespaces when they were read.
        package var identities: [String: String] = [:]
        /// Whether it was complete; false until it ended.
        package var isComplete = false
        /// Whether what it made deletable has been deleted.
        package var isCollected = false
        /// What read it; nil if that was a version which did not say.
        package var reader: String? = Self.reader

        /// This version, with all that it knows of servers: what another one has not looked for may be there.
        package static let reader = "\(ProductVersion.text), servers up to \(ServerVersion.newestKnown)"

        package init() {}

        /// The earliest of the times at which it began.
        package var begin: Int64? { self.began.values.min() }
        /// The latest of the times at which it ended.
        package var end: Int64? { self.ended.values.max() }
    }

    package let storage: ExternalStorage
    package let caller: any TemporalCaller
    package let directory: StateDirectory
    package let namespaces: [String]
    package let streams: Int
    package let examiner: (any ReferenceExaminer)?
    package let progress: PassProgress

    package init(
        storage: ExternalStorage,
        caller: any TemporalCaller,
        directory: StateDirectory,
        namespaces: [String],
        streams: Int = 4,
        examiner: (any ReferenceExaminer)? = nil,
        progress: PassProgress = PassProgress()
    ) {
        self.storage = storage
        self.caller = caller
        self.directory = directory
        self.namespaces = namespaces
        self.streams = streams
        self.examiner = examiner
        self.progress = progress
    }

    /// Reads, or goes on reading.
    ///
    /// - Parameter telling: Whether the stores are asked for the time, for which some want to be written to.
    /// - Returns: The record, and what was found in each namespace.
    /// - Throws: As ``NamespacePass/run()``.
    package func run(telling: Bool) async throws -> (record: Record, summaries: [NamespaceSummary]) {
        var record = try await self.load() ?? Record()
        if record.namespaces.isEmpty {
            record.namespaces = self.namespaces
            // Before anything is read: what is written from now on is none of this pass's.
            if telling { record.began = try await Self.times(of: self.storage) }
            try await self.save(record)
        }
        guard record.reader == Record.reader else {
            throw OperationsError(
                .refused,
                "the state in \(self.directory.path) is of another version of this command, which may not have looked "
                    + "everywhere; begin afresh in another directory"
            )
        }
        guard record.namespaces == self.namespaces else {
            throw OperationsError(
                .refused,
                "the state in \(self.directory.path) is of the namespaces \(record.namespaces.joined(separator: ", ")); "
                    + "name the same ones to go on, or begin afresh in another directory"
            )
        }
        var summaries: [NamespaceSummary] = []
        for namespace in self.namespaces {
            let directory = try await self.blocking { try Self.directory(of: namespace, in: $0) }
            let pass = NamespacePass(
                reader: NamespaceReader(
                    caller: self.caller,
                    finder: ReferenceFinder(storage: self.storage),
                    namespace: namespace
                ),
                locator: ReferenceLocator(storage: self.storage),
                directory: directory,
                streams: self.streams,
                examiner: self.examiner,
                progress: self.progress
            )
            summaries.append(try await pass.run())
        }
        if record.ended.isEmpty || !record.isComplete {
            if telling { record.ended = try await Self.times(of: self.storage) }
            record.isComplete = summaries.allSatisfy(\.isComplete)
            for summary in summaries { record.identities[summary.identity.name] = summary.identity.id }
            try await self.save(record)
        }
        return (record, summaries)
    }

    /// Where what was found in a namespace is.
    package static func directory(
        of namespace: String,
        in directory: StateDirectory
    ) throws(OperationsError) -> StateDirectory {
        // Names may hold anything; digests do not.
        let digest = PayloadDigest(hashing: ByteBuffer(string: namespace)).hexadecimal
        return try directory.directory("namespace-\(digest.prefix(16))")
    }

    /// The times of all stores that can be looked around in.
    package static func times(of storage: ExternalStorage) async throws -> [String: Int64] {
        var times: [String: Int64] = [:]
        for case let driver as any MaintainableStorageDriver in storage.drivers {
            for container in try driver.containers() {
                times["\(driver.name)/\(container)"] = try await driver.currentTime(in: container)
            }
        }
        return times
    }

    private func load() async throws -> Record? {
        try await self.blocking { try $0.load("pass.json") }
    }

    private func save(_ record: Record) async throws {
        try await self.blocking { try $0.save(record, to: "pass.json") }
    }

    private func blocking<Output: Sendable>(
        _ body: @escaping @Sendable (StateDirectory) throws -> Output
    ) async throws -> Output {
        let directory = self.directory
        return try await BlockingWork.run { try body(directory) }
    }
}
