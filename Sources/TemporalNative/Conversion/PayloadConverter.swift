//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import ExternalStorageCore

/// Turns values of some kind into payloads, and back.
///
/// A ``DataConverter`` asks its converters in order: for a value, until one returns a payload; for a payload, until one
/// names its encoding.
public protocol PayloadConverter: Sendable {
    /// The value of the metadata key `encoding` that this converter writes and reads.
    var encoding: String { get }

    /// Makes a payload of a value.
    ///
    /// - Parameter value: Any value; an optional that holds one is that value.
    /// - Returns: The payload, or nil if the value is of another kind, which another converter may know.
    /// - Throws: Anything, if the value is of this kind and cannot be encoded all the same.
    func payload(for value: any Sendable) throws -> Payload?

    /// Makes a value of a payload with this converter's encoding.
    ///
    /// - Parameters:
    ///   - payload: The payload.
    ///   - type: The type that is wanted; never an optional.
    /// - Returns: The value, or nil if values of this type are not of this converter's kind.
    /// - Throws: Anything, if the payload does not hold such a value.
    func value<Value>(from payload: Payload, as type: Value.Type) throws -> Value?
}
