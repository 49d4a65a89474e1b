//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOCore
import TemporalNative

/// Waits for a value and hands it to an activity.
struct Invert: WorkflowDefinition {
    @WorkflowState var value = ByteBuffer()

    init(input: Void) {}

    func run(context: WorkflowContext<Self>, input: Void) async throws -> ByteBuffer {
        try await context.condition { self.value.readableBytes > 0 }
        return try await context.executeActivity(
            "invert",
            options: ActivityOptions(startToCloseTimeout: .seconds(60)),
            input: self.value,
            returning: ByteBuffer.self
        )
    }

    func put(_ value: ByteBuffer) { self.value = value }

    func current() -> ByteBuffer { self.value }

    static var handlers: [WorkflowHandler<Self>] {
        [.signal("put", Self.put), .query("current", Self.current)]
    }
}
