//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import NIOCore
import SwiftProtobuf
import TemporalAPI
import Testing

@testable import TemporalNative

@Suite("Failures", .timeLimit(.minutes(1)))
struct FailureTests {
    private struct Odd: Error, CustomStringConvertible {
        var description: String { "odd" }
    }

    @Test("An application failure says everything in its message")
    func application() async throws {
        let error = ApplicationFailure(
            "no account",
            type: "AccountMissing",
            isNonRetryable: true,
            details: ["a", 2],
            nextRetryDelay: .milliseconds(1500),
            category: .benign,
            cause: Odd()
        )
        let context = PayloadContext()
        let message = try await context.failure(for: error)
        #expect(message.message == "no account")
        #expect(message.applicationFailureInfo.type == "AccountMissing")
        #expect(message.applicationFailureInfo.nonRetryable)
        #expect(message.applicationFailureInfo.category == .benign)
        #expect(
            message.applicationFailureInfo.nextRetryDelay == Google_Protobuf_Duration(seconds: 1, nanos: 500_000_000)
        )
        #expect(message.cause.applicationFailureInfo.type == "Odd")
        #expect(message.cause.message == "odd")

        let failure = try await context.failure(message)
        #expect(failure.kind == .application)
        #expect(failure.application?.type == "AccountMissing")
        #expect(failure.application?.isNonRetryable == true)
        #expect(failure.application?.nextRetryDelay == .milliseconds(1500))
        #expect(failure.application?.category == .benign)
        let (text, number) = try failure.details(as: String.self, Int.self)
        #expect((text, number) == ("a", 2))
        #expect(throws: TemporalError.self) { try failure.details(as: String.self, Int.self, Int.self) }
        #expect(failure.cause?.message == "odd")
    }

    @Test("Any other error is a retryable failure with the name of its type; a cancellation is one")
    func others() async throws {
        let context = PayloadContext()
        let odd = try await context.failure(for: Odd())
        #expect(odd.applicationFailureInfo.type == "Odd")
        #expect(!odd.applicationFailureInfo.nonRetryable)
        #expect(odd.source == failureSource)
        let canceled = try await context.failure(for: CancellationError())
        #expect(canceled.failureInfo == .canceledFailureInfo(.init()))
        let wrapped = TemporalError(code: .workflowFailed, message: "m", failure: try await context.failure(odd))
        let message = try await context.failure(for: wrapped)
        #expect(message.applicationFailureInfo.type == "TemporalError")
        #expect(message.cause == odd)
    }

    @Test("A failure that is thrown on is sent as it came, unknown fields included")
    func unchanged() async throws {
        var message = ProtoFailure()
        message.message = "outer"
        message.source = "GoSDK"
        message.stackTrace = "main.go:1"
        message.activityFailureInfo = .with {
            $0.activityType.name = "Charge"
            $0.activityID = "7"
            $0.retryState = .maximumAttemptsReached
        }
        message.cause = .with {
            $0.message = "inner"
            $0.timeoutFailureInfo = .with { $0.timeoutType = .heartbeat }
        }
        var bytes: [UInt8] = try message.serializedBytes()
        bytes += [0xFA, 0x7F, 2, 1, 2]  // Field 2047, of a version to come.
        message = try ProtoFailure(serializedBytes: bytes)

        let context = PayloadContext()
        let failure = try await context.failure(message)
        #expect(failure.kind == .activity)
        #expect(failure.source == "GoSDK")
        #expect(failure.stackTrace == "main.go:1")
        #expect(failure.activity?.type == "Charge")
        #expect(failure.activity?.id == "7")
        #expect(failure.activity?.retryState == .maximumAttemptsReached)
        #expect(failure.cause?.timeout == .heartbeat)
        #expect(failure.description == "activity: outer; caused by timeout: inner")
        #expect(try await context.failure(for: failure).serializedBytes() as [UInt8] == bytes)
    }

    @Test("Encoded attributes hide message and stack trace from history, and come back, at every depth")
    func encodedAttributes() async throws {
        let codec = TaggingCodec("!")
        let context = PayloadContext(converter: DataConverter(codecs: [codec], encodesFailureAttributes: true))
        let error = ApplicationFailure(
            "secret",
            type: "T",
            details: ["d"],
            cause: ApplicationFailure("deep", type: "U")
        )
        let message = try await context.failure(for: error)
        #expect(message.message == encodedFailureMessage)
        #expect(message.cause.message == encodedFailureMessage)
        #expect(!(try message.jsonString()).contains("secret"))
        let attributes = try Payload(message.encodedAttributes)
        #expect(String(buffer: attributes.data) == #"{"message":"secret","stack_trace":""}!"#)

        let failure = try await context.failure(message)
        #expect(failure.message == "secret")
        #expect(failure.cause?.message == "deep")
        #expect(try failure.details(as: String.self) == "d")
        #expect(codec.calls.last == "decode 3")
    }

    @Test("Each kind of failure is told apart")
    func kinds() async throws {
        let infos: [(ProtoFailure.OneOf_FailureInfo, TemporalFailure.Kind)] = [
            (.applicationFailureInfo(.init()), .application), (.timeoutFailureInfo(.init()), .timeout),
            (.canceledFailureInfo(.init()), .canceled), (.terminatedFailureInfo(.init()), .terminated),
            (.serverFailureInfo(.init()), .server), (.resetWorkflowFailureInfo(.init()), .resetWorkflow),
            (.activityFailureInfo(.init()), .activity), (.childWorkflowExecutionFailureInfo(.init()), .childWorkflow),
            (.nexusOperationExecutionFailureInfo(.init()), .nexusOperation),
            (.nexusHandlerFailureInfo(.init()), .nexusHandler),
        ]
        for (info, kind) in infos {
            let failure = try await PayloadContext().failure(.with { $0.failureInfo = info })
            #expect(failure.kind == kind)
        }
        #expect(try await PayloadContext().failure(ProtoFailure()).kind == .unspecified)
    }
}
