//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import SwiftDiagnostics
import SwiftParser
import SwiftSyntax
import SwiftSyntaxBuilder
import SwiftSyntaxMacros

/// `@Workflow`.
enum WorkflowMacro {}

// MARK: - Members

extension WorkflowMacro: MemberMacro {
    static func expansion(
        of node: AttributeSyntax,
        providingMembersOf declaration: some DeclGroupSyntax,
        conformingTo protocols: [TypeSyntax],
        in context: some MacroExpansionContext
    ) throws -> [DeclSyntax] {
        guard let workflow = declaration.as(StructDeclSyntax.self) else {
            let problem = Problem(
                "`@Workflow` can only be applied to structs: make it a `struct`, all copies of which share its variables"
            )
            context.diagnose(problem, at: node)
            return []
        }
        let members = workflow.memberBlock.members.map(\.decl)
        let functions = members.compactMap { $0.as(FunctionDeclSyntax.self) }
        guard let run = functions.first(where: { $0.name.text == "run" }) else {
            context.diagnose(
                Problem(
                    "a workflow needs "
                        + "`mutating func run(context: WorkflowContext<Self>, input: Input) async throws -> Output`"
                ),
                at: workflow.name
            )
            return []
        }
        Self.checkValidators(functions, in: context)
        let handlers = Self.handlers(members)
        Self.checkNames(handlers, members, in: context)
        let access = workflow.modifiers.access
        var result = Self.initializer(members, run, access, in: context)
        for (kind, list) in [("signals", "Signal"), ("queries", "Query"), ("updates", "Update")] {
            let types = handlers.filter { $0.attribute == "Workflow\(list)" }.map { "\($0.type)()" }
            guard !types.isEmpty else { continue }
            result.append(
                """
                \(raw: access)static var \(raw: kind): [any Workflow\(raw: list)Definition<Self>] {
                    [\(raw: types.joined(separator: ", "))]
                }
                """
            )
        }
        return result
    }

    private struct Member {
        var attribute: String
        var name: TokenSyntax
        var type: String { self.name.text.withoutTicks.capitalized }
    }

    private static func handlers(_ members: [DeclSyntax]) -> [Member] {
        members.flatMap { member in
            let attributes: AttributeListSyntax
            let name: TokenSyntax
            if let function = member.as(FunctionDeclSyntax.self) {
                (attributes, name) = (function.attributes, function.name)
            } else if let property = member.as(VariableDeclSyntax.self),
                let pattern = property.bindings.first?.pattern.as(IdentifierPatternSyntax.self)
            {
                (attributes, name) = (property.attributes, pattern.identifier)
            } else {
                return [Member]()
            }
            return ["WorkflowSignal", "WorkflowQuery", "WorkflowUpdate"]
                .filter { attributes.attribute($0) != nil }
                .map { Member(attribute: $0, name: name) }
        }
    }

    /// Two types with one name would be an error of the compiler that nobody understands.
    private static func checkNames(
        _ handlers: [Member],
        _ members: [DeclSyntax],
        in context: some MacroExpansionContext
    ) {
        var taken = Set(members.compactMap { $0.asProtocol((any NamedDeclSyntax).self)?.typeName })
        for handler in handlers where !taken.insert(handler.type).inserted {
            let problem = Problem(
                "`\(handler.name.text)` makes a type `\(handler.type)`, and there is one already: rename one of them"
            )
            context.diagnose(problem, at: handler.name)
        }
    }

    private static func initializer(
        _ members: [DeclSyntax],
        _ run: FunctionDeclSyntax,
        _ access: String,
        in context: some MacroExpansionContext
    ) -> [DeclSyntax] {
        var isThere = false
        for initializer in members.compactMap({ $0.as(InitializerDeclSyntax.self) }) {
            let labels = initializer.signature.parameterClause.parameters.map(\.firstName.text)
            guard labels != ["input"] else {
                isThere = true
                continue
            }
            let problem = Problem(
                "a worker creates workflows with `init(input:)`, and never with this",
                severity: .warning
            )
            context.diagnose(problem, at: initializer)
        }
        guard !isThere else { return [] }
        let type = run.parameters.first { $0.firstName.text == "input" }?.type.trimmedDescription ?? "Input"
        return ["\(raw: access)init(input: \(raw: type)) {}"]
    }

