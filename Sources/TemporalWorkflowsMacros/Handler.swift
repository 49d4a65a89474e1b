//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import SwiftSyntax
import SwiftSyntaxBuilder
import SwiftSyntaxMacros

/// A method, or a property, that handles a signal, a query or an update.
struct Handler {
    enum Kind: String {
        case signal = "WorkflowSignal"
        case query = "WorkflowQuery"
        case update = "WorkflowUpdate"

        var noun: String {
            switch self {
            case .signal: "a signal"
            case .query: "a query"
            case .update: "an update"
            }
        }
    }

    let kind: Kind
    /// The name of the member.
    let name: String
    let access: String
    /// As they are called outside of the workflow's own scope; nil for `Void`.
    let input: String?
    let output: String?
    /// How the member is called; `workflow`, `context` and `input` are there.
    let call: String
    let isMutating: Bool

    /// The name of the type that stands for it.
    var typeName: String { self.name.withoutTicks.capitalized }

    /// Reads a member.
    ///
    /// - Returns: Nil if it is not as it has to be; that is said then.
    static func read(
        _ kind: Kind,
        _ declaration: some DeclSyntaxProtocol,
        of attribute: AttributeSyntax,
        in context: some MacroExpansionContext
    ) -> Self? {
        guard let workflow = context.lexicalContext.first?.as(StructDeclSyntax.self)?.name.text else {
            let problem = Problem(
                "`@\(kind.rawValue)` belongs in a struct with `@Workflow`, and not in an extension or another type"
            )
            context.diagnose(problem, at: attribute)
            return nil
        }
        if kind == .query, let property = declaration.as(VariableDeclSyntax.self) {
            return Self.read(property, of: workflow, in: context)
        }
        guard let function = declaration.as(FunctionDeclSyntax.self) else {
            let what = kind == .query ? "methods and properties" : "methods"
            context.diagnose(Problem("`@\(kind.rawValue)` is for \(what)"), at: declaration)
            return nil
        }
        if let problem = Self.problem(with: function, kind) {
            context.diagnose(Problem(problem.message), at: problem.node)
            return nil
        }
        let parameters = function.parameters
        let type = parameters.last?.type
        let isVoid = type.map { ["Void", "()"].contains($0.trimmedDescription) } ?? true
        let view = kind == .query ? "view" : "context"
        let arguments = (parameters.count == 2 ? "context: \(view), " : "") + "input: input"
        return Handler(
            kind: kind,
            name: function.name.text,
            access: function.modifiers.access,
            input: isVoid ? nil : type?.qualified(in: workflow),
            output: function.output?.qualified(in: workflow),
            call: "\(function.effects)workflow.\(function.name.text)(\(arguments))",
            isMutating: function.modifiers.contains(.mutating)
        )
    }

    private static func problem(
        with function: FunctionDeclSyntax,
        _ kind: Kind
    ) -> (message: String, node: any SyntaxProtocol)? {
        let (name, parameters) = (function.name.text, function.parameters)
        if function.modifiers.isStatic {
            return ("`\(name)` handles \(kind.noun) and must not be static", function.name)
        }
        if function.genericParameterClause != nil {
            return ("`\(name)` handles \(kind.noun) and must not be generic: its input is decoded", function.name)
        }
        switch parameters.count {
        case 0:
            return (
                "`\(name)` handles \(kind.noun) and needs an input: write `func \(name)(input: Void)`", function.name
            )
        case 1: break
        case 2 where parameters[0].firstName.text == "context": break
        case 2:
            let type = kind == .query ? "WorkflowContextView" : "WorkflowContext<Self>"
            return ("the first of two parameters has to be `context: \(type)`", parameters[0])
        default:
            return (
                "`\(name)` takes too many inputs: put them into one `Codable` struct",
                function.signature.parameterClause
            )
        }
        if let last = parameters.last, last.firstName.text != "input" {
            return ("the input has to have the label `input`, and not `\(last.firstName.text)`", last)
        }
        switch kind {
        case .signal where function.output != nil:
            return ("a signal has no answer: return nothing, or make `\(name)` a `@WorkflowUpdate`", function.signature)
        case .query where function.output == nil:
            return ("a query answers something: say what `\(name)` returns", function.signature)
        case .query where function.isAsync:
            return (
                "a query answers at once: take `async` off `\(name)`, or make it a `@WorkflowUpdate`",
                function.signature
            )
        case .query where function.modifiers.contains(.mutating):
            return (
                "a query changes nothing: take `mutating` off `\(name)`, or make it a `@WorkflowUpdate`", function.name
            )
        default: return nil
        }
    }

