//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import ExternalStorageCore

/// How values become payloads and back, and what happens to payloads on their way.
///
/// Converters make payloads of values; codecs then change payloads, for example by encrypting them; external storage,
/// which is no part of this, sees what the codecs made.
///
/// ```swift
/// configuration.dataConverter.codecs = [encryption]
/// ```
public struct DataConverter: Sendable {
    /// Asked in order; the first that knows a value's kind makes the payload.
    public var payloadConverters: [any PayloadConverter]

    /// Applied one after the other when encoding, in reverse when decoding.
    ///
    /// A codec is given all payloads of a message at once.
    public var codecs: [any PayloadCodec]

    /// Whether messages and stack traces of failures go through the codecs too.
    ///
    /// History then shows "Encoded failure" in place of the message. Failures that came that way are always decoded.
    public var encodesFailureAttributes: Bool

    /// Creates a data converter.
    ///
    /// - Parameters:
    ///   - payloadConverters: The converters, in the order in which they are asked.
    ///   - codecs: The codecs, in the order in which they encode.
    ///   - encodesFailureAttributes: Whether messages and stack traces of failures go through the codecs.
    public init(
        payloadConverters: [any PayloadConverter] = Self.standardConverters,
        codecs: [any PayloadCodec] = [],
        encodesFailureAttributes: Bool = false
    ) {
        self.payloadConverters = payloadConverters
        self.codecs = codecs
        self.encodesFailureAttributes = encodesFailureAttributes
    }

    /// Nothing, bytes, protobuf messages, and everything that is `Codable`: in the order of the other SDKs.
    public static var standardConverters: [any PayloadConverter] {
        [NullConverter(), BytesConverter(), ProtobufJSONConverter(), ProtobufConverter(), JSONConverter()]
    }
}

// MARK: - Values

extension DataConverter {
    /// Makes a payload of a value, before any codec.
    ///
    /// - Parameter value: The value. A `Payload` is taken as it is.
    /// - Returns: The payload.
    /// - Throws: ``TemporalError/Code/conversionFailed`` if no converter knows the type, or if one fails.
    public func payload(for value: any Sendable) throws -> Payload {
        if let payload = value as? Payload { return payload }
        for converter in self.payloadConverters {
            do {
                if let payload = try converter.payload(for: value) { return payload }
            } catch {
                throw TemporalError(
                    code: .conversionFailed,
                    message: "a value of type \(type(of: value)) cannot be encoded as \(converter.encoding): \(error)",
                    cause: error
                )
            }
        }
        throw TemporalError(
            code: .conversionFailed,
            message: "no payload converter knows values of type \(type(of: value)); make it Encodable"
        )
    }

    /// Makes a value of a payload that has been through the codecs.
    ///
    /// - Parameters:
    ///   - payload: The payload.
    ///   - type: What is wanted. `Payload` is the payload itself, `Void` anything, an optional may be nil.
    /// - Returns: The value.
    /// - Throws: ``TemporalError/Code/conversionFailed`` if no converter knows the encoding, or if the payload does not
    ///   hold such a value.
    public func value<Value>(from payload: Payload, as type: Value.Type = Value.self) throws -> Value {
        if let value = payload as? Value { return value }
        if let value = () as? Value, type == Void.self { return value }
        let encoding = payload.encoding
        if let optional = type as? any OptionalValue.Type {
            let value: any OptionalValue =
                encoding == NullConverter().encoding
                ? optional.missing : try optional.wrapping(Source(payload: payload, converter: self))
            if let value = value as? Value { return value }
        }
        for converter in self.payloadConverters where converter.encoding == encoding {
            do {
                if let value = try converter.value(from: payload, as: type) { return value }
            } catch {
                throw TemporalError(
                    code: .conversionFailed,
                    message: "the payload (\(payload.sizeInBytes) bytes, \(encoding)) is no \(type): \(error)",
                    cause: error
                )
            }
        }
        throw TemporalError(
            code: .conversionFailed,
            message: "no payload converter makes a value of type \(type) of a payload with the encoding \"\(encoding)\""
        )
    }

    private struct Source: ValueSource {
        var payload: Payload
        var converter: DataConverter

        func value<Value>(as type: Value.Type) throws -> Value {
            try self.converter.value(from: self.payload, as: type)
        }
    }
}

// MARK: - Codecs

extension DataConverter {
    /// Applies the codecs.
    ///
    /// - Parameter payloads: Payloads as converters made them.
    /// - Returns: One payload per input, in order.
    /// - Throws: ``TemporalError/Code/codecFailed`` if a codec fails or returns another number of payloads.
    ///   `CancellationError` if cancelled.
    public func encode(_ payloads: [Payload]) async throws -> [Payload] {
        guard !payloads.isEmpty else { return [] }
        var payloads = payloads
        for codec in self.codecs {
            let input = payloads
            payloads = try await self.apply(codec, "encode", count: input.count) { try await codec.encode(input) }
        }
        return payloads
    }

    /// Undoes what the codecs did.
    ///
    /// - Parameter payloads: Payloads as they stood in a message, references resolved.
    /// - Returns: One payload per input, in order.
    /// - Throws: ``TemporalError/Code/codecFailed`` if a codec fails or returns another number of payloads.
    ///   `CancellationError` if cancelled.
    public func decode(_ payloads: [Payload]) async throws -> [Payload] {
        guard !payloads.isEmpty else { return [] }
        var payloads = payloads
        for codec in self.codecs.reversed() {
            let input = payloads
            payloads = try await self.apply(codec, "decode", count: input.count) { try await codec.decode(input) }
        }
        return payloads
    }

    private func apply(
        _ codec: any PayloadCodec,
        _ verb: String,
        count: Int,
        _ body: () async throws -> [Payload]
    ) async throws -> [Payload] {
        let result: [Payload]
        do {
            result = try await body()
        } catch let error as CancellationError {
            throw error
        } catch {
            throw TemporalError(
                code: .codecFailed,
                message: "the codec \(type(of: codec)) could not \(verb) \(count) payloads: \(error)",
                cause: error
            )
        }
        guard result.count == count else {
            throw TemporalError(
                code: .codecFailed,
                message: "the codec \(type(of: codec)) returned \(result.count) payloads for \(count)"
            )
        }
        return result
    }
}
