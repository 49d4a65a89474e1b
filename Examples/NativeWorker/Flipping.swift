//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOCore
import TemporalNative

/// A workflow that has bytes flipped twice, with a pause between the two, and so gives back what it was given.
struct FlipTwice: WorkflowDefinition {
    init(input: ByteBuffer) {}

    func run(context: WorkflowContext<Self>, input: ByteBuffer) async throws -> ByteBuffer {
        let options = ActivityOptions(startToCloseTimeout: .seconds(60))
        let flipped: ByteBuffer = try await context.executeActivity("flip", options: options, input: input)
        try await context.sleep(for: .seconds(1))
        return try await context.executeActivity("flip", options: options, input: flipped)
    }
}
