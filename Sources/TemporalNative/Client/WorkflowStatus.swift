//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// The state of a run.
public struct WorkflowStatus: NamedValue {
    /// The number in the API.
    public let rawValue: Int

    init(rawValue: Int) { self.rawValue = rawValue }

    /// The name in the API, in camel case.
    public var description: String { self.name }

    /// Not said.
    public static let unspecified = Self(rawValue: 0)
    /// It runs.
    public static let running = Self(rawValue: 1)
    /// It returned a result.
    public static let completed = Self(rawValue: 2)
    /// It failed.
    public static let failed = Self(rawValue: 3)
    /// It ended as canceled.
    public static let canceled = Self(rawValue: 4)
    /// It was terminated.
    public static let terminated = Self(rawValue: 5)
    /// It was continued by another run.
    public static let continuedAsNew = Self(rawValue: 6)
    /// It ran into a timeout.
    public static let timedOut = Self(rawValue: 7)
    /// It is paused.
    public static let paused = Self(rawValue: 8)

    static let names = [
        0: "unspecified", 1: "running", 2: "completed", 3: "failed", 4: "canceled", 5: "terminated",
        6: "continuedAsNew", 7: "timedOut", 8: "paused",
    ]
}
