//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// A key that could not be deleted.
public struct S3DeletionError: Sendable, Hashable {
    /// The key.
    public var key: String

    /// The store's error code.
    public var code: String

    /// The store's words.
    public var message: String
}
