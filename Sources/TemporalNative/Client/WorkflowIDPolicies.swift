//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Whether a workflow may be started with the id of one that is over.
public struct WorkflowIDReusePolicy: NamedValue {
    /// The number in the API.
    public let rawValue: Int

    init(rawValue: Int) { self.rawValue = rawValue }

    /// The name in the API, in camel case.
    public var description: String { self.name }

    /// It may; the default.
    public static let allowDuplicate = Self(rawValue: 1)
    /// It may if the other one did not complete.
    public static let allowDuplicateFailedOnly = Self(rawValue: 2)
    /// It may not.
    public static let rejectDuplicate = Self(rawValue: 3)

    static let names = [1: "allowDuplicate", 2: "allowDuplicateFailedOnly", 3: "rejectDuplicate"]
}

/// What happens when a workflow is started with the id of one that is running.
public struct WorkflowIDConflictPolicy: NamedValue {
    /// The number in the API.
    public let rawValue: Int

    init(rawValue: Int) { self.rawValue = rawValue }

    /// The name in the API, in camel case.
    public var description: String { self.name }

    /// The call fails with ``TemporalError/Code/workflowAlreadyStarted``; the default.
    public static let fail = Self(rawValue: 1)
    /// The running one is used, and nothing is started.
    public static let useExisting = Self(rawValue: 2)
    /// The running one is terminated.
    public static let terminateExisting = Self(rawValue: 3)

    static let names = [1: "fail", 2: "useExisting", 3: "terminateExisting"]
}
