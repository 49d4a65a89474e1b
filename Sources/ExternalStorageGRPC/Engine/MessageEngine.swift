//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import ExternalStorageCore
import ExternalStorageWire
import Groundwork
package import GroundworkNIO
import NIOCore

/// Bytes in, bytes out: offloads or resolves the payloads of one message.
///
/// scan (pure) → store or retrieve (the only part that waits) → splice (pure). A message in which nothing changes is
/// not copied: the result is nil, and the caller sends on what it has.
package struct MessageEngine: Sendable {
    /// Nil where nothing is configured: then nothing is stored, and a reference is `[TMPRL1105]` (ES-P8).
    package let storage: ExternalStorage?
    /// The largest message that resolving may make, in bytes.
    package let resolvedMessageLimit: Int
    /// Owns drivers' calls that do not end in time; nil where whoever calls waits for them.
    let overtime: Overtime?

    package init(
        storage: ExternalStorage?,
        resolvedMessageLimit: Int = Int(Int32.max),
        overtime: Overtime? = nil
    ) {
        self.storage = storage
        self.resolvedMessageLimit = resolvedMessageLimit
        self.overtime = overtime
    }

    /// Copying messages that are larger than this, in bytes, is left to other threads than the event loop's.
    static var smallestForOtherThreads: Int { 65_536 }

    var readsLegacyReferences: Bool { self.storage?.configuration.readsLegacyReferences ?? false }

    /// Stores or retrieves on the threads of the global executor, and not for longer than there is time (ES-R6).
    ///
    /// To find out that a message holds nothing takes microseconds, and a call may do that on the event loop of its
    /// connection. Hashing and copying payloads takes milliseconds, which would hold up every other call of the loop.
    ///
    /// - Throws: What `body` throws. `TimeLimitExceeded` at the deadline, even if a driver does not return. So it is with
    ///   `CancellationError` if the task is cancelled.
    func apart<Result: Sendable>(
        until deadline: Deadline?,
        _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        guard let overtime = self.overtime else {
            return try await withTaskExecutorPreference(globalConcurrentExecutor, operation: body)
        }
        do {
            return try await overtime.run(until: deadline, executor: globalConcurrentExecutor, body)
        } catch let error as TooMuchOvertime {
            throw ExternalStorageError(code: .unavailable, message: error.description, cause: error)
        }
    }
}

/// A message and what was found in it.
struct ScannedMessage<Message: MessageBytes>: Sendable {
    /// The message, in its normal form if a singular field stood twice in it.
    var message: Message
    var type: MessageType
    var scan: PayloadScan
    /// Which references count as no sites.
    let kept: KeptReferences

    init(
        _ message: Message,
        as type: MessageType,
        by scanner: PayloadScanner,
        keeping kept: KeptReferences = []
    ) throws(WireError) {
        self.message = message
        self.type = type
        self.kept = kept
        self.scan = try message.withSpan { bytes throws(WireError) in try scanner.scan(bytes, as: type) }
        guard self.scan.needsNormalization else { return }
        let normal = try message.withSpan { bytes throws(WireError) in
            try MessageNormalizer.normalize(bytes, as: type)
        }
        self.message = Message(normal)
        self.scan = try scanner.scan(normal.readableBytesUInt8Span, as: type)
    }

    /// The sites that hold payloads, but for those that are kept as they are.
    var payloadSites: [Int] {
        self.scan.sites.indices.filter { self.scan.sites[$0].kind == .payload && !self.isKept($0) }
    }

    private func isKept(_ site: Int) -> Bool {
        guard !self.kept.isEmpty else { return false }
        // The site itself, for a field of one payload; for one of `Payloads` the frame around it.
        var field = self.scan.sites[site].field
        for frame in self.scan.enclosingFrames(of: self.scan.sites[site]).map({ self.scan.frames[$0] }) {
            if self.kept.contains(field: field, of: frame.type) { return true }
            field = frame.field
        }
        return self.kept.contains(field: field, of: self.type)
    }

    /// The payloads at `sites`, each with bytes of its own.
    func payloads(at sites: [Int]) -> [Payload] {
        self.message.slices(sites.map { self.scan.sites[$0].body }).map(Payload.init(unchecked:))
    }

    /// The outermost frame around a site that satisfies `condition`.
    func outermostFrame(of site: Int, where condition: (PayloadFrame) -> Bool) -> Int? {
        var found: Int?
        for index in self.scan.enclosingFrames(of: self.scan.sites[site]) where condition(self.scan.frames[index]) {
            found = index
        }
        return found
    }

    /// The parts that the server judges by themselves and that are too large as they stand: outermost frames.
    func parts(largerThan limit: Int) -> [Int] {
        self.scan.frames.indices.filter { self.scan.frames[$0].parent < 0 && self.scan.frames[$0].body.count > limit }
    }

    /// The sites that hold payloads, of the whole message or of one part.
    func payloadSites(in part: Int?) -> [Int] {
        self.payloadSites.filter { self.isInside(part, site: $0) }
    }

    /// The size of the message, or of one part, with what was decided on, but for the sizes of enclosing lengths.
    func size(of part: Int?, after changes: MessageChanges) -> Int {
        var size = part.map { self.scan.frames[$0].body.count } ?? self.message.count + changes.suffix.readableBytes
        for frame in changes.removals {
            if frame == part { return 0 }
            let (start, end) = (self.scan.frames[frame].start, self.scan.frames[frame].bodyEnd)
            if part.map({ self.scan.frames[$0].body.contains(start) }) ?? true { size -= end - start }
        }
        return self.scan.sites.indices.reduce(size) { size, site in
            guard let replacement = changes.replacements[site], self.isInside(part, site: site),
                !self.isRemoved(site, by: changes)
            else { return size }
            return size + replacement.readableBytes - self.scan.sites[site].count
        }
    }

    /// Whether a site goes, with a frame around it.
    func isRemoved(_ site: Int, by changes: MessageChanges) -> Bool {
        guard !changes.removals.isEmpty else { return false }
        return self.scan.enclosingFrames(of: self.scan.sites[site]).contains { changes.removals.contains($0) }
    }

    private func isInside(_ part: Int?, site: Int) -> Bool {
        guard let part else { return true }
        return self.scan.frames[part].body.contains(self.scan.sites[site].lengthStart)
    }

    /// The message with what was decided on, or nil if that is the message itself.
    func applying(_ changes: MessageChanges) throws(ExternalStorageError) -> Message? {
        guard !changes.isEmpty else { return nil }
        do throws(WireError) {
            return self.message.spliced(
                by: try PayloadSplicer(
                    scan: self.scan,
                    replacements: changes.replacements,
                    removals: changes.removals,
                    suffix: changes.suffix,
                    sourceCount: self.message.count
                )
            )
        } catch {
            throw .messageTooLarge(sizeInBytes: error.offset, limit: Int(Int32.max))
        }
    }
}

/// What becomes of a message.
struct MessageChanges: Sendable {
    /// Aligned with the sites; nil leaves a site as it is.
    var replacements: [ByteBuffer?]
    /// Frames that go.
    var removals: Set<Int> = []
    /// Fields that come, at the end.
    var suffix = ByteBuffer()
    /// Why answers to queries are no longer in it.
    var failedQueries: [ExternalStorageError] = []

    init(sites: Int) {
        self.replacements = Array(repeating: nil, count: sites)
    }

    var isEmpty: Bool {
        self.removals.isEmpty && self.suffix.readableBytes == 0 && self.replacements.allSatisfy { $0 == nil }
    }
}
