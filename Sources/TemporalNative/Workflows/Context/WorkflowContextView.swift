//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import Logging
import SwiftProtobuf
import TemporalAPI
import WorkflowEngine

#if canImport(FoundationEssentials)
public import struct FoundationEssentials.Date
#else
public import struct Foundation.Date
#endif

/// What is known of a run, for queries and interceptors: to look at only.
public struct WorkflowContextView: Sendable {
    /// In one place: every task of a workflow has copies of the view on its stack for as long as it waits.
    private final class Storage: Sendable {
        let info: WorkflowRunInfo
        let run: WorkflowRun
        let interceptors: [any WorkerInterceptor]
        let logger: Logger

        init(_ info: WorkflowRunInfo, _ run: WorkflowRun, _ interceptors: [any WorkerInterceptor], _ logger: Logger) {
            self.info = info
            self.run = run
            self.interceptors = interceptors
            self.logger = logger
        }
    }

    private let storage: Storage
    /// What the run is.
    public var info: WorkflowRunInfo { self.storage.info }
    var run: WorkflowRun { self.storage.run }
    /// Those that have something to do at present.
    var interceptors: ArraySlice<any WorkerInterceptor> { self.storage.interceptors.active }

    init(run: WorkflowRun, info: WorkflowRunInfo, interceptors: [any WorkerInterceptor], logger: Logger) {
        self.storage = Storage(info, run, interceptors, logger)
    }

    /// The time of the workflow task that is processed; it stands still while code runs.
    public var now: Date { self.run.now }

    /// Whether the code goes through what it has done before, or comes to its end because the run is given up.
    ///
    /// For logs and the like, never for what the workflow does.
    public var isReplaying: Bool { self.run.isReplaying || self.run.isEvicted }

    /// The search attributes of the run.
    public var searchAttributes: SearchAttributes {
        SearchAttributes(.with { $0.indexedFields = self.run.searchAttributes })
    }

    /// Whether history has become so long that the workflow had better continue as new.
    public var continueAsNewSuggested: Bool { self.run.task.suggestsContinueAsNew }

    /// Why the workflow had better continue as new.
    public var suggestContinueAsNewReasons: [SuggestContinueAsNewReason] {
        self.run.task.suggestContinueAsNewReasons.map { SuggestContinueAsNewReason(rawValue: $0.rawValue) }
    }

    /// The number of events so far.
    public var currentHistoryLength: Int { Int(self.run.lastEventID) }

    /// The size of history so far, in bytes.
    public var currentHistorySize: Int { Int(self.run.task.historySize) }

    /// Whether no handler of a signal or an update is running.
    public var allHandlersFinished: Bool { self.run.runningHandlers == 0 }

    /// What the user interface shows of the state, in Markdown; nil for nothing.
    public var currentDetails: String? { self.run.currentDetails.isEmpty ? nil : self.run.currentDetails }

    /// The update that the current task handles.
    public var currentUpdateInfo: WorkflowUpdateInfo? { WorkflowUpdateInfo.current }

    /// A logger with the ids of the run, which is silent while the code is replayed.
    public var logger: Logger {
        self.isReplaying ? Logger(label: "replay", factory: { _ in SwiftLogNoOpLogHandler() }) : self.storage.logger
    }
}

/// Why a workflow had better continue as new.
public struct SuggestContinueAsNewReason: NamedValue {
    /// The number in the API.
    public let rawValue: Int

    init(rawValue: Int) { self.rawValue = rawValue }

    /// The name in the API, in camel case.
    public var description: String { self.name }

    /// Not said.
    public static let unspecified = Self(rawValue: 0)
    /// The size of history.
    public static let historySizeTooLarge = Self(rawValue: 1)
    /// The number of events.
    public static let tooManyHistoryEvents = Self(rawValue: 2)
    /// The number of updates.
    public static let tooManyUpdates = Self(rawValue: 3)

    static let names = [
        0: "unspecified", 1: "historySizeTooLarge", 2: "tooManyHistoryEvents", 3: "tooManyUpdates",
    ]
}
