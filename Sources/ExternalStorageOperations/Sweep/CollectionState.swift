//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore

/// The passes of a collection, in a directory: each in one of its own, with a number for a name.
package struct CollectionState: Sendable {
    /// A pass that is there.
    package struct Pass: Sendable {
        package var number: Int
        package var directory: StateDirectory
        package var record: ClusterPass.Record

        /// What was found in its namespaces.
        package func namespaceDirectories() throws(OperationsError) -> [StateDirectory] {
            var directories: [StateDirectory] = []
            for name in self.record.namespaces {
                directories.append(try ClusterPass.directory(of: name, in: self.directory))
            }
            return directories
        }
    }

    package let directory: StateDirectory

    package init(directory: StateDirectory) {
        self.directory = directory
    }

    /// All passes, the oldest first.
    ///
    /// Blocks the thread.
    package func passes() throws(OperationsError) -> [Pass] {
        var passes: [Pass] = []
        for name in try self.directory.directoryNames() {
            guard name.hasPrefix("pass-"), let number = Int(name.dropFirst(5)) else { continue }
            let directory = try self.directory.directory(name)
            let record: ClusterPass.Record? = try directory.load("pass.json")
            passes.append(Pass(number: number, directory: directory, record: record ?? ClusterPass.Record()))
        }
        return passes.sorted { $0.number < $1.number }
    }

    /// The directory of a pass, made if there is none.
    ///
    /// Blocks the thread.
    package func directory(ofPass number: Int) throws(OperationsError) -> StateDirectory {
        try self.directory.directory("pass-\(number)")
    }

    /// What there is to do next.
    package enum Step: Sendable, Equatable {
        /// Make a pass, or go on with it.
        case read(pass: Int)
        /// Wait until the stores say so late, in seconds since 1970.
        case wait(until: Int64)
        /// Two passes are complete, and far enough apart.
        case collect(first: Int, second: Int)
    }

    /// What there is to do next.
    ///
    /// Pure.
    ///
    /// - Parameters:
    ///   - passes: All passes, the oldest first.
    ///   - now: The time of the stores.
    ///   - graceInSeconds: How far apart two passes have to be.
    /// - Returns: The step.
    package static func next(_ passes: [Pass], now: Int64, graceInSeconds: Int64) -> Step {
        guard let last = passes.last else { return .read(pass: 1) }
        // What another version has read says nothing of what this one would have found.
        guard last.record.reader == ClusterPass.Record.reader else { return .read(pass: last.number + 1) }
        guard last.record.isComplete, let begin = last.record.begin, let end = last.record.end else {
            return .read(pass: last.number)
        }
        if !last.record.isCollected, let first = Self.partner(of: last, begin, in: passes, graceInSeconds) {
            return .collect(first: first.number, second: last.number)
        }
        guard let earliest = Self.sum(end, graceInSeconds) else { return .wait(until: .max) }
        return now < earliest ? .wait(until: earliest) : .read(pass: last.number + 1)
    }

    /// The latest complete pass of the same namespaces that ended the grace before `last` began.
    private static func partner(of last: Pass, _ begin: Int64, in passes: [Pass], _ grace: Int64) -> Pass? {
        passes.last { pass in
            guard pass.number < last.number, pass.record.isComplete, pass.record.reader == last.record.reader,
                pass.record.namespaces == last.record.namespaces,
                pass.record.identities == last.record.identities, let end = pass.record.end,
                let earliest = Self.sum(end, grace)
            else { return false }
            return earliest <= begin
        }
    }

    /// A second more than the grace later: so much is lost by clocks that tell whole seconds.
    private static func sum(_ time: Int64, _ grace: Int64) -> Int64? {
        let (sum, overflow) = time.addingReportingOverflow(grace)
        return overflow || sum == .max ? nil : sum + 1
    }
}
