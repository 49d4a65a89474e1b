//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import SwiftProtobuf
import TemporalAPI

/// What this library writes into the field `source` of failures.
let failureSource = "SwiftExternalStorage"

/// What history shows in place of a message that went through the codecs, as in the other SDKs.
let encodedFailureMessage = "Encoded failure"

/// How far chains of errors are followed.
private let causeLimit = 50

/// The content of the field `encoded_attributes`.
private struct FailureAttributes: Codable, Sendable {
    var message: String
    var stackTrace: String

    private enum CodingKeys: String, CodingKey {
        case message
        case stackTrace = "stack_trace"
    }
}

// MARK: - Swift errors to failures

extension PayloadContext {
    /// The failure that stands for an error in a message.
    ///
    /// - A ``TemporalFailure`` is the message it came from, unchanged.
    /// - A ``TemporalFailureError`` is what it stands for.
    /// - An ``ApplicationFailure`` says what to write.
    /// - A `CancellationError` is a cancellation.
    /// - Anything else is a retryable application failure: the type is the name of the Swift type, the message its
    ///   description. A ``TemporalError`` brings its ``TemporalError/failure`` as the cause.
    ///
    /// - Parameter error: The error.
    /// - Returns: The message.
    /// - Throws: ``TemporalError``: `conversionFailed` if details cannot be encoded, `codecFailed`.
    func failure(for error: any Error) async throws -> ProtoFailure {
        try await self.failure(for: error, depth: 0)
    }

    private func failure(for error: any Error, depth: Int) async throws -> ProtoFailure {
        let error = error.untyped
        if let error = error as? TemporalFailure { return error.original }
        var failure = ProtoFailure()
        failure.source = failureSource
        var cause: (any Error)?
        switch error {
        case let error as ApplicationFailure:
            failure.message = error.message
            failure.applicationFailureInfo = try await self.info(of: error)
            cause = error.cause
        case is CancellationError:
            failure.message = "Canceled"
            failure.canceledFailureInfo = .init()
        default:
            failure.message = "\(error)"
            failure.applicationFailureInfo = .with { $0.type = "\(type(of: error))" }
            cause = (error as? TemporalError)?.failure
        }
        if let cause, depth < causeLimit {
            failure.cause = try await self.failure(for: cause, depth: depth + 1)
        }
        if self.converter.encodesFailureAttributes { try await self.encodeAttributes(of: &failure) }
        return failure
    }

    private func info(of error: ApplicationFailure) async throws -> Temporal_Api_Failure_V1_ApplicationFailureInfo {
        var info = Temporal_Api_Failure_V1_ApplicationFailureInfo()
        info.type = error.type
        info.nonRetryable = error.isNonRetryable
        if let delay = error.nextRetryDelay { info.nextRetryDelay = delay.message }
        info.category = .init(rawValue: error.category.rawValue) ?? .unspecified
        if !error.details.isEmpty { info.details = try ProtoPayloads(await self.encode(values: error.details)) }
        return info
    }

    private func encodeAttributes(of failure: inout ProtoFailure) async throws {
        let attributes = FailureAttributes(message: failure.message, stackTrace: failure.stackTrace)
        let payload = try await self.converter.encode([self.converter.payload(for: attributes)])
        failure.encodedAttributes = try payload[0].message
        failure.message = encodedFailureMessage
        failure.stackTrace = ""
    }
}

// MARK: - Failures to Swift errors

extension PayloadContext {
    /// The error that stands for a failure.
    ///
    /// Attributes that went through the codecs, and all details of the whole chain, are decoded in one batch.
    ///
    /// - Parameter failure: The message.
    /// - Returns: The error; it keeps the message.
    /// - Throws: As ``decode(_:)``.
    func failure(_ failure: ProtoFailure) async throws -> TemporalFailure {
        var payloads: [Payload] = []
        try Self.collect(failure, into: &payloads)
        var decoded = try await self.decode(payloads)[...]
        return self.build(failure, from: &decoded)
    }

    /// The error that stands for a failure whose references are resolved, and whose codecs are undone.
    ///
    /// - Parameter failure: The message.
    /// - Returns: The error; it keeps the message.
    /// - Throws: If a payload of the message is none.
    func plainFailure(_ failure: ProtoFailure) throws -> TemporalFailure {
        var payloads: [Payload] = []
        try Self.collect(failure, into: &payloads)
        var rest = payloads[...]
        return self.build(failure, from: &rest)
    }

    private static func collect(_ failure: ProtoFailure, into payloads: inout [Payload]) throws {
        if failure.hasEncodedAttributes { payloads.append(try Payload(failure.encodedAttributes)) }
        payloads += try [Payload](failure.detailPayloads)
        if failure.hasCause { try self.collect(failure.cause, into: &payloads) }
    }

    private func build(_ failure: ProtoFailure, from payloads: inout ArraySlice<Payload>) -> TemporalFailure {
        var (message, stackTrace) = (failure.message, failure.stackTrace)
        if failure.hasEncodedAttributes, let payload = payloads.popFirst(),
            let attributes = try? self.converter.value(from: payload, as: FailureAttributes.self)
        {
            (message, stackTrace) = (attributes.message, attributes.stackTrace)
        }
        let count = failure.detailPayloads.payloads.count
        let details = Array(payloads.prefix(count))
        payloads = payloads.dropFirst(count)
        let cause = failure.hasCause ? self.build(failure.cause, from: &payloads) : nil
        return TemporalFailure(
            original: failure,
            message: message,
            stackTrace: stackTrace,
            payloads: details,
            cause: cause,
            converter: self.converter
        )
    }
}

extension ProtoFailure {
    /// The details that go with the failure itself, without its causes.
    fileprivate var detailPayloads: ProtoPayloads {
        switch self.failureInfo {
        case .applicationFailureInfo(let info): info.details
        case .canceledFailureInfo(let info): info.details
        case .timeoutFailureInfo(let info): info.lastHeartbeatDetails
        case .resetWorkflowFailureInfo(let info): info.lastHeartbeatDetails
        default: ProtoPayloads()
        }
    }
}
