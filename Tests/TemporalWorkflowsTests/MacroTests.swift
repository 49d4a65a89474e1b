//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import SwiftDiagnostics
import SwiftParser
import SwiftSyntax
import SwiftSyntaxBuilder
import SwiftSyntaxMacroExpansion
import SwiftSyntaxMacros
import SwiftSyntaxMacrosGenericTestSupport
import Testing

@Suite("What the macros make, and what they refuse")
struct MacroTests {
    private static let macros: [String: MacroSpec] = [
        "Workflow": MacroSpec(type: WorkflowMacro.self, conformances: ["WorkflowDefinition"]),
        "WorkflowSignal": MacroSpec(type: WorkflowSignalMacro.self),
        "WorkflowQuery": MacroSpec(type: WorkflowQueryMacro.self),
        "WorkflowUpdate": MacroSpec(type: WorkflowUpdateMacro.self),
        "Activity": MacroSpec(type: ActivityMacro.self),
        "ActivityContainer": MacroSpec(type: ActivityContainerMacro.self, conformances: ["ActivityContainer"]),
    ]

    private static func expect(
        _ source: String,
        becomes expanded: String,
        _ diagnostics: [DiagnosticSpec] = [],
        only names: Set<String>? = nil,
        _ location: Testing.SourceLocation = #_sourceLocation
    ) {
        assertMacroExpansion(
            source,
            expandedSource: expanded,
            diagnostics: diagnostics,
            macroSpecs: self.macros.filter { names?.contains($0.key) ?? true },
            failureHandler: { failure in
                Issue.record(
                    "\(failure.message)",
                    sourceLocation: location
                )
            }
        )
    }

    // MARK: What they make

    @Test("A workflow gets its handlers, an initialiser, shared variables and its name")
    func workflow() {
        Self.expect(
            """
            @Workflow(name: "order")
            public struct Order {
                var a = 1
                private var b: String = ""
                var watched = 0 { didSet {} }
                @WorkflowState var c = 2
                let d = 3
                static var e = 4
                var f: Int { 5 }
                public mutating func run(context: WorkflowContext<Self>, input: [Int]) async throws {}
                @WorkflowSignal func approve(input: Void) {}
                @WorkflowQuery var g: Int { 6 }
                @WorkflowUpdate func rename(input: String) {}
            }
            """,
            becomes: """
                public struct Order {
                    @WorkflowState
                    var a = 1
                    @WorkflowState
                    private var b: String = ""
                    @WorkflowState
                    var watched = 0 { didSet {} }
                    @WorkflowState var c = 2
                    let d = 3
                    static var e = 4
                    var f: Int { 5 }
                    public mutating func run(context: WorkflowContext<Self>, input: [Int]) async throws {}
                    @WorkflowSignal func approve(input: Void) {}
                    @WorkflowQuery var g: Int { 6 }
                    @WorkflowUpdate func rename(input: String) {}

                    public init(input: [Int]) {
                    }

                    public static var signals: [any WorkflowSignalDefinition<Self>] {
                        [Approve()]
                    }

                    public static var queries: [any WorkflowQueryDefinition<Self>] {
                        [G()]
                    }

                    public static var updates: [any WorkflowUpdateDefinition<Self>] {
                        [Rename()]
                    }
                }

                extension Order: WorkflowDefinition {
                    public static var name: String {
                        "order"
                    }
                }
                """,
            only: ["Workflow"]
        )
    }

    @Test("A signal is a type of its own, which calls the method on a copy if that changes something")
    func signal() {
        Self.expect(
            """
            struct Order {
                @WorkflowSignal(name: "yes", description: "says yes", unfinishedPolicy: .abandon)
                mutating func approve(context: WorkflowContext<Self>, input: Input) async throws {}
            }
            """,
            becomes: """
                struct Order {
                    mutating func approve(context: WorkflowContext<Self>, input: Input) async throws {}

                    struct Approve: WorkflowSignalDefinition {
                        typealias Input = Order.Input
                        static var name: String {
                            "yes"
                        }
                        static var description: String? {
                            "says yes"
                        }
                        static var unfinishedPolicy: HandlerUnfinishedPolicy {
                            .abandon
                        }
                        func run(workflow: Order, context: WorkflowContext<Order>, input: Order.Input) async throws {
                            var workflow = workflow
                            try await workflow.approve(context: context, input: input)
                        }
                    }

                    static var approve: Approve {
                        Approve()
                    }
                }
                """
        )
    }

