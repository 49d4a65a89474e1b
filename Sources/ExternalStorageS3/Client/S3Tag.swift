//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// A tag of an object.
public struct S3Tag: Sendable, Hashable {
    /// The name, at most 128 characters.
    public var name: String

    /// The value, at most 256 characters.
    public var value: String

    /// Creates a tag.
    ///
    /// - Parameters:
    ///   - name: The name.
    ///   - value: The value.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}
