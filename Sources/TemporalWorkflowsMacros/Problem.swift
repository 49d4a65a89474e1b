//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import SwiftDiagnostics
import SwiftSyntax
import SwiftSyntaxMacros

/// What is wrong with the code that a macro is attached to, and what to do about it.
struct Problem: DiagnosticMessage, Error {
    let message: String
    var severity = DiagnosticSeverity.error

    var diagnosticID: MessageID { MessageID(domain: "TemporalWorkflows", id: self.message) }

    init(_ message: String, severity: DiagnosticSeverity = .error) {
        self.message = message
        self.severity = severity
    }
}

extension MacroExpansionContext {
    func diagnose(_ problem: Problem, at node: some SyntaxProtocol) {
        self.diagnose(Diagnostic(node: node, message: problem))
    }
}
