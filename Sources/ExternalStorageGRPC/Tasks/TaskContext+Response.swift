//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageWire

/// Reading the context of a task from the response that brings it.
extension TaskContext {
    /// The context of the task in `range`, a serialized poll response of the given type.
    ///
    /// Nil for a response of another type. The namespace is the one that was polled: the response to a workflow task
    /// poll does not carry it.
    init?(
        response type: MessageType,
        in range: Range<Int>,
        of bytes: Span<UInt8>,
        namespace: String
    ) throws(WireError) {
        switch type {
        case .pollWorkflowTaskQueueResponse:
            self.init(kind: .workflow)
            try self.readWorkflowTask(range, of: bytes, namespace: namespace)
        case .pollActivityTaskQueueResponse:
            self.init(kind: .activity)
            try self.readActivityTask(range, of: bytes, namespace: namespace)
        case .pollNexusTaskQueueResponse:
            self.init(kind: .nexus)
            try self.readNexusTask(range, of: bytes, namespace: namespace)
        default:
            return nil
        }
    }

    private mutating func readWorkflowTask(
        _ range: Range<Int>,
        of bytes: Span<UInt8>,
        namespace: String
    ) throws(WireError) {
        self.workflow = try Execution(WireReader.lastBytes(2, in: range, of: bytes), of: bytes, namespace: namespace)
        self.workflowType = try WireReader.string(1, in: WireReader.lastBytes(3, in: range, of: bytes), of: bytes)
        self.attempt = try WireReader.lastVarint(6, in: range, of: bytes)
        if let history = try WireReader.lastBytes(8, in: range, of: bytes) {
            self.parent = try Self.parent(inHistory: history, of: bytes, namespace: namespace)
        }
    }

    private mutating func readActivityTask(
        _ range: Range<Int>,
        of bytes: Span<UInt8>,
        namespace: String
    ) throws(WireError) {
        let named = try WireReader.string(2, in: range, of: bytes)
        self.workflow = try Execution(
            WireReader.lastBytes(4, in: range, of: bytes),
            of: bytes,
            namespace: named.isEmpty ? namespace : named
        )
        self.workflowType = try WireReader.string(1, in: WireReader.lastBytes(3, in: range, of: bytes), of: bytes)
        self.activityType = try WireReader.string(1, in: WireReader.lastBytes(5, in: range, of: bytes), of: bytes)
        self.activityID = try WireReader.string(6, in: range, of: bytes)
        self.attempt = try WireReader.lastVarint(13, in: range, of: bytes)
        self.activityRunID = try WireReader.string(20, in: range, of: bytes)
    }

    private mutating func readNexusTask(
        _ range: Range<Int>,
        of bytes: Span<UInt8>,
        namespace: String
    ) throws(WireError) {
        self.workflow.namespace = namespace
        guard let request = try WireReader.lastBytes(2, in: range, of: bytes) else { return }
        self.endpoint = try WireReader.string(10, in: request, of: bytes)
        guard let start = try WireReader.lastBytes(3, in: request, of: bytes) else { return }
        self.service = try WireReader.string(1, in: start, of: bytes)
        self.operation = try WireReader.string(2, in: start, of: bytes)
    }

    /// The parent named in event 1, if `history` begins with it.
    ///
    /// A run that continues another one keeps its result although it still has a parent (ES-T4).
    static func parent(
        inHistory history: Range<Int>,
        of bytes: Span<UInt8>,
        namespace: String
    ) throws(WireError) -> Execution? {
        var events = WireReader(history)
        guard let first = try events.next(in: bytes), first.number == 1, first.type == .lengthDelimited,
            let started = try WireReader.lastBytes(6, in: first.body, of: bytes),
            try WireReader.string(10, in: started, of: bytes).isEmpty,
            let execution = try WireReader.lastBytes(3, in: started, of: bytes)
        else { return nil }
        let named = try WireReader.string(2, in: started, of: bytes)
        return try Execution(execution, of: bytes, namespace: named.isEmpty ? namespace : named)
    }

    /// Whether `range`, a serialized workflow task, begins with event 1, so that it says all about the parent.
    static func hasFirstEvent(workflowTask range: Range<Int>, of bytes: Span<UInt8>) throws(WireError) -> Bool {
        guard let history = try WireReader.lastBytes(8, in: range, of: bytes) else { return false }
        var events = WireReader(history)
        guard let first = try events.next(in: bytes), first.number == 1, first.type == .lengthDelimited else {
            return false
        }
        return try WireReader.lastBytes(6, in: first.body, of: bytes) != nil
    }
}

extension TaskContext.Execution {
    /// Reads a `temporal.api.common.v1.WorkflowExecution`.
    init(_ range: Range<Int>?, of bytes: Span<UInt8>, namespace: String) throws(WireError) {
        self.namespace = namespace
        self.id = try WireReader.string(1, in: range, of: bytes)
        self.runID = try WireReader.string(2, in: range, of: bytes)
    }
}
