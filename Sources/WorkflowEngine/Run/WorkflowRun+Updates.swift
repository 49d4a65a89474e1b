//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import SwiftProtobuf
import TemporalAPI

/// An update on its way to the code.
struct IncomingUpdate: Sendable {
    var messageID: String
    var instanceID: String
    var sequencingID: Int64
    var request: API.UpdateRequest
    /// Where history says that it was accepted; nil if it does not, and it is to be validated.
    var acceptedEventID: Int64?
    var wasAccepted: Bool { self.acceptedEventID != nil }
}

extension WorkflowRun {
    func handle(_ update: IncomingUpdate) {
        self.runningHandlers += 1
        _ = self.spawn {
            await self.run(update)
            if self.executor.isCurrent { self.runningHandlers -= 1 }
        }
    }

    private func run(_ update: IncomingUpdate) async {
        let decision = self.readingOnly {
            self.program.judge(update.request, validates: !update.wasAccepted, in: self)
        }
        switch decision {
        case .rejected(let failure):
            if let event = update.acceptedEventID {
                self.fail(
                    .nondeterminism(
                        at: event,
                        expected: "WorkflowExecutionUpdateAccepted(update: \(update.instanceID))",
                        found: "a rejection: \(failure.message)"
                    )
                )
                return
            }
            self.reject(update, failure)
        case .accepted(let body):
            self.accept(update)
            self.complete(update, await body())
        }
    }

    private func reject(_ update: IncomingUpdate, _ failure: API.Failure) {
        let rejection = Temporal_Api_Update_V1_Rejection.with { rejection in
            rejection.rejectedRequestMessageID = update.messageID
            rejection.rejectedRequestSequencingEventID = update.sequencingID
            rejection.rejectedRequest = update.request
            rejection.failure = failure
        }
        self.send(rejection, as: "reject", of: update)
    }

    private func accept(_ update: IncomingUpdate) {
        let acceptance = Temporal_Api_Update_V1_Acceptance.with { acceptance in
            acceptance.acceptedRequestMessageID = update.messageID
            acceptance.acceptedRequestSequencingEventID = update.sequencingID
            acceptance.acceptedRequest = update.request
        }
        let id = self.send(acceptance, as: "accept", of: update)
        self.add(PendingCommand(.message(id), kind: .updateAccepted(instanceID: update.instanceID)))
    }

    private func complete(_ update: IncomingUpdate, _ ending: UpdateEnding) {
        // It may end because its run is given up, or where nobody listens any more.
        guard self.executor.isCurrent, !self.isEvicted, !self.isFinished || self.hasUnsentEnd else { return }
        let response = Temporal_Api_Update_V1_Response.with { response in
            response.meta = update.request.meta
            switch ending {
            case .completed(let result): response.outcome.success = result ?? .init()
            case .failed(let failure): response.outcome.failure = failure
            case .taskFailed: break
            }
        }
        if case .taskFailed(let failure) = ending {
            self.fail(failure)
            return
        }
        let id = self.send(response, as: "complete", of: update)
        self.add(PendingCommand(.message(id), kind: .updateCompleted(instanceID: update.instanceID)))
    }

    /// Whether the command that ends the workflow is one of this task, so that others may go with it.
    private var hasUnsentEnd: Bool { self.unconfirmed[self.sentCount...].contains(where: \.isTerminal) }

    /// Adds a message to the answer, unless history has it already.
    ///
    /// - Returns: The id of the message.
    @discardableResult
    private func send(_ body: any Message, as verb: String, of update: IncomingUpdate) -> String {
        let id = "\(update.messageID)/\(verb)"
        guard !self.isReplaying else { return id }
        do {
            let body = try Google_Protobuf_Any(message: body)
            self.messages.append(
                .with { message in
                    message.id = id
                    message.protocolInstanceID = update.instanceID
                    message.body = body
                }
            )
        } catch {
            self.fail(
                WorkflowTaskFailure(
                    cause: .workflowWorkerUnhandledFailure,
                    message: "the answer to the update \(update.instanceID) cannot be encoded: \(error)"
                )
            )
        }
        return id
    }
}

extension API.Command {
    /// The place of a message among the commands.
    fileprivate static func message(_ id: String) -> Self {
        .with { command in
            command.commandType = .protocolMessage
            command.protocolMessageCommandAttributes = .with { $0.messageID = id }
        }
    }
}