    private static func checkValidators(_ functions: [FunctionDeclSyntax], in context: some MacroExpansionContext) {
        for update in functions {
            guard let argument = update.attributes.attribute("WorkflowUpdate")?.argument("validator") else { continue }
            guard !argument.is(NilLiteralExprSyntax.self) else { continue }
            guard let name = argument.as(StringLiteralExprSyntax.self)?.representedLiteralValue else {
                context.diagnose(
                    Problem("the name of the validator has to be written as it is, in quotes"),
                    at: argument
                )
                continue
            }
            let input = update.parameters.last?.type.trimmedDescription ?? "Void"
            guard let validator = functions.first(where: { $0.name.text == name }) else {
                let problem = Problem("there is no validator: add `func \(name)(input: \(input)) throws` to the struct")
                context.diagnose(problem, at: argument)
                continue
            }
            if let problem = Self.problem(with: validator, input) { context.diagnose(problem, at: validator.name) }
        }
    }

    private static func problem(with validator: FunctionDeclSyntax, _ input: String) -> Problem? {
        let name = validator.name.text
        if validator.isAsync {
            return Problem("a validator decides at once: take `async` off `\(name)`, and wait in the handler")
        }
        if validator.modifiers.contains(.mutating) {
            return Problem(
                "a validator changes nothing: take `mutating` off `\(name)`, and make the change in the handler"
            )
        }
        if validator.modifiers.isStatic { return Problem("the validator `\(name)` must not be static") }
        if validator.output != nil {
            return Problem("a validator rejects by throwing: `\(name)` has to return nothing")
        }
        let parameters = validator.parameters
        guard parameters.count == 1, parameters[0].firstName.text == "input",
            parameters[0].type.trimmedDescription == input
        else {
            return Problem(
                "a validator takes what its update takes, and nothing else: `func \(name)(input: \(input)) throws`"
            )
        }
        return nil
    }
}

extension NamedDeclSyntax {
    /// Its name, if it is a type.
    fileprivate var typeName: String? {
        self.is(FunctionDeclSyntax.self) || self.is(MacroDeclSyntax.self) ? nil : self.name.text
    }
}

// MARK: - State

extension WorkflowMacro: MemberAttributeMacro {
    static func expansion(
        of node: AttributeSyntax,
        attachedTo declaration: some DeclGroupSyntax,
        providingAttributesFor member: some DeclSyntaxProtocol,
        in context: some MacroExpansionContext
    ) throws -> [AttributeSyntax] {
        guard declaration.is(StructDeclSyntax.self), let variable = member.as(VariableDeclSyntax.self),
            variable.bindingSpecifier.tokenKind == .keyword(.var), !variable.modifiers.isStatic,
            variable.attributes.attribute("WorkflowState") == nil, !variable.bindings.contains(where: \.isComputed)
        else { return [] }
        guard !variable.modifiers.contains(.lazy) else {
            context.diagnose(
                Problem("a workflow has no lazy variables: give it a first value, or set it in `init`"),
                at: variable
            )
            return []
        }
        guard variable.bindings.count == 1 else {
            context.diagnose(Problem("variables of a workflow stand on a line each: write them apart"), at: variable)
            return []
        }
        return ["@WorkflowState"]
    }
}

extension PatternBindingSyntax {
    /// Whether it stores nothing.
    fileprivate var isComputed: Bool {
        switch self.accessorBlock?.accessors {
        case nil: false
        case .getter: true
        case .accessors(let accessors):
            !accessors.allSatisfy { accessor in
                [.keyword(.willSet), .keyword(.didSet)].contains(accessor.accessorSpecifier.tokenKind)
            }
        }
    }
}

// MARK: - Conformance

extension WorkflowMacro: ExtensionMacro {
    static func expansion(
        of node: AttributeSyntax,
        attachedTo declaration: some DeclGroupSyntax,
        providingExtensionsOf type: some TypeSyntaxProtocol,
        conformingTo protocols: [TypeSyntax],
        in context: some MacroExpansionContext
    ) throws -> [ExtensionDeclSyntax] {
        guard let workflow = declaration.as(StructDeclSyntax.self) else { return [] }
        let conformance = protocols.isEmpty ? "" : ": WorkflowDefinition"
        let name = node.argument("name").flatMap { $0.is(NilLiteralExprSyntax.self) ? nil : $0.trimmedDescription }
        guard !protocols.isEmpty || name != nil else { return [] }
        let body = name.map { "\n    \(workflow.modifiers.access)static var name: String { \($0) }\n" } ?? ""
        return [try ExtensionDeclSyntax("extension \(type.trimmed)\(raw: conformance) {\(raw: body)}")]
    }
}
