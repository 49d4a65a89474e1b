//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// What a pass over a namespace found.
package struct NamespaceSummary: Sendable, Codable {
    package var identity: NamespaceIdentity
    package var result: PartResult

    /// Whether everything was read and understood: the only ground for saying that nothing refers to something.
    package var isComplete: Bool { self.result.problemCount == 0 }

    /// Whether reading once more would find nothing else than that.
    var isFinal: Bool { !self.result.isWorthRepeating && self.isComplete }
}
