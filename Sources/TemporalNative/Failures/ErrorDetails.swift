//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore
import SwiftProtobuf
import TemporalAPI

/// What a status says beyond code and message: the first detail that is known here.
enum ErrorDetail: Sendable {
    case alreadyStarted(runID: String)
    case queryFailed(ProtoFailure?)
    case multiOperation(Google_Rpc_Status)
    case permissionDenied(reason: String)
    case namespaceNotFound
    case namespaceUnavailable
    case workflowNotReady
    case cancellationAlreadyRequested
    case completionPagesLost

    /// Reads the details in the metadata of an error.
    init?(_ metadata: Metadata) {
        for case let bytes in metadata[binaryValues: "grpc-status-details-bin"] {
            guard let status = try? Google_Rpc_Status(serializedBytes: bytes) else { continue }
            self.init(details: status.details)
            return
        }
        return nil
    }

    /// Whether a call lacks what earlier ones brought, so that making it again alone is of no use.
    static func saysPagesAreLost(_ error: RPCError) -> Bool {
        guard error.code == .aborted, case .completionPagesLost = Self(error.metadata) else { return false }
        return true
    }

    /// Reads the details of a status.
    init?(details: [Google_Protobuf_Any]) {
        for detail in details {
            guard let known = try? Self.known(detail) else { continue }
            self = known
            return
        }
        return nil
    }

    private static func known(_ any: Google_Protobuf_Any) throws -> Self? {
        let name = any.typeURL.split(separator: "/").last ?? ""
        guard name.hasPrefix("temporal.api.errordetails.v1.") else { return nil }
        switch name.dropFirst("temporal.api.errordetails.v1.".count) {
        case "WorkflowExecutionAlreadyStartedFailure":
            let failure = try Temporal_Api_Errordetails_V1_WorkflowExecutionAlreadyStartedFailure(
                serializedBytes: any.value
            )
            return .alreadyStarted(runID: failure.runID)
        case "QueryFailedFailure":
            let failure = try Temporal_Api_Errordetails_V1_QueryFailedFailure(serializedBytes: any.value)
            // SDKs on sdk-core say what failed in the message alone.
            return .queryFailed(failure.hasFailure ? failure.failure : nil)
        case "MultiOperationExecutionFailure":
            let failure = try Temporal_Api_Errordetails_V1_MultiOperationExecutionFailure(serializedBytes: any.value)
            return Self.decisive(failure).map { .multiOperation($0) }
        case "PermissionDeniedFailure":
            let failure = try Temporal_Api_Errordetails_V1_PermissionDeniedFailure(serializedBytes: any.value)
            return .permissionDenied(reason: failure.reason)
        case "NamespaceNotFoundFailure": return .namespaceNotFound
        case "NamespaceNotActiveFailure", "NamespaceUnavailableFailure", "NamespaceInvalidStateFailure":
            return .namespaceUnavailable
        case "WorkflowNotReadyFailure": return .workflowNotReady
        case "CancellationAlreadyRequestedFailure": return .cancellationAlreadyRequested
        case "WorkflowTaskCompletionBufferLostFailure": return .completionPagesLost
        default: return nil
        }
    }

    /// The operation that failed; the others were aborted because of it.
    private static func decisive(
        _ failure: Temporal_Api_Errordetails_V1_MultiOperationExecutionFailure
    ) -> Google_Rpc_Status? {
        let decisive = failure.statuses.first { status in
            status.code != 0
                && !status.details.contains { $0.typeURL.hasSuffix(".MultiOperationExecutionAborted") }
        }
        return decisive.map { status in
            .with {
                $0.code = status.code
                $0.message = status.message
                $0.details = status.details
            }
        }
    }
}
