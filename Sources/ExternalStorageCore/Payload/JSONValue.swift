//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// A JSON value, as far as references need it: numbers are checked and forgotten.
enum JSONValue: Sendable {
    case null
    case bool
    case number
    case string(String)
    case array
    case object([(key: String, value: JSONValue)])

    /// For messages.
    var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

/// Why bytes are not JSON.
struct JSONError: Error {
    var reason: String
    var position: Int
}
