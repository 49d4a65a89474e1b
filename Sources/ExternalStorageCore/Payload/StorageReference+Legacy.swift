//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Groundwork

extension StorageReference {
    /// Reads a reference as previews of 2025 wrote it (ES-W5).
    ///
    /// `{"driver_name":"…","driver_claim":{"claim_data":{…}}}` under the encoding `json/external-storage-reference`.
    init(legacyPayload payload: Payload) throws(ExternalStorageError) {
        var driverName: JSONValue?
        var driverClaim: JSONValue?
        for member in try Self.object(payload.data) {
            switch member.key {
            case "driver_name": driverName = member.value
            case "driver_claim": driverClaim = member.value
            default: break
            }
        }
        let name = try Self.name(driverName, field: "driver_name")
        var claimData: JSONValue?
        switch driverClaim {
        case nil, .null: break
        case .object: claimData = driverClaim?["claim_data"]
        case let other?: throw .invalidReference("\"driver_claim\" is \(other.kind), where an object is expected")
        }
        self.init(driverName: name, claim: try Self.claim(claimData, field: "driver_claim.claim_data"))
    }
}