    private static func read(
        _ property: VariableDeclSyntax,
        of workflow: String,
        in context: some MacroExpansionContext
    ) -> Self? {
        guard let binding = property.bindings.first, property.bindings.count == 1,
            let name = binding.pattern.as(IdentifierPatternSyntax.self)?.identifier.text
        else {
            context.diagnose(
                Problem("`@WorkflowQuery` is for one property: write each on a line of its own"),
                at: property
            )
            return nil
        }
        guard let type = binding.typeAnnotation?.type else {
            context.diagnose(
                Problem("the type of `\(name)` has to be written out: it is what the query answers"),
                at: binding
            )
            return nil
        }
        guard !property.modifiers.isStatic else {
            context.diagnose(Problem("`\(name)` answers a query and must not be static"), at: property)
            return nil
        }
        var effects = ""
        if case .accessors(let accessors) = binding.accessorBlock?.accessors,
            let getter = accessors.first(where: { $0.accessorSpecifier.tokenKind == .keyword(.get) })
        {
            guard getter.effectSpecifiers?.asyncSpecifier == nil else {
                context.diagnose(Problem("a query answers at once: take `async` off `\(name)`"), at: getter)
                return nil
            }
            if getter.effectSpecifiers?.throwsClause != nil { effects = "try " }
        }
        return Handler(
            kind: .query,
            name: name,
            access: property.modifiers.access,
            input: nil,
            output: type.qualified(in: workflow),
            call: "\(effects)workflow.\(name)",
            isMutating: false
        )
    }

    // MARK: What stands for it

    /// The type that stands for the handler, and the property that has one.
    func declarations(
        _ attribute: AttributeSyntax,
        of workflow: String,
        validator: String? = nil
    ) -> [DeclSyntax] {
        let (input, output, access) = (self.input ?? "Void", self.output ?? "Void", self.access)
        var lines: [String] = ["\(access)typealias Input = \(input)"]
        if self.kind != .signal { lines.append("\(access)typealias Output = \(output)") }
        if let name = attribute.argument("name") {
            lines.append("\(access)static var name: String { \(name.trimmed) }")
        }
        if let text = attribute.argument("description") {
            lines.append("\(access)static var description: String? { \(text.trimmed) }")
        }
        if let policy = attribute.argument("unfinishedPolicy") {
            lines.append("\(access)static var unfinishedPolicy: HandlerUnfinishedPolicy { \(policy.trimmed) }")
        }
        if let validator {
            lines += [
                "\(access)func validateInput(workflow: \(workflow), _ input: \(input)) throws {",
                "    let validate: (\(input)) throws -> Void = workflow.\(validator)(input:)",
                "    try validate(input)",
                "}",
            ]
        }
        let result = self.kind == .signal ? "" : " -> \(output)"
        let parameters =
            self.kind == .query
            ? "view: WorkflowContextView, input: \(input)) throws"
            : "context: WorkflowContext<\(workflow)>, input: \(input)) async throws"
        lines.append("\(access)func run(workflow: \(workflow), \(parameters)\(result) {")
        if self.isMutating { lines.append("    var workflow = workflow") }
        lines += ["    \(self.output == nil ? "" : "return ")\(self.call)", "}"]
        let body = lines.map { "    \($0)" }.joined(separator: "\n")
        return [
            """
            \(raw: access)struct \(raw: self.typeName): Workflow\(raw: self.kind.definition)Definition {
            \(raw: body)
            }
            """,
            "\(raw: access)static var \(raw: self.name): \(raw: self.typeName) { \(raw: self.typeName)() }",
        ]
    }
}

extension Handler.Kind {
    /// The middle of the protocol's name.
    fileprivate var definition: String { String(self.rawValue.dropFirst("Workflow".count)) }
}
