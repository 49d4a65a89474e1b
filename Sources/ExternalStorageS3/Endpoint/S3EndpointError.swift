//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Why a bucket, a region and the other settings do not lead to an address.
///
/// Nothing was sent.
public struct S3EndpointError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong, in the words AWS's own tools use where they have any.
    public var message: String

    init(_ message: String) {
        self.message = message
    }

    /// The same as ``message``.
    public var description: String { self.message }
}
