//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// How long a call may take, and how often it is tried.
struct Patience: Hashable, Sendable {
    /// The deadline of one try.
    var timeout: Duration
    /// When it is tried again.
    var retries: CallRetries

    /// A try, and no second one.
    static func once(_ timeout: Duration) -> Self {
        Self(timeout: timeout, retries: .once)
    }

    /// A poll for tasks: the server answers within a minute, with nothing if there is nothing.
    static let taskPoll = Self(timeout: .seconds(70), retries: .taskPoll)
}
