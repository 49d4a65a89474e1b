//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Why an operator's command cannot go on.
package struct OperationsError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure.
    package enum Code: String, Sendable {
        /// The directory with the state of passes cannot be used.
        case state
        /// The server or the namespace is not what it has to be.
        case cluster
        /// The store is not what it has to be.
        case store
        /// Something else holds what only one may hold at a time.
        case busy
        /// What was asked for is not safe, or makes no sense.
        case refused
        /// What was asked for is not there.
        case notFound
    }

    package var code: Code
    /// What happened and what to do next.
    package var message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { self.message }
}
