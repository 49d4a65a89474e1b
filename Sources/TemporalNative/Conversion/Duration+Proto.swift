//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import SwiftProtobuf

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
