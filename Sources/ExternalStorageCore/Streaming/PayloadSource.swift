//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import NIOCore

/// Bytes that can be read as often as needed: the value of a payload that is not in memory.
///
/// What is read must be the same every time: a payload is hashed first and sent afterwards. If it is not, the store
/// fails, and nothing refers to what was sent.
public protocol PayloadSource: Sendable {
    /// How many bytes there are.
    var sizeInBytes: Int { get }

    /// Reads some of the bytes; called by one task at a time, in any order.
    ///
    /// - Parameter range: Which bytes: within 0 and ``sizeInBytes``, not empty.
    /// - Returns: Exactly these bytes.
    /// - Throws: Anything; the store fails with it. `CancellationError` if the task is cancelled.
    func read(_ range: Range<Int>) async throws -> ByteBuffer
}
