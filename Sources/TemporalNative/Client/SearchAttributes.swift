//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import TemporalAPI

#if canImport(FoundationEssentials)
public import struct FoundationEssentials.Date
#else
public import struct Foundation.Date
#endif

/// What workflows are found by: values by the names that the namespace knows.
///
/// The server reads them, so they are neither encoded by codecs nor stored outside (ES-C1).
public struct SearchAttributes: Hashable, Sendable, ExpressibleByDictionaryLiteral {
    /// A value of one of the types that the server knows.
    public enum Value: Hashable, Sendable {
        /// Text that is searched by words.
        case text(String)
        /// Text that is compared as a whole.
        case keyword(String)
        /// A whole number.
        case int(Int64)
        /// A number.
        case double(Double)
        /// True or false.
        case bool(Bool)
        /// A point in time.
        case datetime(Date)
        /// Several texts that are compared as a whole.
        case keywordList([String])
    }

    var values: [String: Value]
    /// What is to be taken out of a workflow, with its type.
    var unset: [String: SearchAttributeType] = [:]

    /// Creates search attributes.
    ///
    /// - Parameter values: Values by name.
    public init(_ values: [String: Value] = [:]) {
        self.values = values
    }

    /// Creates search attributes.
    ///
    /// - Parameter elements: Names and values; of a name that comes twice the last value counts.
    public init(dictionaryLiteral elements: (String, Value)...) {
        self.values = Dictionary(elements) { $1 }
    }

    /// The value of an attribute; nil if there is none, or one of a type that is not known here.
    public subscript(name: String) -> Value? {
        get { self.values[name] }
        set {
            self.values[name] = newValue
            self.unset[name] = nil
        }
    }

    /// The names of all attributes, sorted.
    public var names: [String] { self.values.keys.sorted() }

    /// Whether there are none.
    public var isEmpty: Bool { self.values.isEmpty }
}

extension SearchAttributes {
    /// What makes these of others: what is new or different, and an empty payload for what is gone.
    func changes(since before: Self) throws -> Temporal_Api_Common_V1_SearchAttributes {
        var changes = SearchAttributes(self.values.filter { before.values[$0.key] != $0.value })
        changes.unset = before.values.filter { self.values[$0.key] == nil }.mapValues(\.type)
        return try changes.update
    }

    /// What changes a workflow: the values, and an empty payload for what is to be taken out.
    var update: Temporal_Api_Common_V1_SearchAttributes {
        get throws {
            var message = try self.message
            for (name, type) in self.unset {
                var field = try DataConverter().payload(for: ()).message
                field.metadata["type"] = .init(type.wireName.utf8)
                message.indexedFields[name] = field
            }
            return message
        }
    }

    private static let converter = JSONConverter()

    /// The values alone.
    var message: Temporal_Api_Common_V1_SearchAttributes {
        get throws {
            var message = Temporal_Api_Common_V1_SearchAttributes()
            for (name, value) in self.values {
                var field = try Self.encoded(value)?.message ?? ProtoPayload()
                field.metadata["type"] = .init(value.type.wireName.utf8)
                message.indexedFields[name] = field
            }
            return message
        }
    }

    /// Values of types that are not known here are left out.
    init(_ message: Temporal_Api_Common_V1_SearchAttributes) {
        self.init(message.indexedFields.compactMapValues { Self.decoded($0) })
    }

    private static func encoded(_ value: Value) throws -> Payload? {
        switch value {
        case .text(let value), .keyword(let value): try self.converter.payload(for: value)
        case .int(let value): try self.converter.payload(for: value)
        case .double(let value): try self.converter.payload(for: value)
        case .bool(let value): try self.converter.payload(for: value)
        case .datetime(let value): try self.converter.payload(for: value)
        case .keywordList(let value): try self.converter.payload(for: value)
        }
    }

    static func decoded(_ field: ProtoPayload) -> Value? {
        guard let payload = try? Payload(field), let type = field.metadata["type"] else { return nil }
        func value<Value>(_ type: Value.Type) -> Value? {
            guard let value = try? Self.converter.value(from: payload, as: type) else { return nil }
            return value
        }
        switch String(decoding: type, as: UTF8.self) {
        case "Text": return value(String.self).map { .text($0) }
        case "Keyword": return value(String.self).map { .keyword($0) }
        case "Int": return value(Int64.self).map { .int($0) }
        case "Double": return value(Double.self).map { .double($0) }
        case "Bool": return value(Bool.self).map { .bool($0) }
        case "Datetime": return value(Date.self).map { .datetime($0) }
        case "KeywordList":
            return (value([String].self) ?? value(String.self).map { [$0] }).map { .keywordList($0) }
        default: return nil
        }
    }
}
