//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import SwiftParser
import SwiftSyntax
import SwiftSyntaxMacros

/// `@WorkflowSignal`.
enum WorkflowSignalMacro: PeerMacro {
    static func expansion(
        of node: AttributeSyntax,
        providingPeersOf declaration: some DeclSyntaxProtocol,
        in context: some MacroExpansionContext
    ) throws -> [DeclSyntax] { handlerPeers(.signal, node, declaration, in: context) }
}

/// `@WorkflowQuery`.
enum WorkflowQueryMacro: PeerMacro {
    static func expansion(
        of node: AttributeSyntax,
        providingPeersOf declaration: some DeclSyntaxProtocol,
        in context: some MacroExpansionContext
    ) throws -> [DeclSyntax] { handlerPeers(.query, node, declaration, in: context) }
}

/// `@WorkflowUpdate`.
enum WorkflowUpdateMacro: PeerMacro {
    static func expansion(
        of node: AttributeSyntax,
        providingPeersOf declaration: some DeclSyntaxProtocol,
        in context: some MacroExpansionContext
    ) throws -> [DeclSyntax] { handlerPeers(.update, node, declaration, in: context) }
}

private func handlerPeers(
    _ kind: Handler.Kind,
    _ node: AttributeSyntax,
    _ declaration: some DeclSyntaxProtocol,
    in context: some MacroExpansionContext
) -> [DeclSyntax] {
    guard let handler = Handler.read(kind, declaration, of: node, in: context),
        let workflow = context.lexicalContext.first?.as(StructDeclSyntax.self)?.name.text
    else { return [] }
    // Whether there is such a method is looked at by `@Workflow`, which sees all of the struct.
    let validator = node.argument("validator")?.as(StringLiteralExprSyntax.self)?.representedLiteralValue
    return handler.declarations(node, of: workflow, validator: validator)
}
