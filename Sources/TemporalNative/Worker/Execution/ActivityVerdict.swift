//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// What the server is told of an attempt.
///
/// The table of `rule(for:cancellation:)`: how the activity ended, down; why it was cancelled, across.
///
/// | | not at all | cancelled | paused, reset, worker shutdown | timed out, not found |
/// |---|---|---|---|---|
/// | returned | completed | completed | completed | nothing |
/// | pending | nothing | nothing | nothing | nothing |
/// | cancellation error | failed | cancelled | failed, with a type that says why | nothing |
/// | another error | failed | failed | failed | nothing |
///
/// A heartbeat whose details cannot be encoded or stored fails the attempt, whatever the activity makes of its cancellation. But
/// a failure that is not to be retried is the last word, and stays it (ES-F6).
enum ActivityVerdict: Hashable, Sendable {
    /// How the activity ended.
    enum Ending: Hashable, Sendable {
        case returned
        case pending
        case threwCancellation
        case threw
        /// A failure that is not to be retried.
        case threwFinal
    }

    /// Retryable application failures that stand for an end that was not the activity's own doing; the types are those
    /// of the other SDKs.
    enum Interruption: String, Hashable, Sendable {
        case paused = "ActivityPause"
        case reset = "ActivityReset"
        case workerShutdown = "WorkerShutdown"

        var message: String {
            switch self {
            case .paused: "The activity was paused"
            case .reset: "The activity was reset"
            case .workerShutdown: "The worker shut down before the activity ended"
            }
        }
    }

    case completed
    case canceled
    /// With the error that the activity threw.
    case failed
    /// With the error of the heartbeat.
    case heartbeatFailed
    case interrupted(Interruption)
    case nothing

    static func rule(for ending: Ending, cancellation reason: ActivityCancellationReason?) -> Self {
        if reason?.wantsNoAnswer == true { return .nothing }
        if reason == .heartbeatFailed, ending != .threwFinal { return .heartbeatFailed }
        switch ending {
        case .returned: return .completed
        case .pending: return .nothing
        case .threw, .threwFinal: return .failed
        case .threwCancellation: break
        }
        switch reason {
        case .canceled: return .canceled
        case .paused: return .interrupted(.paused)
        case .reset: return .interrupted(.reset)
        case .workerShutdown: return .interrupted(.workerShutdown)
        default: return .failed
        }
    }

    /// Whether details of a heartbeat that have not been sent go out first: the next attempt, or whoever looks at the
    /// cancelled one, gets them.
    ///
    /// A result makes them worthless.
    var flushesHeartbeats: Bool {
        switch self {
        case .canceled, .failed, .interrupted: true
        case .completed, .heartbeatFailed, .nothing: false
        }
    }
}
