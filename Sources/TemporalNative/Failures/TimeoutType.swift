//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Which timeout passed.
public struct TimeoutType: NamedValue {
    /// The number in the API.
    public let rawValue: Int

    init(rawValue: Int) { self.rawValue = rawValue }

    /// The name in the API, in camel case.
    public var description: String { self.name }

    /// Not said.
    public static let unspecified = Self(rawValue: 0)
    /// One attempt took too long.
    public static let startToClose = Self(rawValue: 1)
    /// No worker took the task.
    public static let scheduleToStart = Self(rawValue: 2)
    /// All attempts together took too long.
    public static let scheduleToClose = Self(rawValue: 3)
    /// The activity was silent for too long.
    public static let heartbeat = Self(rawValue: 4)

    static let names = [
        0: "unspecified", 1: "startToClose", 2: "scheduleToStart", 3: "scheduleToClose", 4: "heartbeat",
    ]
}
