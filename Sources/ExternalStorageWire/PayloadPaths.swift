//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Which fields of which messages hold payloads, or lead to messages that do.
///
/// The rows are generated from the descriptors of the Temporal API by `Scripts/generate`, which fails on a
/// payload that nobody decided on (ES-C2); the decisions and their reasons are in `Scripts/lib/payload_decisions.py`.
package enum PayloadPaths {
    /// What the scanner does with a field.
    package enum Kind: UInt8 {
        /// A message of the table: entered.
        case message = 0
        /// A `temporal.api.common.v1.Payload`.
        case payload = 1
        /// A `google.protobuf.Any`: entered if its type is in the table.
        case anyValue = 2
        /// The token of a task, bytes.
        case taskToken = 3
        /// A `DataBlob` with a serialized history.
        case historyBlob = 4
        /// A member of a oneof that holds no payload: where it stands, those that do are cleared.
        case clears = 5
    }

    /// One row: a field of a message.
    package struct Field {
        let row: UInt64

        @inline(__always) init(row: UInt64) { self.row = row }

        /// The number of the field; only in the generated rows.
        fileprivate var number: UInt32 { UInt32(truncatingIfNeeded: self.row & Self.numberMask) }
        /// The position among the rows of its type, below 64; only in the table, where it stands instead of the number.
        @inline(__always) var ordinal: UInt64 { self.row & Self.numberMask }
        /// Whether the message it holds has a task token in it; only in the table.
        @inline(__always) var leadsToToken: Bool { self.row & Self.leadsToToken != 0 }

        /// The row as it stands in the table; never zero.
        fileprivate func tabulated(ordinal: Int, leadsToToken: Bool) -> UInt64 {
            self.row & ~Self.numberMask | Self.tabulated | UInt64(ordinal) | (leadsToToken ? Self.leadsToToken : 0)
        }

        private static var numberMask: UInt64 { 0x1FFF_FFFF }
        private static var leadsToToken: UInt64 { 1 << 30 }
        private static var tabulated: UInt64 { 1 << 31 }

        /// The message it holds, if it is one of the table.
        @inline(__always) package var child: MessageType {
            MessageType(rawValue: UInt16(truncatingIfNeeded: self.row >> 32))
        }
        @inline(__always) package var kind: UInt8 { UInt8(truncatingIfNeeded: self.row >> 48) & 0xF }
        @inline(__always) package var isRepeated: Bool { self.row & (1 << 52) != 0 }
        /// Read by the server or by people, so never stored (ES-C5); a reference in it is resolved all the same.
        @inline(__always) package var isReadOnly: Bool { self.row & (1 << 53) != 0 }
        /// Nil and empty payloads mean "remove" here and stay (ES-C5).
        @inline(__always) package var skipsNil: Bool { self.row & (1 << 54) != 0 }
        /// Fields of one message with the same number here exclude each other; zero for the rest.
        @inline(__always) package var oneof: UInt8 { UInt8(truncatingIfNeeded: self.row >> 56) }
        /// One bit for the oneof, to remember that a member was seen; no bit without one.
        @inline(__always) var oneofBit: UInt64 { self.oneof == 0 ? 0 : 1 &<< UInt64(self.oneof - 1) }
    }

    /// The rows in the form that is fastest to look up, made once from the generated ones.
    @safe
    struct Table: @unchecked Sendable {
        // Unchecked because of the pointers: what they point to is written before the table exists, and never again,
        // and it is there until the process ends. Arrays would be retained and released by every scan.

        /// Where each type begins in ``rows``, and last the count of all.
        private let starts: UnsafeBufferPointer<UInt32>
        /// Per type and field number: the row, with its ordinal in the place of the number; zero if there is none.
        private let rows: UnsafeBufferPointer<UInt64>
        private let endpointFields: UnsafeBufferPointer<UInt8>
        let indexByName: [String: UInt16]

        init() {
            var starts: [UInt32] = [0]
            var numbered: [UInt64] = []
            let withTokens = Self.typesWithTokens()
            for type in 0..<PayloadPaths.typeCount {
                let rows = Self.rows(of: type)
                var ofType = [UInt64](repeating: 0, count: rows.last.map { Int($0.number) + 1 } ?? 0)
                for (ordinal, row) in rows.enumerated() {
                    let leads = row.kind == Kind.message.rawValue && withTokens.contains(row.child)
                    ofType[Int(row.number)] = row.tabulated(ordinal: ordinal, leadsToToken: leads)
                }
                numbered.append(contentsOf: ofType)
                starts.append(UInt32(numbered.count))
            }
            unsafe self.starts = Self.keep(starts)
            unsafe self.rows = Self.keep(numbered)
            unsafe self.endpointFields = Self.keep(PayloadPaths.endpointField)
            self.indexByName = Dictionary(
                uniqueKeysWithValues: PayloadPaths.names.enumerated().map { ($1.description, UInt16($0)) }
            )
        }

        private static func rows(of type: UInt16) -> [Field] {
            let (first, next) = (PayloadPaths.fieldOffsets[Int(type)], PayloadPaths.fieldOffsets[Int(type) + 1])
            return PayloadPaths.fields[Int(first)..<Int(next)].map { Field(row: $0) }
        }

        /// The types that hold a task token, themselves or further down.
        private static func typesWithTokens() -> Set<MessageType> {
            var found: Set<MessageType> = []
            var count = -1
            while count < found.count {
                count = found.count
                for type in 0..<PayloadPaths.typeCount {
                    let leads = Self.rows(of: type).contains { row in
                        row.kind == Kind.taskToken.rawValue
                            || row.kind == Kind.message.rawValue && found.contains(row.child)
                    }
                    if leads { found.insert(MessageType(rawValue: type)) }
                }
            }
            return found
        }

        private static func keep<Element: BitwiseCopyable>(_ elements: [Element]) -> UnsafeBufferPointer<Element> {
            let memory = UnsafeMutableBufferPointer<Element>.allocate(capacity: elements.count)
            _ = unsafe memory.initialize(from: elements)
            return UnsafeBufferPointer(memory)
        }

        /// The fields of a type that lead to payloads; none if it is not in the table.
        @inline(__always)
        func fields(of type: MessageType) -> Fields {
            let index = Int(type.rawValue)
            guard unsafe index + 1 < self.starts.count else {
                return unsafe Fields(rows: self.rows, start: 0, count: 0)
            }
            let start = unsafe self.starts[index]
            return unsafe Fields(rows: self.rows, start: start, count: self.starts[index + 1] - start)
        }

        /// The field that names the Nexus endpoint of a message, or zero.
        @inline(__always)
        func endpointField(of type: MessageType) -> UInt8 {
            let index = Int(type.rawValue)
            return unsafe index < self.endpointFields.count ? self.endpointFields[index] : 0
        }
    }

    /// The fields of one message that lead to payloads.
    @safe
    struct Fields {
        private let rows: UnsafeBufferPointer<UInt64>
        private let start: UInt32
        private let count: UInt32

        @inline(__always)
        fileprivate init(rows: UnsafeBufferPointer<UInt64>, start: UInt32, count: UInt32) {
            unsafe self.rows = rows
            self.start = start
            self.count = count
        }

        /// The row of a field, if it leads to a payload.
        @inline(__always)
        subscript(number: UInt32) -> Field? {
            guard number < self.count else { return nil }
            // `start` and `count` are those of a type, so that the sum is an index.
            let row = unsafe self.rows[Int(self.start &+ number)]
            return row == 0 ? nil : Field(row: row)
        }
    }

    static let table = Table()

    /// The name of a field as the API has it; nil if it is not in the table.
    ///
    /// - Complexity: O(*n*) in the number of fields of the message; for texts.
    package static func fieldName(_ number: UInt32, of type: MessageType) -> String? {
        guard type.rawValue < self.typeCount else { return nil }
        let first = Int(self.fieldOffsets[Int(type.rawValue)])
        let next = Int(self.fieldOffsets[Int(type.rawValue) + 1])
        let row = (first..<next).first { Field(row: self.fields[$0]).number == number }
        return row.map { self.fieldNames[$0].description }
    }

    /// How many messages the table has.
    package static var typeCount: UInt16 { UInt16(self.fieldOffsets.count - 1) }

    /// The messages of a gRPC method that hold payloads; nil where the request or the response holds none.
    package struct Method: Sendable {
        package let request: MessageType?
        package let response: MessageType?
    }

    /// The methods whose request or response holds payloads, by path (`/package.Service/Method`).
    package static let methodsByPath: [String: Method] = Dictionary(
        uniqueKeysWithValues: Self.methods.map { method in
            let request = method.request == 0xFFFF ? nil : MessageType(rawValue: method.request)
            let response = method.response == 0xFFFF ? nil : MessageType(rawValue: method.response)
            return (method.path.description, Method(request: request, response: response))
        }
    )
}
