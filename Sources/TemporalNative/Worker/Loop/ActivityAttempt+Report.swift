//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageGRPC
import Logging
import Metrics
import SwiftProtobuf
import TemporalAPI

extension ActivityAttempt {
    /// Tells the server how the attempt ended.
    ///
    /// - Returns: Whether it counts as failed.
    func report(_ ending: ActivityExecution.Ending) async -> Bool {
        let reason = self.execution.cancellationReason
        let verdict = ActivityVerdict.rule(for: ending.kind, cancellation: reason)
        if verdict.flushesHeartbeats { await self.execution.flushHeartbeats() }
        let metrics = self.worker.metrics.of(self.metricsName)
        defer { metrics.latency.record(duration: self.began.duration(to: self.worker.clock.now())) }
        do {
            switch (verdict, ending) {
            case (.nothing, _):
                if let reason { self.logger.warning("The attempt ended unreported", metadata: ["reason": "\(reason)"]) }
                return false
            case (.completed, .returned(let result)):
                guard try await self.complete(result) else { return true }
                let elapsed = self.began.duration(to: self.worker.clock.now())
                metrics.endToEnd.record(duration: self.waited + elapsed)
                return false
            case (.canceled, .threw(let error)):
                metrics.cancelled.increment()
                try await self.cancel(error)
                return false
            case (.interrupted(let interruption), _):
                let error = ApplicationFailure(interruption.message, type: interruption.rawValue)
                return try await self.fail(error)
            case (.heartbeatFailed, _):
                return try await self.fail(self.execution.heartbeatError ?? CancellationError())
            case (.failed, .threw(let error)):
                return try await self.fail(error)
            case (.completed, .threw), (.canceled, .returned), (.failed, .returned):
                preconditionFailure("the table of verdicts gives no \(verdict) for an activity that ended otherwise")
            }
        } catch let error as TemporalError where error.code == .externalStorageFailed {
            // The transport has told the server that the attempt failed, and with which cause.
            self.logger.warning("What the attempt reports could not be stored", metadata: ["error": "\(error)"])
            if verdict == .completed { metrics.failed("external_storage") }
            return true
        } catch let error as TemporalError where error.code == .notFound {
            // It timed out or was ended meanwhile.
            self.logger.info("The server wants no report of the attempt any more", metadata: ["error": "\(error)"])
        } catch {
            metrics.reportErrors.increment()
            self.logger.error("The attempt could not be reported", metadata: ["error": "\(error)"])
        }
        return false
    }

    /// A name that is registered: others come from outside.
    private var metricsName: String {
        self.worker.registry[self.info.activityType]?.name ?? "unregistered"
    }

    /// - Returns: Whether the server has the result. If not, it has been told that the attempt failed.
    private func complete(_ result: [Payload]) async throws -> Bool {
        var result = result
        do {
            // The transport would do it, too, with a message around the payloads that is several copies of them.
            result = try await self.payloads.stored(result)
        } catch let error as ExternalStorageError {
            _ = try await self.fail(error)
            return false
        }
        let request = try Temporal_Api_Workflowservice_V1_RespondActivityTaskCompletedRequest.with { request in
            request.taskToken = self.info.taskToken
            if !result.isEmpty { request.result = try ProtoPayloads(result) }
            request.identity = self.worker.identity.identity
            if let deployment = self.worker.identity.deployment { request.deploymentOptions = deployment.message }
            request.namespace = self.worker.namespace
        }
        do {
            try await self.worker.service.complete(request)
            return true
        } catch let error as TemporalError where [.messageTooLarge, .invalidArgument].contains(error.code) {
            // The server will never take this result. Without a report, the attempt would run into its timeout.
            _ = try await self.fail(error)
            return false
        }
    }

    private func cancel(_ error: any Error) async throws {
        var request = try Temporal_Api_Workflowservice_V1_RespondActivityTaskCanceledRequest.with { request in
            request.taskToken = self.info.taskToken
            if let details = (error as? TemporalFailure)?.payloads, !details.isEmpty {
                request.details = try ProtoPayloads(details)
            }
            request.identity = self.worker.identity.identity
            if let deployment = self.worker.identity.deployment { request.deploymentOptions = deployment.message }
            request.namespace = self.worker.namespace
        }
        do {
            try await self.unreported { [request] in try await self.worker.service.cancel(request) }
        } catch let error as TemporalError where error.code == .externalStorageFailed {
            // Cancelled it is, with details or without (ES-F6).
            self.logger.warning("The details of a cancellation could not be stored", metadata: ["error": "\(error)"])
            request.clearDetails()
            try await self.worker.service.cancel(request)
        }
    }

