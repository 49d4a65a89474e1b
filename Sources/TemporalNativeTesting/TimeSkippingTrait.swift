//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

#if canImport(Testing)
public import Testing

/// Gives a test, or a suite, a server that skips time: ``WorkflowEnvironment/current``.
public struct TimeSkippingTrait: SuiteTrait, TestTrait, TestScoping {
    /// Starts a server for the test or the suite.
    ///
    /// - Parameters:
    ///   - test: The test or the suite.
    ///   - testCase: The case; nil for a suite.
    ///   - function: Runs it.
    /// - Throws: What ``WorkflowEnvironment/withTimeSkipping(server:externalStorage:configuration:logger:_:)`` throws.
    public func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @Sendable @concurrent () async throws -> Void
    ) async throws {
        try await WorkflowEnvironment.withTimeSkipping { environment in
            try await WorkflowEnvironment.$current.withValue(environment) { try await function() }
        }
    }
}

extension Trait where Self == TimeSkippingTrait {
    /// A server that skips time, for this test or this suite: ``WorkflowEnvironment/current``.
    ///
    /// Time is one for all tests of a suite, so have them `.serialized`.
    public static var timeSkipping: Self { Self() }
}
#endif
