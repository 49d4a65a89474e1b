//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore

/// How a call ended.
enum CallEnd: Sendable {
    /// With this status, the upstream's or the proxy's own.
    case answered(Status, Metadata)
    /// Cancelled: the client gave up or is gone, or the proxy stops.
    case cancelled

    /// The code for metrics and logs.
    var code: Status.Code {
        switch self {
        case .answered(let status, _): status.code
        case .cancelled: .cancelled
        }
    }
}
