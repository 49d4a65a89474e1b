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
    }

    /// One row: a field of a message.
    package struct Field {
        let row: UInt64

        @inline(__always) init(row: UInt64) { self.row = row }

        /// The number of the field.
        @inline(__always) package var number: UInt32 { UInt32(truncatingIfNeeded: self.row & 0x1FFF_FFFF) }
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
    struct Table: Sendable {
        /// Where each type begins in ``entries``.
        let starts: [UInt32]
        /// Per type and field number: one more than the row's index, or zero.
        let entries: [UInt16]
        let fields: [UInt64]
        let endpointFields: [UInt8]
        let indexByName: [String: UInt16]

        init() {
            var starts: [UInt32] = [0]
            var entries: [UInt16] = []
            for type in 0..<(PayloadPaths.fieldOffsets.count - 1) {
                let rows = Int(PayloadPaths.fieldOffsets[type])..<Int(PayloadPaths.fieldOffsets[type + 1])
                let highest = rows.map { Int(Field(row: PayloadPaths.fields[$0]).number) }.max() ?? -1
                var numbers = [UInt16](repeating: 0, count: highest + 1)
                for row in rows { numbers[Int(Field(row: PayloadPaths.fields[row]).number)] = UInt16(row + 1) }
                entries.append(contentsOf: numbers)
                starts.append(UInt32(entries.count))
            }
            self.starts = starts
            self.entries = entries
            self.fields = PayloadPaths.fields
            self.endpointFields = PayloadPaths.endpointField
            self.indexByName = Dictionary(
                uniqueKeysWithValues: PayloadPaths.names.enumerated().map { ($1.description, UInt16($0)) }
            )
        }

        /// The row of a field, if it leads to a payload.
        @inline(__always)
        func field(_ number: UInt32, of type: MessageType) -> Field? {
            let start = self.starts[Int(type.rawValue)]
            guard number < self.starts[Int(type.rawValue) + 1] - start else { return nil }
            let entry = self.entries[Int(start + number)]
            return entry == 0 ? nil : Field(row: self.fields[Int(entry) - 1])
        }

        /// The position of a field among the rows of its type, below 64, to remember that it was seen.
        @inline(__always)
        func ordinal(_ number: UInt32, of type: MessageType) -> UInt64 {
            let start = self.starts[Int(type.rawValue)]
            return UInt64(self.entries[Int(start + number)] - 1 - PayloadPaths.fieldOffsets[Int(type.rawValue)])
        }
    }

    static let table = Table()

    /// How many messages the table has.
    package static var typeCount: UInt16 { UInt16(self.names.count) }

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