    @Test("A query is a type of its own, of a method or of a property")
    func query() {
        Self.expect(
            """
            struct Order {
                @WorkflowQuery public func status(context: WorkflowContextView, input: Int) throws -> [Self] { [] }
                @WorkflowQuery var count: Int { 1 }
            }
            """,
            becomes: """
                struct Order {
                    public func status(context: WorkflowContextView, input: Int) throws -> [Self] { [] }

                    public struct Status: WorkflowQueryDefinition {
                        public typealias Input = Int
                        public typealias Output = [Order]
                        public func run(workflow: Order, view: WorkflowContextView, input: Int) throws -> [Order] {
                            return try workflow.status(context: view, input: input)
                        }
                    }

                    public static var status: Status {
                        Status()
                    }
                    var count: Int { 1 }

                    struct Count: WorkflowQueryDefinition {
                        typealias Input = Void
                        typealias Output = Int
                        func run(workflow: Order, view: WorkflowContextView, input: Void) throws -> Int {
                            return workflow.count
                        }
                    }

                    static var count: Count {
                        Count()
                    }
                }
                """
        )
    }

    @Test("An update is a type of its own, with its validator")
    func update() {
        Self.expect(
            """
            struct Order {
                @WorkflowUpdate(validator: "check") mutating func rename(input: String) -> Int { 1 }
            }
            """,
            becomes: """
                struct Order {
                    mutating func rename(input: String) -> Int { 1 }

                    struct Rename: WorkflowUpdateDefinition {
                        typealias Input = String
                        typealias Output = Int
                        func validateInput(workflow: Order, _ input: String) throws {
                            let validate: (String) throws -> Void = workflow.check(input:)
                            try validate(input)
                        }
                        func run(workflow: Order, context: WorkflowContext<Order>, input: String) async throws -> Int {
                            var workflow = workflow
                            return workflow.rename(input: input)
                        }
                    }

                    static var rename: Rename {
                        Rename()
                    }
                }
                """
        )
    }

    @Test("A container has a type for each of its activities")
    func container() {
        Self.expect(
            """
            @ActivityContainer
            public struct Billing {
                @Activity public func charge(_ order: String) async throws -> Int { 1 }
                @Activity(name: "tidy") func tidyUp() {}
                func helper() {}
            }
            """,
            becomes: """
                public struct Billing {
                    public func charge(_ order: String) async throws -> Int { 1 }
                    func tidyUp() {}
                    func helper() {}
                }

                extension Billing {
                    public struct Activities: Sendable {
                        fileprivate let container: Billing

                        public struct Charge: ActivityDefinition {
                            fileprivate let container: Billing

                            public func run(input: String) async throws -> Int {
                                return try await self.container.charge(input)
                            }
                        }

                        public var charge: Charge {
                            Charge(container: self.container)
                        }

                        struct TidyUp: ActivityDefinition {
                            fileprivate let container: Billing

                            static var name: String {
                                "tidy"
                            }
                            func run(input: Void) async throws -> Void {
                                self.container.tidyUp()
                            }
                        }

                        var tidyUp: TidyUp {
                            TidyUp(container: self.container)
                        }
                    }

                    public var activities: Activities {
                        Activities(container: self)
                    }
                }

                extension Billing: ActivityContainer {
                    public var allActivities: [any ActivityDefinition] {
                        [self.activities.charge, self.activities.tidyUp]
                    }
                }
                """
        )
    }

    // MARK: What they refuse

    /// Members of a workflow that cannot be, and what is said.
    private static let refused: [(member: String, problem: String)] = [
        ("@WorkflowSignal func a() {}", "needs an input: write `func a(input: Void)`"),
        ("@WorkflowSignal func a(value: Int) {}", "has to have the label `input`, and not `value`"),
        ("@WorkflowSignal func a(input: Int) -> Int { 1 }", "make `a` a `@WorkflowUpdate`"),
        ("@WorkflowSignal func a(x: Int, input: Int) {}", "has to be `context: WorkflowContext<Self>`"),
        ("@WorkflowSignal func a(context: C, x: Int, input: Int) {}", "put them into one `Codable` struct"),
        ("@WorkflowSignal static func a(input: Int) {}", "must not be static"),
        ("@WorkflowSignal func a<T>(input: T) {}", "must not be generic"),
        ("@WorkflowQuery func a(input: Int) {}", "say what `a` returns"),
        ("@WorkflowQuery func a(input: Int) async -> Int { 1 }", "take `async` off `a`"),
        ("@WorkflowQuery mutating func a(input: Int) -> Int { 1 }", "take `mutating` off `a`"),
        ("@WorkflowQuery func a(x: Int, input: Int) -> Int { 1 }", "has to be `context: WorkflowContextView`"),
        ("@WorkflowQuery var a = 1", "has to be written out"),
        ("@WorkflowQuery static var a: Int { 1 }", "must not be static"),
        ("@WorkflowUpdate var a: Int { 1 }", "is for methods"),
    ]

