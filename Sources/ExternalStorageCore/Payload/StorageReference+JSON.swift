//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Groundwork
import NIOCore

extension StorageReference {
    /// Reads proto3 JSON of any writer (ES-W3).
    ///
    /// Accepted: both spellings of the two fields, fields that nobody knows, white space, any order, no claim at all. Of
    /// a field that comes twice the last value counts.
    init(json: ByteBuffer) throws(ExternalStorageError) {
        let object = try Self.object(json)
        var driverName: JSONValue?
        var claimData: JSONValue?
        for member in object {
            switch member.key {
            case "driverName", "driver_name": driverName = member.value
            case "claimData", "claim_data": claimData = member.value
            default: break
            }
        }
        self.init(
            driverName: try Self.name(driverName, field: "driverName"),
            claim: try Self.claim(claimData, field: "claimData")
        )
    }

    static func object(_ json: ByteBuffer) throws(ExternalStorageError) -> [JSONValue.Member] {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(parsing: json.readableBytesView)
        } catch {
            throw .invalidReference("its data is not JSON: \(error)")
        }
        guard let object = value.members else {
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
        case .object(let members):
            var claim = StorageDriverClaim()
            for member in members {
                guard let text = member.value.string else {
                    throw .invalidReference(
                        "\"\(field).\(member.key)\" is \(member.value.kind), where a string is expected"
                    )
                }
                claim[member.key] = text
            }
            return claim
        case let other?: throw .invalidReference("\"\(field)\" is \(other.kind), where an object is expected")
        }
    }
}
