//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import TemporalAPI

extension Connection {
    /// What the server says about itself, also to find out whether it is there.
    ///
    /// - Returns: Its version and capabilities; an old server that knows no such call has none.
    /// - Throws: ``TemporalError``: `unavailable` if nobody answers within five seconds.
    func systemInfo() async throws -> Temporal_Api_Workflowservice_V1_GetSystemInfoResponse {
        do {
            return try await self.call(WorkflowService.GetSystemInfo.self, .init(), patience: .once(.seconds(5)))
        } catch let error as TemporalError where error.code == .unimplemented {
            return .init()
        } catch let error as TemporalError where error.code == .timedOut {
            throw TemporalError(
                code: .unavailable,
                message: "the Temporal server does not answer; check the address, and whether it expects TLS",
                cause: error.cause
            )
        }
    }
}
