//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore

/// Calls that wait at the server for something to happen, and that every SDK repeats if they come back with nothing.
enum LongPolls {
    /// Whether a call of this method may wait for long and can be ended without loss.
    static func contains(_ descriptor: MethodDescriptor) -> Bool {
        descriptor.method.hasPrefix("Poll") || descriptor.method == "GetWorkflowExecutionHistory"
    }
}
