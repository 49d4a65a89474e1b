//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore

/// The marks of complete passes: what at least one of them saw referenced, and which runs the last one read.
package final class MarkSet: Sendable {
    private let marks: [HashSetFile]
    private let seen: [HashSetFile]

    /// - Parameters:
    ///   - passes: The directories of all namespaces of all passes that count.
    ///   - last: Those of the last pass.
    /// - Throws: `OperationsError` if a file of marks is not there or damaged.
    package init(passes: [StateDirectory], last: [StateDirectory]) throws(OperationsError) {
        var marks: [HashSetFile] = []
        for directory in passes { marks.append(try HashSetFile("marks", in: directory)) }
        var seen: [HashSetFile] = []
        for directory in last { seen.append(try HashSetFile("seen", in: directory)) }
        self.marks = marks
        self.seen = seen
    }

    /// Whether anything refers to an object of this key, in whatever bucket.
    ///
    /// Blocks the thread.
    package func isReferenced(key: String) throws(OperationsError) -> Bool {
        let mark = ReferenceLocator.mark(ofKey: key)
        for file in self.marks where try file.contains(mark) { return true }
        return false
    }

    /// Whether a run was read.
    ///
    /// Blocks the thread.
    package func wasRead(run runID: String, ofWorkflow id: String) throws(OperationsError) -> Bool {
        for kind in [RootKind.workflows, .systemWorkflows] {
            let mark = ReferenceLocator.mark(of: RootItem(id: id, runID: runID), kind)
            for file in self.seen where try file.contains(mark) { return true }
        }
        return false
    }
}
