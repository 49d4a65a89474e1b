//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Thrown by an activity that somebody else will complete.
///
/// The attempt ends, the worker's slot is free, and nothing is reported: whoever has
/// ``ActivityInfo/taskToken`` or the ids of workflow and activity completes it through a client, which may be in another
/// process. The timeouts of the activity go on, the heartbeat timeout among them.
///
/// ```swift
/// Activity("approve") { (request: Order) -> Receipt in
///     try await mail(request, token: ActivityContext.current?.info.taskToken)
///     throw ActivityResultPending()
/// }
/// ```
public struct ActivityResultPending: Error, Sendable {
    /// Creates the marker.
    public init() {}
}

/// ``ActivityResultPending``, as other SDKs call it.
public typealias CompleteAsyncError = ActivityResultPending
