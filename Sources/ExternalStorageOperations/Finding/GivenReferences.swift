//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import ExternalStorageCore
import ExternalStorageWire
import Groundwork
package import NIOCore

/// References that somebody gives to a command, in whatever form they were copied.
package enum GivenReferences {
    /// The most bytes that are looked at.
    package static let sizeLimit = 16 * 1_048_576

    /// Finds the references in a text or in bytes.
    ///
    /// Accepted: the JSON of a reference (`driverName`, `claimData`); JSON with payloads anywhere in it, as the Temporal
    /// command and its web page show histories, metadata and data in Base64; one serialized payload.
    ///
    /// - Parameter bytes: What was given.
    /// - Returns: Payloads that are references, in the order in which they stand; at least one.
    /// - Throws: `OperationsError` of code `refused` if there is none.
    package static func payloads(in bytes: ByteBuffer) throws(OperationsError) -> [Payload] {
        guard bytes.readableBytes > 0 else { throw OperationsError(.refused, "standard input is empty") }
        guard bytes.readableBytes <= Self.sizeLimit else {
            throw OperationsError(.refused, "standard input has more than \(Self.sizeLimit) bytes")
        }
        if let value = try? JSONValue(parsing: bytes.readableBytesView, maximumDepth: 100) {
            if value["driverName"] != nil || value["driver_name"] != nil {
                let metadata = [
                    "encoding": "json/protobuf", "messageType": "temporal.api.sdk.v1.ExternalStorageReference",
                ]
                return [Payload(metadata: metadata.mapValues { Array($0.utf8) }, data: bytes)]
            }
            let payloads = NestedReferences.payloads(inJSON: bytes.readableBytesView)
            guard payloads.isEmpty else { return payloads }
        } else if let payload = try? Payload(serializedBytes: bytes),
            payload.isReference || payload.traits.contains(.legacyReference)
        {
            return [payload]
        }
        throw OperationsError(
            .refused,
            """
            standard input holds no storage reference: give the JSON of one ({"driverName":…,"claimData":…}), JSON with \
            payloads in it as "temporal workflow show --output json" prints it, or a serialized payload
            """
        )
    }
}
