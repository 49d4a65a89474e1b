//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import SwiftSyntax

extension DeclModifierListSyntax {
    func contains(_ keyword: Keyword) -> Bool {
        self.contains { $0.name.tokenKind == .keyword(keyword) && $0.detail == nil }
    }

    /// `public `, `package `, or nothing, to be put in front of what has the same access.
    var access: String {
        if self.contains(.public) || self.contains(.open) { return "public " }
        return self.contains(.package) ? "package " : ""
    }

    var isStatic: Bool { self.contains(.static) || self.contains(.class) }
}

extension AttributeListSyntax {
    /// The attribute with a name, if it is there.
    func attribute(_ name: String) -> AttributeSyntax? {
        for case .attribute(let attribute) in self where attribute.attributeName.trimmedDescription == name {
            return attribute
        }
        return nil
    }
}

extension AttributeSyntax {
    /// An argument as it is written, if it is there.
    func argument(_ label: String) -> ExprSyntax? {
        guard case .argumentList(let arguments) = self.arguments else { return nil }
        return arguments.first { $0.label?.text == label }?.expression
    }
}

extension FunctionDeclSyntax {
    /// The type that is returned; nil for nothing.
    var output: TypeSyntax? {
        guard let type = self.signature.returnClause?.type else { return nil }
        return ["Void", "()"].contains(type.trimmedDescription) ? nil : type
    }

    var isAsync: Bool { self.signature.effectSpecifiers?.asyncSpecifier != nil }

    var isThrowing: Bool { self.signature.effectSpecifiers?.throwsClause != nil }

    /// What stands in front of a call: `try await `.
    var effects: String { (self.isThrowing ? "try " : "") + (self.isAsync ? "await " : "") }

    var parameters: [FunctionParameterSyntax] { Array(self.signature.parameterClause.parameters) }
}

extension String {
    /// With an upper-case letter at the beginning, and nothing else changed: the name of the type that stands for a member.
    var capitalized: String { self.prefix(1).uppercased() + self.dropFirst() }

    /// Without the ticks around a name that is a keyword.
    var withoutTicks: String { self.filter { $0 != "`" } }
}

extension TypeSyntax {
    /// The type as it is called inside of a type that stands for a member: what means something else there is written with
    /// the name of the type around.
    func qualified(in enclosing: String) -> String {
        Qualifier(enclosing: enclosing).rewrite(Syntax(self.trimmed)).description
    }
}

private final class Qualifier: SyntaxRewriter {
    private let enclosing: String

    init(enclosing: String) {
        self.enclosing = enclosing
        super.init(viewMode: .sourceAccurate)
    }

    override func visit(_ node: IdentifierTypeSyntax) -> TypeSyntax {
        switch node.name.text {
        case "Self": TypeSyntax(IdentifierTypeSyntax(name: .identifier(self.enclosing)))
        case "Input", "Output", "Workflow":
            TypeSyntax(
                MemberTypeSyntax(
                    baseType: IdentifierTypeSyntax(name: .identifier(self.enclosing)),
                    name: node.name.trimmed
                )
            )
        default: super.visit(node)
        }
    }
}
