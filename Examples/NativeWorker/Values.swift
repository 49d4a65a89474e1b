//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOCore
import TemporalNative

/// Activities that take values and give values, small and large.
struct Values: ActivityContainer {
    func greet(_ name: String) -> String { "Hello, \(name)!" }

    /// Other bytes of the same size, so that a large result is an object of its own in the store.
    func flip(_ bytes: ByteBuffer) -> ByteBuffer {
        var flipped = bytes
        if let first: UInt8 = bytes.getInteger(at: bytes.readerIndex) {
            flipped.setInteger(~first, at: bytes.readerIndex)
        }
        return flipped
    }

    var activities: [Activity] {
        Activity("greet", self.greet)
        Activity("flip", self.flip)
    }
}
