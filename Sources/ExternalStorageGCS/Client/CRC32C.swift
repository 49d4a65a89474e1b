//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import CExternalStorageCRC32C
internal import Groundwork
internal import NIOCore

/// The checksum that Google Cloud Storage keeps of every object: Castagnoli's polynomial, reflected.
struct CRC32C: Sendable, Hashable {
    private var state: UInt32 = .max

    /// The checksum of what was added.
    var value: UInt32 { ~self.state }

    /// As metadata and headers have it: four bytes, most significant first, in Base64.
    var base64: String {
        let value = self.value
        return Base64.encode((0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * UInt32($0))) })
    }

    mutating func add(_ bytes: ByteBuffer) {
        // The bytes are read, and nothing is kept of the pointer.
        unsafe bytes.withUnsafeReadableBytes { bytes in
            self.state = unsafe CExternalStorageCRC32C_add(self.state, bytes.baseAddress, bytes.count)
        }
    }
}
