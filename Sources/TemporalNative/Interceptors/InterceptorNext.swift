//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// The rest of a call's way: the interceptors behind this one, and then what does it.
///
/// <!-- not compiled: a part of an interceptor -->
/// ```swift
/// let result = try await next(input)
/// ```
public struct InterceptorNext<Input: Sendable, Output: Sendable>: Sendable {
    private let body: @Sendable (Input) async throws -> Output

    init(_ body: @escaping @Sendable (Input) async throws -> Output) {
        self.body = body
    }

    /// Goes on with the call.
    ///
    /// - Parameter input: What the call is made with from here on.
    /// - Returns: What it results in.
    /// - Throws: What it throws.
    public func callAsFunction(_ input: Input) async throws -> Output {
        try await self.body(input)
    }
}

/// Leads a call through interceptors, the first one outermost.
///
/// - Parameters:
///   - input: What the call is made with.
///   - interceptors: Who sees it.
///   - step: Calls the method of an interceptor.
///   - last: Makes the call.
/// - Returns: What the outermost interceptor returns.
/// - Throws: What it throws.
func intercepted<Interceptor: Sendable, Input: Sendable, Output: Sendable>(
    _ input: Input,
    by interceptors: ArraySlice<Interceptor>,
    _ step: @escaping @Sendable (Interceptor, Input, InterceptorNext<Input, Output>) async throws -> Output,
    _ last: @escaping @Sendable (Input) async throws -> Output
) async throws -> Output {
    guard let first = interceptors.first else { return try await last(input) }
    let next = InterceptorNext<Input, Output> { input in
        try await intercepted(input, by: interceptors.dropFirst(), step, last)
    }
    return try await step(first, input, next)
}

/// As the one that waits, for what must not.
func intercepted<Interceptor, Input, Output>(
    _ input: Input,
    by interceptors: ArraySlice<Interceptor>,
    _ step: @escaping (Interceptor, Input, (Input) throws -> Output) throws -> Output,
    _ last: (Input) throws -> Output
) throws -> Output {
    guard let first = interceptors.first else { return try last(input) }
    return try step(first, input) { input in
        try intercepted(input, by: interceptors.dropFirst(), step, last)
    }
}

extension Connection {
    /// Leads a call of the client through its interceptors.
    func intercepted<Input: Sendable, Output: Sendable>(
        _ input: Input,
        _ step:
            @escaping @Sendable (
                any ClientInterceptor, Input, InterceptorNext<Input, Output>
            ) async throws -> Output,
        _ last: @escaping @Sendable (Input) async throws -> Output
    ) async throws -> Output {
        try await TemporalNative.intercepted(input, by: self.configuration.interceptors[...], step, last)
    }
}
