//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import NIOCore

/// The value of a payload that is read in chunks: the bytes of its `data` field.
///
/// The metadata comes first; it can be looked at, and refused, before the first byte of the value is handed out. At the
/// end stands the same proof as that of ``PayloadChunks``.
///
/// - Note: Protobuf allows data before metadata and data that comes twice, although no SDK writes it. Such a payload is
///   refused with ``ExternalStorageError/Code/malformedPayload``; loaded as a whole it can be read.
public struct PayloadData: AsyncSequence, Sendable {
    /// Some of the bytes, in order.
    public typealias Element = ByteBuffer
    /// Whatever the reader or the check throws.
    public typealias Failure = any Error
    /// Looks at the metadata.
    public typealias Check = @Sendable (_ metadata: [String: [UInt8]]) throws -> Void

    private let chunks: PayloadChunks
    private let check: Check

    /// The value inside of serialized bytes.
    ///
    /// - Parameters:
    ///   - chunks: The serialized payload.
    ///   - check: Is shown all metadata before the first byte; what it throws ends the iteration. It is also called for
    ///     a payload without data.
    public init(_ chunks: PayloadChunks, check: @escaping Check = { _ in }) {
        self.chunks = chunks
        self.check = check
    }

    /// Begins an iteration.
    ///
    /// - Returns: An iterator; nothing is read before its first chunk is asked for.
    public func makeAsyncIterator() -> Iterator {
        Iterator(chunks: self.chunks.makeAsyncIterator(), check: self.check)
    }

    /// One iteration.
    public struct Iterator: AsyncIteratorProtocol {
        private var chunks: PayloadChunks.Iterator
        private let check: Check
        private var parser = PayloadStreamParser()
        /// What has been read and not handed out, the next at the end.
        private var events: [PayloadStreamParser.Event] = []
        private var hasEnded = false

        init(chunks: PayloadChunks.Iterator, check: @escaping Check) {
            self.chunks = chunks
            self.check = check
        }

        /// The next bytes of the value; see ``next(isolation:)``.
        ///
        /// - Returns: Some bytes, never none; nil at the end.
        /// - Throws: As ``next(isolation:)``.
        public mutating func next() async throws -> ByteBuffer? {
            try await self.next(isolation: nil)
        }

        /// The next bytes of the value.
        ///
        /// - Parameter actor: Where the caller runs.
        /// - Returns: Some bytes, never none; nil at the end.
        /// - Throws: ``ExternalStorageError``: `malformedPayload`, `corrupted` in place of the last bytes, else what the
        ///   driver throws; what the check throws; `CancellationError`. Afterwards the iteration is over.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws(any Error) -> ByteBuffer? {
            do {
                while true {
                    while let event = self.events.popLast() {
                        switch event {
                        case .beginsData(let metadata): try self.check(metadata)
                        case .data(let bytes): return bytes
                        }
                    }
                    guard !self.hasEnded else { return nil }
                    let chunk = try await self.chunks.next(isolation: actor)
                    self.hasEnded = chunk == nil
                    self.events = try self.parse(chunk).reversed()
                }
            } catch {
                self.hasEnded = true
                self.events = []
                throw error
            }
        }

        private mutating func parse(
            _ chunk: ByteBuffer?
        ) throws(ExternalStorageError) -> [PayloadStreamParser.Event] {
            do throws(PayloadStreamParser.Failure) {
                guard let chunk else { return try self.parser.finish() }
                return try self.parser.feed(chunk)
            } catch {
                throw ExternalStorageError(code: .malformedPayload, message: error.description)
            }
        }
    }
}
