//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Why there is no connection to a server: the cause of an error of a call that was not sent.
///
/// A call that ends with its connection, or is reset, says nothing about the server: it has no such cause.
package struct ServerUnreachable: Error, CustomStringConvertible {
    /// What the system, TLS or HTTP/2 says.
    package var cause: any Error

    package init(cause: any Error) {
        self.cause = cause
    }

    /// What the cause says.
    package var description: String { "\(self.cause)" }

    /// The server takes connections, and ends them at once.
    struct Ended: Error, CustomStringConvertible {
        var description: String { "it ends connections as soon as they are made" }
    }
}
