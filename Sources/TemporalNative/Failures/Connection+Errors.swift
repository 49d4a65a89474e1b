//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import GRPCCore
import TemporalAPI

extension Connection {
    /// The error that stands for the status of a call.
    ///
    /// - Parameters:
    ///   - error: The status, with its details.
    ///   - method: The method, for the message.
    /// - Returns: The error. Payloads in the details are decoded.
    /// - Throws: What decoding these payloads throws, see ``PayloadContext/decode(_:)``.
    func temporalError(_ error: RPCError, method: String) async throws -> TemporalError {
        if let storage = error.cause as? ExternalStorageError {
            return TemporalError(
                code: .externalStorageFailed,
                message: "\(method): \(storage.description)",
                cause: storage
            )
        }
        var result = TemporalError(
            code: .init(error.code, message: error.message),
            message: "\(method): \(error.message)",
            cause: error
        )
        if let detail = ErrorDetail(error.metadata) { try await self.apply(detail, to: &result, method: method) }
        return result
    }

    private func apply(_ detail: ErrorDetail, to error: inout TemporalError, method: String) async throws {
        switch detail {
        case .alreadyStarted(let runID):
            error.code = .workflowAlreadyStarted
            error.runID = runID
        case .queryFailed(let failure):
            error.code = .queryFailed
            if let failure { error.failure = try await self.payloads().failure(failure) }
        case .multiOperation(let status):
            error.message = "\(method): \(status.message)"
            if let code = Status.Code(rawValue: Int(status.code)).flatMap({ RPCError.Code($0) }) {
                error.code = .init(code, message: status.message)
            }
            if let inner = ErrorDetail(details: status.details) {
                try await self.apply(inner, to: &error, method: method)
            }
        case .permissionDenied(let reason):
            if !reason.isEmpty { error.message += " (\(reason))" }
        case .namespaceNotFound: error.code = .namespaceNotFound
        case .namespaceUnavailable: error.code = .namespaceUnavailable
        case .workflowNotReady: error.code = .workflowNotReady
        case .cancellationAlreadyRequested, .completionPagesLost: error.code = .conflict
        }
    }
}

extension TemporalError.Code {
    /// The code for a status without details.
    init(_ code: RPCError.Code, message: String) {
        switch code {
        case .invalidArgument, .failedPrecondition: self = .invalidArgument
        case .notFound: self = .notFound
        case .alreadyExists: self = .workflowAlreadyStarted
        case .permissionDenied: self = .permissionDenied
        case .unauthenticated: self = .unauthenticated
        case .resourceExhausted: self = CallRetries.isTooLarge(message) ? .messageTooLarge : .resourceExhausted
        case .unavailable: self = .unavailable
        case .deadlineExceeded: self = .timedOut
        case .cancelled: self = .canceled
        case .unimplemented: self = .unimplemented
        case .aborted: self = .conflict
        default: self = .serverFailed
        }
    }
}