    @Test("Handlers that cannot be are refused, with what to do", arguments: Self.refused)
    func handlers(_ member: String, _ problem: String) {
        Self.expectProblem(in: "struct Order {\n    \(member)\n}", problem)
    }

    /// Workflows and containers that cannot be.
    private static let refusedTypes: [(source: String, problem: String)] = [
        ("@Workflow class Order { func run() {} }", "can only be applied to structs"),
        ("@Workflow struct Order {}", "a workflow needs `mutating func run(context: WorkflowContext<Self>"),
        ("@Workflow struct Order { func run() {}; init() {} }", "creates workflows with `init(input:)`"),
        ("@Workflow struct Order { func run() {}; lazy var a = 1 }", "has no lazy variables"),
        ("@Workflow struct Order { func run() {}; var a = 1, b = 2 }", "write them apart"),
        (
            "@Workflow struct Order { func run() {}; struct A {}; @WorkflowSignal func a(input: Int) {} }",
            "makes a type `A`, and there is one already"
        ),
        ("extension Order { @WorkflowSignal func a(input: Int) {} }", "belongs in a struct with `@Workflow`"),
        (Self.update("\"check\"", ""), "add `func check(input: Int) throws`"),
        (Self.update("name", ""), "has to be written as it is, in quotes"),
        (Self.update("\"check\"", "func check(input: Int) async throws {}"), "take `async` off `check`"),
        (Self.update("\"check\"", "mutating func check(input: Int) throws {}"), "take `mutating` off `check`"),
        (Self.update("\"check\"", "func check(input: Int) -> Bool { true }"), "has to return nothing"),
        (Self.update("\"check\"", "func check(input: String) throws {}"), "`func check(input: Int) throws`"),
        ("@ActivityContainer enum E {}", "is for structs and classes"),
        ("@ActivityContainer private struct E {}", "must not be private"),
        ("struct E { @Activity func a() {} }", "put `@ActivityContainer` in front"),
        ("@ActivityContainer struct E { @Activity func a(x: Int, y: Int) {} }", "put them into one `Codable` struct"),
        ("@ActivityContainer struct E { @Activity func a<T>(x: T) {} }", "must not be generic"),
        ("@ActivityContainer struct E { @Activity mutating func a() {} }", "keep what changes in an actor"),
        ("@ActivityContainer struct E { @Activity(name: \"b\", dynamic: true) func a(x: Int) {} }", "take `name` off"),
        ("@ActivityContainer struct E { @Activity(dynamic: true) func a() {} }", "takes `[TemporalRawValue]`"),
        (
            "@ActivityContainer struct E { @Activity func a() {}; @Activity func a(x: Int) {} }",
            "there are two activities `a`"
        ),
    ]

    private static func update(_ validator: String, _ member: String) -> String {
        """
        @Workflow struct Order {
            func run() {}
            @WorkflowUpdate(validator: \(validator)) func rename(input: Int) {}
            \(member)
        }
        """
    }

    @Test("Types that cannot be, and their validators, are refused, with what to do", arguments: Self.refusedTypes)
    func types(_ source: String, _ problem: String) {
        Self.expectProblem(in: source, problem)
    }

    /// Expands a source and looks for a diagnostic.
    private static func expectProblem(
        in source: String,
        _ problem: String,
        _ location: Testing.SourceLocation = #_sourceLocation
    ) {
        let file = Parser.parse(source: source)
        let context = BasicMacroExpansionContext(sourceFiles: [file: .init(moduleName: "M", fullFilePath: "M.swift")])
        let specs = self.macros
        _ = file.expand(
            macroSpecs: specs,
            contextGenerator: { syntax in
                BasicMacroExpansionContext(sharingWith: context, lexicalContext: syntax.allMacroLexicalContexts())
            }
        )
        let messages = context.diagnostics.map(\.message)
        #expect(messages.contains { $0.contains(problem) }, "\(messages)", sourceLocation: location)
    }
}
