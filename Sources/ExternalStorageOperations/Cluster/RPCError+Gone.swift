//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore

extension RPCError {
    /// The type of the detail that a server sends with it.
    private static let detail = ByteNeedle(Array("/temporal.api.errordetails.v1.NotFoundFailure".utf8))

    /// Whether the server itself says that there is no such thing in a namespace which is there (P24).
    ///
    /// A gateway that hides what the caller may not see says "not found" as well, and so does the server of a namespace that
    /// it does not have; neither sends this detail. To take them for it would be to think that everything is gone.
    var saysThatItIsGone: Bool {
        guard self.code == .notFound else { return false }
        for bytes in self.metadata[binaryValues: "grpc-status-details-bin"]
        where !Self.detail.positions(in: bytes.span).isEmpty { return true }
        return false
    }
}
