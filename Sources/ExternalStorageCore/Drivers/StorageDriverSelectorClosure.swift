//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// A selector made of a closure.
public struct StorageDriverSelectorClosure: StorageDriverSelector {
    /// Payload and context in, driver or nil out.
    public typealias Body =
        @Sendable (_ payload: Payload, _ context: StorageDriverSelectContext) async throws -> (any StorageDriver)?

    private let body: Body

    /// Creates a selector.
    ///
    /// - Parameter body: Decides for one payload.
    public init(_ body: @escaping Body) {
        self.body = body
    }

    /// Asks the closure.
    ///
    /// - Parameters:
    ///   - payload: What is to be stored.
    ///   - context: Whose it is.
    /// - Returns: What the closure returns.
    /// - Throws: What the closure throws.
    public func driver(for payload: Payload, context: StorageDriverSelectContext) async throws -> (any StorageDriver)? {
        try await self.body(payload, context)
    }
}

extension StorageDriverSelector where Self == StorageDriverSelectorClosure {
    /// A selector made of a closure.
    ///
    /// ```swift
    /// try ExternalStorage(
    ///     drivers: [hot, cold],
    ///     selector: .selecting { payload, _ in payload.sizeInBytes > 16_000_000 ? cold : hot }
    /// )
    /// ```
    ///
    /// - Parameter body: Decides for one payload.
    /// - Returns: The selector.
    public static func selecting(_ body: @escaping StorageDriverSelectorClosure.Body) -> Self {
        Self(body)
    }
}
