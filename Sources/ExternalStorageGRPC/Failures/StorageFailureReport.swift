//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageWire
import NIOCore

/// A request that tells the server of a storage failure, so that a task does not just run into its timeout.
///
/// It is sent as it is: the report of a storage failure does not go through storage (ES-F4).
struct StorageFailureReport: Hashable, Sendable {
    /// The path of the gRPC method, without the leading slash.
    var method: String
    var request: ByteBuffer

    private static let service = "temporal.api.workflowservice.v1.WorkflowService"

    private init(_ method: String, _ request: ByteBuffer) {
        self.method = "\(Self.service)/\(method)"
        self.request = request
    }

    /// The report for a task, or nil if the rules say that none is sent.
    ///
    /// - A workflow task is failed on its first attempt only; later ones time out, so that a store that is down does
    ///   not fill the history (ES-F2). The workflow never fails.
    /// - An activity attempt fails and is retried by its policy (ES-F3).
    /// - A Nexus task fails with INTERNAL, which is retried (ES-F3).
    /// - A workflow task that only asks a query answers it with the failure.
    ///
    /// Without a context, a workflow task counts as a first attempt.
    init?(
        of error: ExternalStorageError,
        task: TaskContext?,
        kind: TaskContext.Kind,
        token: ByteBuffer,
        namespace: String,
        identity: String,
        isQuery: Bool = false
    ) {
        var request = ByteBuffer()
        switch kind {
        case .workflow where isQuery:
            self.init("RespondQueryTaskCompleted", Self.failedQuery(error, token: token, namespace: namespace))
        case .workflow:
            guard (task?.attempt ?? 1) <= 1 else { return nil }
            request.writeField(1, bytes: token)
            request.writeField(2, varint: 38)  // WORKFLOW_TASK_FAILED_CAUSE_EXTERNAL_STORAGE_FAILURE
            request.writeField(3, bytes: Self.failure(error))
            request.writeField(4, string: identity)
            request.writeField(6, string: namespace)
            self.init("RespondWorkflowTaskFailed", request)
        case .activity:
            request.writeField(1, bytes: token)
            request.writeField(2, bytes: Self.failure(error))
            request.writeField(3, string: identity)
            request.writeField(4, string: namespace)
            request.writeField(10, varint: 2)  // ACTIVITY_TASK_FAILED_CAUSE_EXTERNAL_STORAGE_FAILURE
            self.init("RespondActivityTaskFailed", request)
        case .nexus:
            var failure = ByteBuffer()
            failure.writeField(1, string: error.description)
            var handlerError = ByteBuffer()
            handlerError.writeField(1, string: "INTERNAL")
            handlerError.writeField(2, bytes: failure)
            handlerError.writeField(3, varint: 1)  // NEXUS_HANDLER_ERROR_RETRY_BEHAVIOR_RETRYABLE
            request.writeField(1, string: namespace)
            request.writeField(2, string: identity)
            request.writeField(3, bytes: token)
            request.writeField(4, bytes: handlerError)
            self.init("RespondNexusTaskFailed", request)
        }
    }

    /// A `RespondQueryTaskCompletedRequest` that fails the query.
    static func failedQuery(_ error: ExternalStorageError, token: ByteBuffer, namespace: String) -> ByteBuffer {
        var request = ByteBuffer()
        request.writeField(1, bytes: token)
        request.writeField(2, varint: 2)  // QUERY_RESULT_TYPE_FAILED
        request.writeField(4, string: error.description)
        request.writeField(6, string: namespace)
        request.writeField(7, bytes: self.failure(error))
        request.writeField(8, varint: 38)  // WORKFLOW_TASK_FAILED_CAUSE_EXTERNAL_STORAGE_FAILURE
        return request
    }

    /// An entry of `query_results` that fails one query, as a field of a `RespondWorkflowTaskCompletedRequest`.
    static func failedQueryResult(id: String, message: String) -> ByteBuffer {
        var result = ByteBuffer()
        result.writeField(1, varint: 2)  // QUERY_RESULT_TYPE_FAILED
        result.writeField(3, string: message)
        result.writeField(4, bytes: self.failure(message: message))
        var entry = ByteBuffer()
        entry.writeField(1, string: id)
        entry.writeField(2, bytes: result)
        var field = ByteBuffer()
        field.writeField(8, bytes: entry)
        return field
    }

    private static func failure(_ error: ExternalStorageError) -> ByteBuffer {
        // Retryable always (ES-F2, ES-F3): somebody may repair the store while the policy still retries.
        self.failure(message: error.description)
    }

    /// A `temporal.api.failure.v1.Failure` with application failure info that does not say "non-retryable".
    private static func failure(message: String) -> ByteBuffer {
        var info = ByteBuffer()
        info.writeField(1, string: "ExternalStorageFailure")
        var failure = ByteBuffer()
        failure.writeField(1, string: message)
        failure.writeField(2, string: "ExternalStorage")
        failure.writeField(5, bytes: info)
        return failure
    }
}
