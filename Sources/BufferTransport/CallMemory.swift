//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import Groundwork

/// The memory of one call, for the transports that it goes through (ES-R7).
///
/// Whoever makes a call and has a budget for all of them says so in ``current``; the transports below count in it what
/// they hold for the call. Each takes it when the call begins: a response may be read in another task.
package struct CallMemory: Sendable {
    /// That of the call that is being made; nil where nothing is counted.
    @TaskLocal package static var current: CallMemory?

    /// What the response takes: from its first bytes, with what it refers to, until it is handed on.
    package var response: ByteShare

    /// Told how many bytes of the request are left, once it is on its way.
    package var requestIsSent: @Sendable (Int) -> Void

    package init(response: ByteShare, requestIsSent: @escaping @Sendable (Int) -> Void) {
        self.response = response
        self.requestIsSent = requestIsSent
    }

    /// Below this size, in bytes, a message is not counted: there are only so many calls.
    package static let uncounted = 1_024
}
