//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageWire
import GRPCCore

/// What the transport does for one gRPC method.
///
/// A method without a rule is handed through untouched.
struct MethodRule: Sendable {
    /// What happens when the payloads of a request cannot be stored.
    enum StoreFailure: Sendable {
        /// The call fails with the storage error (ES-F1).
        case failsCall
        /// The server is told that the task failed, and the worker that the task is gone (ES-F2, ES-F3).
        case failsTask(TaskContext.Kind)
        /// The query is answered with the failure (ES-F2).
        case failsQuery
    }

    /// What else is to be changed in a message.
    enum Adjustment: Sendable {
        /// Limits of the response that the SDK would apply to payloads as they are before storage.
        case namespaceLimits
        /// Driver types in the worker heartbeats of the request, which are in this field (ES-O3).
        case workerHeartbeats(field: UInt32)
    }

    /// The request, if it can hold payloads.
    var request: MessageType?
    /// The response, if it can hold payloads.
    var response: MessageType?
    var namespaceField: UInt32 = 1
    /// Where the request says who sends it; zero where it does not.
    var identityField: UInt32 = 0
    var storeFailure: StoreFailure = .failsCall
    /// Whether the response can hold tasks: their tokens get a context, and their failures are reported.
    var handsOutTasks = false
    var adjustment: Adjustment?
    /// Whether the response is about many executions, of which one must not hide the others (ES-F7).
    var answersAboutMany = false
    /// Whether the request asks for a page of history, which may be the rest of one that was cut.
    var asksForHistory = false

    /// The rule for a method, or nil if it is handed through.
    static func rule(for descriptor: MethodDescriptor) -> MethodRule? {
        self.byMethod[descriptor.fullyQualifiedMethod]
    }

    private static let byMethod: [String: MethodRule] = {
        var rules: [String: MethodRule] = [:]
        for (path, method) in PayloadPaths.methodsByPath {
            let name = path.split(separator: "/").last ?? ""
            var rule = MethodRule(request: method.request, response: method.response)
            rule.answersAboutMany = name.hasPrefix("List") || name.hasPrefix("Scan")
            rules[String(path.dropFirst())] = rule
        }
        let service = "temporal.api.workflowservice.v1.WorkflowService/"
        func refine(_ method: String, _ change: (inout MethodRule) -> Void) {
            change(&rules[service + method, default: MethodRule()])
        }
        for (method, identityField) in [
            ("PollWorkflowTaskQueue", 3), ("PollActivityTaskQueue", 3), ("PollNexusTaskQueue", 2),
            ("StartWorkflowExecution", 9), ("ExecuteMultiOperation", 0), ("StartActivityExecution", 2),
            ("RespondWorkflowTaskCompleted", 3),
        ] as [(String, UInt32)] {
            refine(method) { rule in
                rule.handsOutTasks = true
                rule.identityField = identityField
            }
        }
        refine("RespondWorkflowTaskCompleted") { rule in
            rule.namespaceField = 9
            rule.storeFailure = .failsTask(.workflow)
        }
        refine("RespondWorkflowTaskFailed") { rule in
            rule.namespaceField = 6
            rule.identityField = 4
            rule.storeFailure = .failsTask(.workflow)
        }
        refine("RespondQueryTaskCompleted") { rule in
            rule.namespaceField = 6
            rule.storeFailure = .failsQuery
        }
        for method in [
            "RespondActivityTaskCompleted", "RespondActivityTaskFailed", "RespondActivityTaskCanceled",
            "RecordActivityTaskHeartbeat",
        ] {
            refine(method) { rule in
                rule.namespaceField = 4
                rule.identityField = 3
                rule.storeFailure = .failsTask(.activity)
            }
        }
        for method in ["RespondNexusTaskCompleted", "RespondNexusTaskFailed"] {
            refine(method) { rule in
                rule.identityField = 2
                rule.storeFailure = .failsTask(.nexus)
            }
        }
        refine("GetWorkflowExecutionHistory") { $0.asksForHistory = true }
        refine("GetWorkflowExecutionHistoryReverse") { $0.asksForHistory = true }
        refine("DescribeNamespace") { $0.adjustment = .namespaceLimits }
        refine("RecordWorkerHeartbeat") { $0.adjustment = .workerHeartbeats(field: 3) }
        refine("ShutdownWorker") { $0.adjustment = .workerHeartbeats(field: 5) }
        refine("PollNexusTaskQueue") { $0.adjustment = .workerHeartbeats(field: 7) }
        return rules
    }()
}
