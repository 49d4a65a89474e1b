//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import ExternalStorageCore
import NIOCore

/// No value: `nil` and `Void`, as `binary/null`.
public struct NullConverter: PayloadConverter {
    /// `binary/null`.
    public var encoding: String { "binary/null" }

    /// Creates a converter.
    public init() {}

    /// A payload without data for `nil` and `()`.
    public func payload(for value: any Sendable) throws -> Payload? {
        guard value is Void || (value as? any OptionalValue)?.isNil == true else { return nil }
        return Payload(encoding: self.encoding, data: ByteBuffer())
    }

    /// `()`, if that is wanted; `nil` is taken care of by the data converter.
    public func value<Value>(from payload: Payload, as type: Value.Type) throws -> Value? {
        () as? Value
    }
}
