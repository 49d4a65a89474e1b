//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import SwiftProtobuf

#if canImport(FoundationEssentials)
import struct FoundationEssentials.Date
#else
import struct Foundation.Date
#endif

extension Duration {
    init(_ message: Google_Protobuf_Duration) {
        self = .seconds(message.seconds) + .nanoseconds(Int64(message.nanos))
    }

    /// The duration as a message, in whole nanoseconds.
    var message: Google_Protobuf_Duration {
        let (seconds, attoseconds) = self.components
        return Google_Protobuf_Duration(seconds: seconds, nanos: Int32(attoseconds / 1_000_000_000))
    }
}

extension Google_Protobuf_Timestamp {
    /// The point in time, or nil where the message has none.
    var dateIfSet: Date? {
        self.seconds == 0 && self.nanos == 0 ? nil : self.date
    }
}
