//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

extension PayloadContext {
    /// The context of the activity that the current task runs.
    ///
    /// - Throws: ``TemporalError/Code/invalidArgument`` outside of an activity.
    static func ofActivity() throws -> PayloadContext {
        if let context = ActivityContext.current { return context.payloads }
        throw TemporalError(
            code: .invalidArgument,
            message: "a value is stored outside of an activity: say where with TemporalClient.store(_:target:)"
        )
    }
}
