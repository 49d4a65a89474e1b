//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// What a driver is asked to do.
package enum StorageOperation: String, Sendable, CustomStringConvertible {
    case store
    case retrieve

    /// The verb.
    package var description: String { self.rawValue }
}
