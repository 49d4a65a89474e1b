//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOCore

extension StorageReference {
    /// Proto3 JSON without spaces, keys sorted, as the Python SDK writes it.
    var json: ByteBuffer {
        var writer = JSONWriter()
        writer.write("{\"claimData\":{")
        let entries = self.claim.entries.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        for (index, entry) in entries.enumerated() {
            writer.write(index == 0 ? "" : ",")
            writer.write(string: entry.key)
            writer.write(":")
            writer.write(string: entry.value)
        }
        writer.write("},\"driverName\":")
        writer.write(string: self.driverName)
        writer.write("}")
        return writer.buffer
    }

    /// Reads proto3 JSON of any writer (ES-W3).
    ///
    /// Accepted: both spellings of the two fields, fields that nobody knows, white space, any order, no claim at all. Of
    /// a field that comes twice the last value counts.
    init(json: ByteBuffer) throws(ExternalStorageError) {
        let object = try Self.object(json)
        var driverName: JSONValue?
        var claimData: JSONValue?
        for (key, value) in object {
            switch key {
            case "driverName", "driver_name": driverName = value
            case "claimData", "claim_data": claimData = value
            default: break
            }
        }
        self.init(
            driverName: try Self.name(driverName, field: "driverName"),
            claim: try Self.claim(claimData, field: "claimData")
        )
    }

    static func object(_ json: ByteBuffer) throws(ExternalStorageError) -> [(key: String, value: JSONValue)] {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(parsing: json)
        } catch {
            throw .invalidReference("its data is not JSON: \(error.reason) at byte \(error.position)")
        }
        guard case .object(let object) = value else {
            throw .invalidReference("its data is \(value.kind), where a JSON object is expected")
        }
        return object
    }

    static func name(_ value: JSONValue?, field: String) throws(ExternalStorageError) -> String {
        switch value {
        case .string(let name) where !name.isEmpty: return name
        case nil, .null, .string: throw .invalidReference("\"\(field)\" is empty")
        case let other?: throw .invalidReference("\"\(field)\" is \(other.kind), where a string is expected")
        }
    }

    static func claim(_ value: JSONValue?, field: String) throws(ExternalStorageError) -> StorageDriverClaim {
        switch value {
        case nil, .null: return StorageDriverClaim()
        case .object(let entries):
            var claim = StorageDriverClaim()
            for (key, value) in entries {
                guard case .string(let text) = value else {
                    throw .invalidReference("\"\(field).\(key)\" is \(value.kind), where a string is expected")
                }
                claim[key] = text
            }
            return claim
        case let other?: throw .invalidReference("\"\(field)\" is \(other.kind), where an object is expected")
        }
    }
}
