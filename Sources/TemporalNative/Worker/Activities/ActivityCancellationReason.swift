//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Why an activity was cancelled.
///
/// The first reason stays: an activity that is being cancelled does not get another one.
public struct ActivityCancellationReason: Hashable, Sendable, CustomStringConvertible {
    private enum Base: String {
        case canceled
        case reset
        case paused
        case workerShutdown
        case timedOut
        case notFound
        case heartbeatFailed
    }

    private let base: Base

    private init(_ base: Base) {
        self.base = base
    }

    /// The reason in one word.
    public var description: String { self.base.rawValue }

    /// The workflow, or somebody in its place, asked for it.
    ///
    /// The attempt ends as cancelled if the activity throws a cancellation error, and as whatever it does otherwise.
    public static let canceled = Self(.canceled)
    /// The activity was reset and begins anew, with attempt 1.
    public static let reset = Self(.reset)
    /// The activity was paused: no further attempt starts before it is unpaused.
    public static let paused = Self(.paused)
    /// The worker shuts down, and its grace period is over.
    ///
    /// Another attempt starts elsewhere.
    public static let workerShutdown = Self(.workerShutdown)
    /// A timeout of the attempt is over; the server has given it up and wants no answer.
    public static let timedOut = Self(.timedOut)
    /// The server does not know the attempt any more: it timed out, or its workflow has ended.
    ///
    /// It wants no answer.
    public static let notFound = Self(.notFound)
    /// The details of a heartbeat could not be encoded.
    ///
    /// The attempt fails with that error.
    public static let heartbeatFailed = Self(.heartbeatFailed)
}

extension ActivityCancellationReason {
    /// What the server says in its answer to a heartbeat: a request to cancel first, then a reset, then a pause.
    static func reason(cancelRequested: Bool, activityReset: Bool, activityPaused: Bool) -> Self? {
        if cancelRequested { return .canceled }
        if activityReset { return .reset }
        return activityPaused ? .paused : nil
    }

    /// Whether the server has given the attempt up, so that no answer is sent.
    var wantsNoAnswer: Bool { self == .timedOut || self == .notFound }
}
