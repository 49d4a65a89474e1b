//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
public import NIOCore

extension Stored {
    /// The bytes of the value, in chunks, without having all of them in memory.
    ///
    /// They are the `data` of the payload as a converter wrote it: for bytes the value itself, for `Codable` values their
    /// JSON text. A codec can only undo whole payloads: with one, all of them are loaded at the first chunk.
    public var bytes: StoredBytes { StoredBytes(payload: self.payload, context: self.context) }
}

/// The bytes of a ``Stored`` value, in chunks of some megabytes.
///
/// What comes from external storage is compared with its digest at the end: if it is not what was stored, iterating throws
/// in place of the last chunk (ES-D3). Whoever has written the chunks to a file removes it then.
///
/// Every iteration reads from the start again, from the cache of the external storage if it is there; what is read in
/// chunks is not kept.
public struct StoredBytes: AsyncSequence, Sendable {
    /// Some of the bytes, in order.
    public typealias Element = ByteBuffer
    /// What reading throws.
    public typealias Failure = any Error

    let payload: Payload
    let context: PayloadContext

    /// Begins an iteration.
    ///
    /// - Returns: An iterator; nothing is read before its first chunk is asked for.
    public func makeAsyncIterator() -> Iterator {
        Iterator(payload: self.payload, context: self.context)
    }

    /// One iteration.
    public struct Iterator: AsyncIteratorProtocol {
        private enum State {
            case idle
            case streaming(PayloadData.Iterator)
            case ended
        }

        private let payload: Payload
        private let context: PayloadContext
        private var state = State.idle

        init(payload: Payload, context: PayloadContext) {
            self.payload = payload
            self.context = context
        }

        /// The next bytes; see ``next(isolation:)``.
        ///
        /// - Returns: Some bytes, never none; nil at the end.
        /// - Throws: As ``next(isolation:)``.
        public mutating func next() async throws -> ByteBuffer? {
            try await self.next(isolation: nil)
        }

        /// The next bytes.
        ///
        /// - Parameter actor: Where the caller runs.
        /// - Returns: Some bytes, never none; nil at the end.
        /// - Throws: `ExternalStorageError` if they cannot be loaded: `corrupted` in place of the last ones.
        ///   ``TemporalError/Code/codecFailed``. `CancellationError`. Afterwards the iteration is over.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws(any Error) -> ByteBuffer? {
            do {
                switch self.state {
                case .ended: return nil
                case .streaming(var iterator):
                    let chunk = try await iterator.next(isolation: actor)
                    self.state = chunk == nil ? .ended : .streaming(iterator)
                    return chunk
                case .idle:
                    guard !self.context.isOfWorkflowCode else { throw Stored<[UInt8]>.loadedByWorkflow }
                    if let iterator = try await self.stream() {
                        self.state = .streaming(iterator)
                        return try await self.next(isolation: actor)
                    }
                    self.state = .ended
                    let data = try await self.context.decode([self.payload])[0].data
                    return data.readableBytes == 0 ? nil : data
                }
            } catch {
                self.state = .ended
                throw error
            }
        }

        /// Nil if the value has to be loaded as a whole, or is here already.
        private func stream() async throws -> PayloadData.Iterator? {
            guard self.context.converter.codecs.isEmpty, self.context.isReference(self.payload),
                let storage = self.context.externalStorage
            else { return nil }
            let chunks = try await storage.chunks(of: self.payload, namespace: self.context.namespace)
            return PayloadData(chunks).makeAsyncIterator()
        }
    }
}
