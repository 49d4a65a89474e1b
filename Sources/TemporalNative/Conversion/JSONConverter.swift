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

/// Any `Codable` value as JSON: `json/plain`.
///
/// Keys are sorted, so that equal values are equal bytes: external storage keeps equal payloads once, and a repeated call
/// stores nothing new. Dates are ISO 8601 texts, with a fraction of seconds where there is one; `Data` inside of a value
/// is base64.
public struct JSONConverter: PayloadConverter {
    /// `json/plain`.
    public var encoding: String { "json/plain" }

    /// Creates a converter.
    public init() {}

    /// A payload with the value in JSON.
    public func payload(for value: any Sendable) throws -> Payload? {
        guard let value = value as? any Encodable else { return nil }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .custom { date, encoder in
            var container = encoder.singleValueContainer()
            try container.encode(JSONDate.text(of: date))
        }
        return Payload(encoding: self.encoding, data: ByteBuffer(bytes: try encoder.encode(value)))
    }

    /// The value, if its type can be decoded.
    public func value<Value>(from payload: Payload, as type: Value.Type) throws -> Value? {
        guard let type = type as? any Decodable.Type else { return nil }
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .custom { decoder in
            let text = try decoder.singleValueContainer().decode(String.self)
            guard let date = JSONDate.date(of: text) else {
                throw DecodingError.dataCorrupted(
                    .init(codingPath: decoder.codingPath, debugDescription: "not a date of ISO 8601")
                )
            }
            return date
        }
        return try decoder.decode(type, from: Data(payload.data.readableBytesView)) as? Value
    }
}

/// Dates as other SDKs write and read them.
enum JSONDate {
    private static let whole = Date.ISO8601FormatStyle()
    private static let fractional = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    static func text(of date: Date) -> String {
        let seconds = date.timeIntervalSince1970
        return date.formatted(seconds == seconds.rounded() ? self.whole : self.fractional)
    }

    static func date(of text: String) -> Date? {
        (try? self.whole.parse(text)) ?? (try? self.fractional.parse(text))
    }
}
