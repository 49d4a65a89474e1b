//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import SwiftSyntax
import SwiftSyntaxBuilder
import SwiftSyntaxMacros

/// `@Activity`: says which functions are activities, and is checked; `@ActivityContainer` makes their types.
enum ActivityMacro: PeerMacro {
    static func expansion(
        of node: AttributeSyntax,
        providingPeersOf declaration: some DeclSyntaxProtocol,
        in context: some MacroExpansionContext
    ) throws -> [DeclSyntax] {
        guard let function = declaration.as(FunctionDeclSyntax.self) else {
            context.diagnose(Problem("`@Activity` is for functions"), at: declaration)
            return []
        }
        let attributes = context.lexicalContext.first?.asProtocol((any WithAttributesSyntax).self)?.attributes
        guard attributes?.attribute("ActivityContainer") != nil else {
            context.diagnose(
                Problem("an activity stands directly in a struct or class: put `@ActivityContainer` in front of that"),
                at: node
            )
            return []
        }
        let name = function.name.text
        if function.genericParameterClause != nil {
            context.diagnose(
                Problem("`\(name)` must not be generic: the input of an activity is decoded"),
                at: function.name
            )
        }
        if function.modifiers.isStatic {
            context.diagnose(
                Problem("`\(name)` must not be static: an activity belongs to its container"),
                at: function.name
            )
        }
        if function.modifiers.contains(.mutating) {
            context.diagnose(
                Problem(
                    "`\(name)` must not be mutating: attempts run at the same time, so keep what changes in an actor"
                ),
                at: function.name
            )
        }
        if function.parameters.count > 1 {
            context.diagnose(
                Problem("`\(name)` takes too many inputs: put them into one `Codable` struct"),
                at: function.signature.parameterClause
            )
        }
        if node.isDynamic, node.argument("name") != nil {
            context.diagnose(Problem("a dynamic activity is for every name: take `name` off, or `dynamic`"), at: node)
        }
        if node.isDynamic, function.parameters.count != 1 {
            context.diagnose(
                Problem(
                    "a dynamic activity takes `[TemporalRawValue]`: write `func \(name)(input: [TemporalRawValue])`"
                ),
                at: function.signature.parameterClause
            )
        }
        return []
    }
}

extension AttributeSyntax {
    fileprivate var isDynamic: Bool { self.argument("dynamic")?.trimmedDescription == "true" }
}

/// `@ActivityContainer`.
enum ActivityContainerMacro: ExtensionMacro {
    static func expansion(
        of node: AttributeSyntax,
        attachedTo declaration: some DeclGroupSyntax,
        providingExtensionsOf type: some TypeSyntaxProtocol,
        conformingTo protocols: [TypeSyntax],
        in context: some MacroExpansionContext
    ) throws -> [ExtensionDeclSyntax] {
        let name: String
        let modifiers: DeclModifierListSyntax
        if let container = declaration.as(StructDeclSyntax.self) {
            (name, modifiers) = (container.name.text, container.modifiers)
        } else if let container = declaration.as(ClassDeclSyntax.self) {
            (name, modifiers) = (container.name.text, container.modifiers)
        } else {
            context.diagnose(Problem("`@ActivityContainer` is for structs and classes: make it one of them"), at: node)
            return []
        }
        guard !modifiers.contains(.private) else {
            context.diagnose(
                Problem("a container of activities must not be private: workflows call its activities by their types"),
                at: node
            )
            return []
        }
        let activities = declaration.memberBlock.members
            .compactMap { $0.decl.as(FunctionDeclSyntax.self) }
            .filter { $0.attributes.attribute("Activity") != nil }
        let access = modifiers.access
        var seen: Set<String> = []
        for activity in activities where !seen.insert(activity.name.text).inserted {
            context.diagnose(
                Problem("there are two activities `\(activity.name.text)`, and one type for both: rename one of them"),
                at: activity.name
            )
        }
        let types = activities.map { Self.type(of: $0, in: name, access) }.joined(separator: "\n")
        let list = activities.map { "self.activities.\($0.name.text)" }.joined(separator: ", ")
        let conformance = protocols.isEmpty ? "" : ": ActivityContainer"
        // Apart from the conformance: `activities` there is what a worker takes, and is made of `allActivities`.
        return [
            try ExtensionDeclSyntax(
                """
                extension \(type.trimmed) {
                    \(raw: access)struct Activities: Sendable {
                        fileprivate let container: \(raw: name)
                \(raw: types)
                    }

                    \(raw: access)var activities: Activities { Activities(container: self) }
                }
                """
            ),
            try ExtensionDeclSyntax(
                """
                extension \(type.trimmed)\(raw: conformance) {
                    \(raw: access)var allActivities: [any ActivityDefinition] {
                        [\(raw: list)]
                    }
                }
                """
            ),
        ]
    }

    private static func type(of function: FunctionDeclSyntax, in container: String, _ outer: String) -> String {
        let access = outer.isEmpty ? "" : function.modifiers.access
        let (name, parameter) = (function.name.text, function.parameters.first)
        let type = name.withoutTicks.capitalized
        let input = parameter.map { $0.type.qualified(in: container) } ?? "Void"
        let output = function.output?.qualified(in: container)
        let label = parameter.map { $0.firstName.text == "_" ? "" : "\($0.firstName.text): " } ?? ""
        let argument = parameter == nil ? "" : "\(label)input"
        var lines = ["fileprivate let container: \(container)", ""]
        if let attribute = function.attributes.attribute("Activity") {
            if let name = attribute.argument("name"), !name.is(NilLiteralExprSyntax.self) {
                lines.append("\(access)static var name: String { \(name.trimmed) }")
            }
            if attribute.isDynamic { lines.append("\(access)static var isDynamic: Bool { true }") }
        }
        lines += [
            "\(access)func run(input: \(input)) async throws -> \(output ?? "Void") {",
            "    \(output == nil ? "" : "return ")\(function.effects)self.container.\(name)(\(argument))",
            "}",
        ]
        let body = lines.map { $0.isEmpty ? "" : "            \($0)" }.joined(separator: "\n")
        return """

                    \(access)struct \(type): ActivityDefinition {
            \(body)
                    }

                    \(access)var \(name): \(type) { \(type)(container: self.container) }
            """
    }
}
