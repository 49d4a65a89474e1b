//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import SwiftCompilerPlugin
import SwiftSyntaxMacros

@main
struct Plugin: CompilerPlugin {
    let providingMacros: [any Macro.Type] = [
        WorkflowMacro.self, WorkflowSignalMacro.self, WorkflowQueryMacro.self, WorkflowUpdateMacro.self,
        ActivityMacro.self, ActivityContainerMacro.self,
    ]
}
