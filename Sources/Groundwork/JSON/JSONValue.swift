//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Any JSON (RFC 8259), as it was written: members keep their order and repetitions, numbers their digits.
package enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    /// The digits as they were written, which are checked: a number of JSON may not fit into any type.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([Member])

    /// A member of an object.
    package struct Member: Hashable, Sendable {
        package var key: String
        package var value: JSONValue

        package init(key: String, value: JSONValue) {
            self.key = key
            self.value = value
        }
    }

    /// A whole number.
    package static func integer(_ value: some BinaryInteger) -> Self { .number("\(value)") }

    /// For messages.
    package var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }

    /// The value of the last member of that name; nil if there is none or this is no object.
    ///
    /// The last, as most readers have it. Those who must not let two readers differ look at ``members``.
    ///
    /// Setting a value replaces the last member of that name in its place, or puts a new one at the end; nil takes all of
    /// that name away. What is no object stays as it is.
    package subscript(key: String) -> JSONValue? {
        get { self.members?.last { $0.key == key }?.value }
        set {
            guard var members = self.members else { return }
            if let newValue {
                if let index = members.lastIndex(where: { $0.key == key }) {
                    members[index].value = newValue
                } else {
                    members.append(Member(key: key, value: newValue))
                }
            } else {
                members.removeAll { $0.key == key }
            }
            self = .object(members)
        }
    }

    package var members: [Member]? {
        guard case .object(let members) = self else { return nil }
        return members
    }

    package var elements: [JSONValue]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    package var string: String? {
        guard case .string(let value) = self else { return nil }
        return value
    }

    package var bool: Bool? {
        guard case .bool(let value) = self else { return nil }
        return value
    }

    /// The number, if it is whole and fits, however it is written: `1e3` is 1,000.
    package var integer: Int64? {
        guard case .number(let digits) = self else { return nil }
        return Int64(digits) ?? Double(digits).flatMap(Int64.init(exactly:))
    }

    /// The number, as near as it can be; nil if this is none or it is out of range.
    package var double: Double? {
        guard case .number(let digits) = self, let value = Double(digits), value.isFinite else { return nil }
        return value
    }
}

/// Why bytes are not JSON.
package struct JSONError: Error, Hashable, CustomStringConvertible {
    package var reason: String
    /// The byte at which reading ended, from 0.
    package var position: Int

    package var description: String { "\(self.reason) at byte \(self.position)" }
}
