//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Why bytes are not a protobuf message.
///
/// The set is closed and internal to the package: who reads a message decides what it means for the call.
package struct WireError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    package enum Kind: String, Hashable, Sendable {
        /// The bytes end inside a field.
        case truncated
        /// A varint of more than ten bytes, or a tag that no encoder writes.
        case malformedVarint
        /// Field number zero, or one above 2^29 - 1.
        case invalidFieldNumber
        /// Wire type 6 or 7.
        case invalidWireType
        /// A group that is not closed, or closed by another number.
        case unbalancedGroup
        /// Messages or groups nested deeper than ``PayloadScanner/depthLimit``.
        case tooDeep
        /// More than 2 GiB, the largest message protobuf knows.
        case tooLarge
        /// A replacement for a payload that is not there.
        case unknownSite
    }

    package var kind: Kind
    /// Where in the message, in bytes from its start.
    package var offset: Int

    package init(_ kind: Kind, at offset: Int) {
        self.kind = kind
        self.offset = offset
    }

    package var description: String { "\(self.kind.rawValue) at byte \(self.offset)" }
}
