//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import Logging
import WorkflowEngine

#if canImport(FoundationEssentials)
public import struct FoundationEssentials.Date
#else
public import struct Foundation.Date
#endif

/// What is known of a run, for interceptors: to look at only.
public struct WorkflowContextView: Sendable {
    /// What the run is.
    public let info: WorkflowRunInfo
    let run: WorkflowRun
    let interceptors: [any WorkerInterceptor]
    private let baseLogger: Logger

    init(run: WorkflowRun, info: WorkflowRunInfo, interceptors: [any WorkerInterceptor], logger: Logger) {
        self.info = info
        self.run = run
        self.interceptors = interceptors
        self.baseLogger = logger
    }

    /// The time of the workflow task that is processed; it stands still while code runs.
    public var now: Date { self.run.now }

    /// Whether the code goes through what it has done before, or comes to its end because the run is given up.
    ///
    /// For logs and the like, never for what the workflow does.
    public var isReplaying: Bool { self.run.isReplaying || self.run.isEvicted }

    /// A logger with the ids of the run, which is silent while the code is replayed.
    public var logger: Logger {
        self.isReplaying ? Logger(label: "replay", factory: { _ in SwiftLogNoOpLogHandler() }) : self.baseLogger
    }
}
