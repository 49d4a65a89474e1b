//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// A message of the Temporal API that can hold payloads, as an index into ``PayloadPaths``.
package struct MessageType: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt16

    @inline(__always)
    package init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// The type with the full protobuf name `name`, if messages of that type can hold payloads.
    package init?(name: String) {
        guard let index = PayloadPaths.table.indexByName[name] else { return nil }
        self.init(rawValue: index)
    }

    /// The full protobuf name.
    package var name: String {
        switch self {
        case .anyValue: "google.protobuf.Any"
        case .payload: "temporal.api.common.v1.Payload"
        case .dataBlob: "temporal.api.common.v1.DataBlob"
        default: PayloadPaths.names[Int(self.rawValue)].description
        }
    }

    // Three messages have a meaning beyond their fields and stand above the indices of the table.

    /// `google.protobuf.Any`: its value is read as what its type URL names.
    package static let anyValue = MessageType(rawValue: 0xFFF0)
    /// A payload that is entered because it is a system Nexus envelope (ES-C4).
    package static let payload = MessageType(rawValue: 0xFFF1)
    /// A blob that holds a serialized history.
    package static let dataBlob = MessageType(rawValue: 0xFFF2)
}
