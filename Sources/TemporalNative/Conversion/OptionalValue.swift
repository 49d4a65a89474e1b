//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// An optional, whatever it wraps.
protocol OptionalValue {
    var isNil: Bool { get }

    /// An optional without a value.
    static var missing: Self { get }

    /// An optional that holds what `source` makes of the type within.
    static func wrapping(_ source: any ValueSource) throws -> Self
}

/// Makes a value of a type that only becomes known on the way.
protocol ValueSource {
    func value<Value>(as type: Value.Type) throws -> Value
}

extension Optional: OptionalValue {
    var isNil: Bool {
        if case .none = self { true } else { false }
    }

    static var missing: Self { .none }

    static func wrapping(_ source: any ValueSource) throws -> Self {
        .some(try source.value(as: Wrapped.self))
    }
}