    /// Makes a call of which a failed store is not reported by the transport: it is a part of what this reports.
    private func unreported(_ call: () async throws -> Void) async throws {
        try await StorageFailureRecord.$isReportedByCaller.withValue(true) { try await call() }
    }

    private func fail(_ error: any Error) async throws -> Bool {
        let isBenign = (error.untyped as? ApplicationFailure)?.category == .benign
        let storageError = ExternalStorageError.underlying(error)
        self.logger.log(
            level: isBenign ? .debug : .warning,
            "The attempt failed",
            metadata: ["error": "\(error)", "error.type": "\(type(of: error))"]
        )
        let failure = await self.failure(for: error, storageError)
        if !isBenign {
            let kind = storageError == nil ? "application" : "external_storage"
            self.worker.metrics.of(self.metricsName).failed(kind)
        }
        func request(_ failure: ProtoFailure, isOfStorage: Bool)
            -> Temporal_Api_Workflowservice_V1_RespondActivityTaskFailedRequest
        {
            .with { request in
                request.taskToken = self.info.taskToken
                request.failure = failure
                request.identity = self.worker.identity.identity
                if let deployment = self.worker.identity.deployment { request.deploymentOptions = deployment.message }
                request.namespace = self.worker.namespace
                if isOfStorage { request.cause = .externalStorageFailure }
            }
        }
        do {
            let own = request(failure, isOfStorage: storageError != nil)
            try await self.unreported { try await self.worker.service.fail(own) }
        } catch let error as TemporalError where error.code == .externalStorageFailed {
            // Its payloads cannot be stored. Another attempt may store them, if there is to be one; if not, the failure
            // is more than its details (ES-F3, ES-F6).
            guard let unstored = ExternalStorageError.underlying(error) else { throw error }
            let isFinal = failure.applicationFailureInfo.nonRetryable
            self.logger.warning("The details of a failure could not be stored", metadata: ["error": "\(error)"])
            try await self.worker.service.fail(
                request(isFinal ? failure.withoutPayloads : .storage(unstored), isOfStorage: !isFinal)
            )
        }
        return !isBenign
    }

    /// The failure to report.
    ///
    /// There always is one, whatever codecs and converters make of the error.
    private func failure(for error: any Error, _ storageError: ExternalStorageError?) async -> ProtoFailure {
        if let storageError { return .storage(storageError) }
        do {
            return try await self.payloads.failure(for: error)
        } catch let conversionError {
            // What the error says is not to be seen in history if attributes are encoded and cannot be.
            self.logger.error("A failure could not be encoded", metadata: ["error": "\(conversionError)"])
            return .with { failure in
                failure.message = "a failure of type \(type(of: error)) could not be encoded: \(conversionError)"
                failure.source = failureSource
                failure.applicationFailureInfo = .with { $0.type = "\(type(of: error))" }
            }
        }
    }
}

extension ActivityExecution.Ending {
    /// How it ended, without what it ended with.
    var kind: ActivityVerdict.Ending {
        switch self {
        case .returned: .returned
        case .threw(let error):
            switch error.untyped {
            case is ActivityResultPending: .pending
            case is CancellationError: .threwCancellation
            case let failure as TemporalFailure where failure.kind == .canceled: .threwCancellation
            case let failure as ApplicationFailure where failure.isNonRetryable: .threwFinal
            default: .threw
            }
        }
    }
}

extension ExternalStorageError {
    /// The failure of storage that an error is, or was caused by.
    static func underlying(_ error: any Error) -> Self? {
        if let error = error as? ExternalStorageError { return error }
        guard let error = error as? TemporalError, error.code == .externalStorageFailed else { return nil }
        return error.cause as? ExternalStorageError
    }
}

extension ProtoFailure {
    /// The same failure without what would have to be stored.
    var withoutPayloads: Self {
        var failure = self
        failure.clearEncodedAttributes()
        switch failure.failureInfo {
        case .applicationFailureInfo: failure.applicationFailureInfo.clearDetails()
        case .canceledFailureInfo: failure.canceledFailureInfo.clearDetails()
        case .timeoutFailureInfo: failure.timeoutFailureInfo.clearLastHeartbeatDetails()
        case .resetWorkflowFailureInfo: failure.resetWorkflowFailureInfo.clearLastHeartbeatDetails()
        default: break
        }
        if failure.hasCause { failure.cause = failure.cause.withoutPayloads }
        return failure
    }

    /// A failure of storage as the transport reports those that it meets: retryable always, whatever the error
    /// (ES-F3), and without payloads, so that the report does not go through storage (ES-F4).
    static func storage(_ error: ExternalStorageError) -> Self {
        .with { failure in
            failure.message = error.description
            failure.source = "ExternalStorage"
            failure.applicationFailureInfo = .with { $0.type = "ExternalStorageFailure" }
        }
    }
}
