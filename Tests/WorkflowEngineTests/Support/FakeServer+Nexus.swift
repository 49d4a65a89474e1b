//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import SwiftProtobuf
import TemporalAPI
import WorkflowEngine

extension FakeServer {
    /// How a Nexus operation ends.
    enum NexusEnding: CaseIterable {
        case completed, failed, canceled, timedOut
    }

    /// The handler has started an operation, which goes on.
    func start(nexus operation: Int64) {
        guard self.unstartedNexusOperations.remove(operation) != nil else { return }
        self.happen(.nexusOperationStarted) { event in
            event.nexusOperationStartedEventAttributes = .with {
                $0.scheduledEventID = operation
                $0.operationToken = "token-\(operation)"
            }
        }
    }

    /// An operation ends, whether it was started or not.
    func end(nexus operation: Int64, _ how: NexusEnding = .completed) {
        guard let index = self.nexusOperations.firstIndex(of: operation) else { return }
        self.nexusOperations.remove(at: index)
        self.unstartedNexusOperations.remove(operation)
        let failure = API.Failure.with { failure in
            failure.message = "nexus operation completed unsuccessfully"
            failure.nexusOperationExecutionFailureInfo = .with { $0.scheduledEventID = operation }
            failure.cause = .with { cause in
                switch how {
                case .canceled: cause.canceledFailureInfo = .init()
                case .timedOut: cause.timeoutFailureInfo = .with { $0.timeoutType = .scheduleToClose }
                default: cause.message = "failed"
                }
            }
        }
        switch how {
        case .completed:
            self.happen(.nexusOperationCompleted) { event in
                event.nexusOperationCompletedEventAttributes = .with {
                    $0.scheduledEventID = operation
                    $0.result = API.Payloads.text("n\(operation)").payloads[0]
                }
            }
        case .failed:
            self.happen(.nexusOperationFailed) { event in
                event.nexusOperationFailedEventAttributes = .with {
                    $0.scheduledEventID = operation
                    $0.failure = failure
                }
            }
        case .canceled:
            self.happen(.nexusOperationCanceled) { event in
                event.nexusOperationCanceledEventAttributes = .with {
                    $0.scheduledEventID = operation
                    $0.failure = failure
                }
            }
        case .timedOut:
            self.happen(.nexusOperationTimedOut) { event in
                event.nexusOperationTimedOutEventAttributes = .with {
                    $0.scheduledEventID = operation
                    $0.failure = failure
                }
            }
        }
    }

    /// A request to cancel an operation has reached the handler, which has taken it or not.
    func answerNexusCancellation(isTaken: Bool = true) {
        guard !self.nexusCancellations.isEmpty else { return }
        let request = self.nexusCancellations.removeFirst()
        if isTaken {
            self.happen(.nexusOperationCancelRequestCompleted) { event in
                event.nexusOperationCancelRequestCompletedEventAttributes = .with {
                    $0.requestedEventID = request.event
                    $0.scheduledEventID = request.operation
                }
            }
        } else {
            self.happen(.nexusOperationCancelRequestFailed) { event in
                event.nexusOperationCancelRequestFailedEventAttributes = .with {
                    $0.requestedEventID = request.event
                    $0.scheduledEventID = request.operation
                    $0.failure = .with { $0.message = "the handler refused" }
                }
            }
        }
    }

    /// Whether an event is the end of an operation.
    func ends(_ event: API.Event, nexus operation: Int64) -> Bool {
        switch event.attributes {
        case .nexusOperationCompletedEventAttributes(let end): end.scheduledEventID == operation
        case .nexusOperationFailedEventAttributes(let end): end.scheduledEventID == operation
        case .nexusOperationCanceledEventAttributes(let end): end.scheduledEventID == operation
        case .nexusOperationTimedOutEventAttributes(let end): end.scheduledEventID == operation
        default: false
        }
    }
}
