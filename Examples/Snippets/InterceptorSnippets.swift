//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import TemporalNative

// snippet.begin
struct Tenant: ClientInterceptor {
    let name: String

    func startWorkflow<Output: Sendable>(
        _ input: StartWorkflowInput,
        next: InterceptorNext<StartWorkflowInput, Output>
    ) async throws -> Output {
        var input = input
        input.headers["tenant"] = try DataConverter().payload(for: self.name)
        return try await next(input)
    }
}
// snippet.end
