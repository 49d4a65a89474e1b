//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageWire
import NIOCore

/// Reads the JSON of a reference where it stands, in the layouts that SDKs write: strings without escapes, of ASCII, and
/// no fields but the two.
///
/// Anything else is for the reader that knows all of JSON, which also has the words for what is wrong.
struct ReferenceReader {
    private var position = 0

    /// The reference, or nil if the layout is another one.
    static func reference(_ json: ByteBuffer) -> StorageReference? {
        var reader = Self()
        return reader.reference(in: json.readableBytesUInt8Span)
    }

    private mutating func reference(in bytes: Span<UInt8>) -> StorageReference? {
        var (driverName, claim): (String?, StorageDriverClaim?) = (nil, nil)
        guard self.take(UInt8(ascii: "{"), of: bytes) else { return nil }
        while true {
            guard let key = self.string(in: bytes), self.take(UInt8(ascii: ":"), of: bytes) else { return nil }
            if bytes.equals("driverName", in: key) || bytes.equals("driver_name", in: key) {
                guard driverName == nil, let value = self.string(in: bytes), !value.isEmpty else { return nil }
                driverName = bytes.string(in: value)
            } else if bytes.equals("claimData", in: key) || bytes.equals("claim_data", in: key) {
                guard claim == nil, let value = self.claim(in: bytes) else { return nil }
                claim = value
            } else {
                return nil
            }
            if self.take(UInt8(ascii: ","), of: bytes) { continue }
            guard self.take(UInt8(ascii: "}"), of: bytes) else { return nil }
            self.skipSpace(in: bytes)
            guard self.position == bytes.count, let driverName else { return nil }
            return StorageReference(driverName: driverName, claim: claim ?? StorageDriverClaim())
        }
    }

    private mutating func claim(in bytes: Span<UInt8>) -> StorageDriverClaim? {
        guard self.take(UInt8(ascii: "{"), of: bytes) else { return nil }
        // As many as the claims of the drivers have.
        var entries = [String: String](minimumCapacity: 4)
        if self.take(UInt8(ascii: "}"), of: bytes) { return StorageDriverClaim(entries) }
        while true {
            guard let key = self.string(in: bytes), self.take(UInt8(ascii: ":"), of: bytes),
                let value = self.string(in: bytes)
            else { return nil }
            entries[bytes.string(in: key)] = bytes.string(in: value)
            if self.take(UInt8(ascii: ","), of: bytes) { continue }
            return self.take(UInt8(ascii: "}"), of: bytes) ? StorageDriverClaim(entries) : nil
        }
    }

    private mutating func skipSpace(in bytes: Span<UInt8>) {
        while self.position < bytes.count {
            switch bytes[self.position] {
            case 0x20, 0x0A, 0x0D, 0x09: self.position += 1
            default: return
            }
        }
    }

    private mutating func take(_ byte: UInt8, of bytes: Span<UInt8>) -> Bool {
        self.skipSpace(in: bytes)
        guard self.position < bytes.count, bytes[self.position] == byte else { return false }
        self.position += 1
        return true
    }

    /// Where the text of a string stands.
    private mutating func string(in bytes: Span<UInt8>) -> Range<Int>? {
        guard self.take(UInt8(ascii: "\""), of: bytes) else { return nil }
        let start = self.position
        for position in start..<bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                self.position = position + 1
                return start..<position
            }
            if byte == UInt8(ascii: "\\") || byte < 0x20 || byte >= 0x80 { return nil }
        }
        return nil
    }
}
