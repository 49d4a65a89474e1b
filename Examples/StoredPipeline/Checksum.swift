//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// FNV-1a, over bytes that come in pieces.
struct Checksum: Hashable {
    private var value: UInt64 = 0xcbf2_9ce4_8422_2325
    private var count = 0

    mutating func add(_ bytes: some Sequence<UInt8>) {
        for byte in bytes {
            self.value = (self.value ^ UInt64(byte)) &* 0x100_0000_01b3
            self.count += 1
        }
    }
}
