//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageWire

/// Whose payloads a request holds (rules ES-T1 to ES-T6).
///
/// Pure: a request and the context of its task in, targets out.
struct RequestTargets: Sendable {
    let namespace: String
    /// The target of everything that no part of the request claims for another.
    let base: StorageDriverTarget?
    /// The task that the request completes, if its token carries one.
    let task: TaskContext?

    init(
        request type: MessageType,
        of bytes: Span<UInt8>,
        namespace: String,
        task: TaskContext?
    ) throws(WireError) {
        self.namespace = namespace
        self.task = task
        self.base =
            if let task { task.target } else {
                try Self.base(of: type, in: 0..<bytes.count, of: bytes, namespace: namespace)
            }
    }

    /// The target of a request that carries its ids itself.
    private static func base(
        of type: MessageType,
        in range: Range<Int>,
        of bytes: Span<UInt8>,
        namespace: String
    ) throws(WireError) -> StorageDriverTarget? {
        switch type {
        case .startWorkflowExecutionRequest, .signalWithStartWorkflowExecutionRequest:
            try Self.start(id: 2, type: 3, in: range, of: bytes, namespace: namespace)
        case .signalWorkflowExecutionRequest, .queryWorkflowRequest, .updateWorkflowExecutionRequest,
            .terminateWorkflowExecutionRequest:
            try Self.execution(WireReader.lastBytes(2, in: range, of: bytes), of: bytes, namespace: namespace)
        case .resetWorkflowExecutionRequest:
            // The operations after a reset go to the run that the reset makes, and nobody knows its id yet.
            try Self.execution(
                WireReader.lastBytes(2, in: range, of: bytes),
                of: bytes,
                namespace: namespace,
                keepsRun: false
            )
        case .startActivityExecutionRequest:
            try .activity(
                namespace: namespace,
                id: WireReader.string(4, in: range, of: bytes),
                runID: nil,
                type: WireReader.string(1, in: WireReader.lastBytes(5, in: range, of: bytes), of: bytes).nilIfEmpty
            )
        case .startNexusOperationExecutionRequest:
            try .nexus(
                endpoint: WireReader.string(5, in: range, of: bytes),
                service: WireReader.string(6, in: range, of: bytes),
                operation: WireReader.string(7, in: range, of: bytes)
            )
        case .respondActivityTaskCompletedByIdRequest, .respondActivityTaskFailedByIdRequest,
            .respondActivityTaskCanceledByIdRequest, .recordActivityTaskHeartbeatByIdRequest:
            try Self.activityByID(in: range, of: bytes, namespace: namespace)
        default:
            nil
        }
    }

    private static func start(
        id: UInt32,
        type: UInt32,
        in range: Range<Int>,
        of bytes: Span<UInt8>,
        namespace: String
    ) throws(WireError) -> StorageDriverTarget {
        try .workflow(
            namespace: namespace,
            id: WireReader.string(id, in: range, of: bytes),
            runID: nil,
            type: WireReader.string(1, in: WireReader.lastBytes(type, in: range, of: bytes), of: bytes).nilIfEmpty
        )
    }

    private static func execution(
        _ range: Range<Int>?,
        of bytes: Span<UInt8>,
        namespace: String,
        keepsRun: Bool = true
    ) throws(WireError) -> StorageDriverTarget {
        let execution = try TaskContext.Execution(range, of: bytes, namespace: namespace)
        return .workflow(
            namespace: namespace,
            id: execution.id,
            runID: keepsRun ? execution.runID.nilIfEmpty : nil,
            type: nil
        )
    }

    /// With a workflow id the activity is the workflow's; without one it stands alone (ES-T5).
    private static func activityByID(
        in range: Range<Int>,
        of bytes: Span<UInt8>,
        namespace: String
    ) throws(WireError) -> StorageDriverTarget {
        let workflowID = try WireReader.string(2, in: range, of: bytes)
        let runID = try WireReader.string(3, in: range, of: bytes).nilIfEmpty
        guard workflowID.isEmpty else {
            return .workflow(namespace: namespace, id: workflowID, runID: runID, type: nil)
        }
        return try .activity(
            namespace: namespace,
            id: WireReader.string(4, in: range, of: bytes),
            runID: runID,
            type: nil
        )
    }

    /// The target of one payload of the request: the outermost enclosing part that claims it for another, else the base.
    func target(of site: PayloadSite, in scan: PayloadScan, of bytes: Span<UInt8>) throws(WireError)
        -> StorageDriverTarget?
    {
        var found = self.base
        for index in scan.enclosingFrames(of: site) {
            let frame = scan.frames[index]
            let outer = frame.parent < 0 ? nil : scan.frames[Int(frame.parent)].type
            if let claimed = try self.target(claimedBy: frame, inside: outer, of: bytes) { found = claimed }
        }
        return found
    }

    private func target(
        claimedBy frame: PayloadFrame,
        inside outer: MessageType?,
        of bytes: Span<UInt8>
    ) throws(WireError) -> StorageDriverTarget? {
        switch frame.type {
        case .startWorkflowExecutionRequest where outer == .executeMultiOperationRequestOperation:
            return try Self.start(id: 2, type: 3, in: frame.body, of: bytes, namespace: self.namespace)
        case .updateWorkflowExecutionRequest where outer == .executeMultiOperationRequestOperation:
            return try Self.execution(
                WireReader.lastBytes(2, in: frame.body, of: bytes),
                of: bytes,
                namespace: self.namespace,
                keepsRun: false
            )
        case .newWorkflowExecutionInfo:
            return try Self.start(id: 1, type: 2, in: frame.body, of: bytes, namespace: self.namespace)
        case .startChildWorkflowExecutionCommandAttributes:
            let named = try WireReader.string(1, in: frame.body, of: bytes)
            return try Self.start(
                id: 2,
                type: 3,
                in: frame.body,
                of: bytes,
                namespace: named.isEmpty ? self.namespace : named
            )
        case .signalExternalWorkflowExecutionCommandAttributes:
            let named = try WireReader.string(1, in: frame.body, of: bytes)
            return try Self.execution(
                WireReader.lastBytes(2, in: frame.body, of: bytes),
                of: bytes,
                namespace: named.isEmpty ? self.namespace : named
            )
        case .continueAsNewWorkflowExecutionCommandAttributes:
            guard let task = self.task else { return nil }
            let type = try WireReader.string(1, in: WireReader.lastBytes(1, in: frame.body, of: bytes), of: bytes)
            return .workflow(
                namespace: task.workflow.namespace,
                id: task.workflow.id,
                runID: nil,
                type: (type.isEmpty ? task.workflowType : type).nilIfEmpty
            )
        case .completeWorkflowExecutionCommandAttributes:
            guard let parent = self.task?.parent else { return nil }
            return .workflow(namespace: parent.namespace, id: parent.id, runID: parent.runID.nilIfEmpty, type: nil)
        default:
            return nil
        }
    }
}
