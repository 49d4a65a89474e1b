//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import NIOCore

/// Reads the serialized bytes of one payload, front to back, once.
///
/// What a ``StreamingStorageDriver`` implements for its own store; ``PayloadChunks`` makes a sequence of it.
public protocol PayloadChunkReader {
    /// The next bytes, as many as fit the reader best: some megabytes.
    ///
    /// - Returns: The bytes; nil at the end, and from then on.
    /// - Throws: ``ExternalStorageError`` with the code that fits; `CancellationError` if the task is cancelled. It is
    ///   not called again afterwards.
    mutating func next() async throws -> ByteBuffer?
}
