//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore

/// How a message that is too large for the proxy is told.
enum MessageTooLarge {
    /// The beginning by which SDKs on sdk-core recognise it: they fail the task then, instead of trying for ever.
    static let prefix = "grpc: received message larger than max"

    /// The status for the client, where the transport may have refused the server's response.
    ///
    /// The transport makes `internalError` of all that it cannot read; that it is too large stands in its text only.
    static func status(forResponse status: Status) -> Status {
        guard status.code == .internalError, status.message.hasPrefix("Failed to decode message"),
            status.message.contains("resourceExhausted")
        else { return status }
        return Status(
            code: .resourceExhausted,
            message:
                "\(Self.prefix): the server's response, in the proxy; raise its max-message-bytes. \(status.message)"
        )
    }
}
