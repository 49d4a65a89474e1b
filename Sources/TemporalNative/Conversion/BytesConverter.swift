//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import ExternalStorageCore
import NIOCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Bytes as they are: `[UInt8]`, `Data` and `ByteBuffer`, as `binary/plain`.
public struct BytesConverter: PayloadConverter {
    /// `binary/plain`.
    public var encoding: String { "binary/plain" }

    /// Creates a converter.
    public init() {}

    /// A payload with the bytes as its data.
    public func payload(for value: any Sendable) throws -> Payload? {
        switch value {
        case let bytes as [UInt8]: Payload(encoding: self.encoding, data: ByteBuffer(bytes: bytes))
        case let data as Data: Payload(encoding: self.encoding, data: ByteBuffer(bytes: data))
        case let buffer as ByteBuffer: Payload(encoding: self.encoding, data: buffer)
        default: nil
        }
    }

    /// The data of the payload, as one of the three types.
    public func value<Value>(from payload: Payload, as type: Value.Type) throws -> Value? {
        if type == [UInt8].self { return Array(payload.data.readableBytesView) as? Value }
        if type == Data.self { return Data(payload.data.readableBytesView) as? Value }
        return payload.data as? Value
    }
}
