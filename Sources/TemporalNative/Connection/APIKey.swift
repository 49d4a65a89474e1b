//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// A secret that says who calls: sent with every call as `authorization: Bearer …`.
///
/// Never logged: its description does not hold it. Use TLS with it.
public struct APIKey: Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    private let source: @Sendable () async throws -> String

    private init(source: @escaping @Sendable () async throws -> String) {
        self.source = source
    }

    /// A key that stays the same.
    public static func fixed(_ key: String) -> Self {
        Self { key }
    }

    /// A key that changes: asked for before every call, so the source keeps it until it changes.
    ///
    /// - Parameter source: Returns the key. The call fails with what it throws.
    /// - Returns: A key.
    public static func provided(by source: @escaping @Sendable () async throws -> String) -> Self {
        Self(source: source)
    }

    /// The key as it is now.
    func value() async throws -> String { try await self.source() }

    /// Says that there is a key, not what it is.
    public var description: String { "APIKey(redacted)" }
    /// Says that there is a key, not what it is.
    public var debugDescription: String { self.description }
}
