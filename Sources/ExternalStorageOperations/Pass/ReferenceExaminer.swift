//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import ExternalStorageCore

/// Looks at references while a pass finds them.
package protocol ReferenceExaminer: Sendable {
    /// Looks at one reference.
    ///
    /// - Parameters:
    ///   - sighting: The reference and where it stands.
    ///   - item: In what.
    ///   - kind: The kind of that.
    ///   - location: Where its object is; nil if its driver cannot tell.
    ///   - namespace: The namespace.
    /// - Returns: What is wrong with it; nil if nothing is.
    /// - Throws: `CancellationError`; anything else ends the pass.
    func examine(
        _ sighting: ReferenceSighting,
        in item: RootItem,
        _ kind: RootKind,
        at location: StoredObjectLocation?,
        namespace: String
    ) async throws -> ReferenceFinding?
}
