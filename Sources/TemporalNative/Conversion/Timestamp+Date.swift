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

extension Google_Protobuf_Timestamp {
    /// The point in time, or nil where the message has none.
    var dateIfSet: Date? {
        self.seconds == 0 && self.nanos == 0 ? nil : self.date
    }
}
