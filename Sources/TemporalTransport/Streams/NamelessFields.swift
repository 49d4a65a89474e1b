//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOCore

/// Finds fields without a name in compressed header blocks, and names them so that only their call fails.
///
/// swift-nio-http2 takes an empty name for a broken table, and ends the connection. A name that no header may have is
/// decoded as any other, and the call that has it refuses it by itself (``HeaderList``).
///
/// A block is read as HPACK lays it out (RFC 7541, section 6), without decoding any of it, and piece by piece: it may be
/// cut anywhere.
///
/// - Note: A field that stands in the table of the peer is one byte larger in ours. If the peer sends so many of them that
///   its table overflows, ours lets go of its oldest fields a little earlier; to refer to one of them then is an error of
///   the connection, as the empty name would have been.
struct NamelessFields {
    /// The name instead: a space.
    static let name: [UInt8] = [1, UInt8(ascii: " ")]

    private enum State {
        case field
        /// The index of a whole field, or a size of the table, goes on.
        case number
        /// The index of a name goes on.
        case nameIndex
        case nameLength
        case name
        case valueLength
        case value
        /// No HPACK; the decoder says so.
        case broken
    }

    private var state = State.field
    /// A number that goes on in the next byte: how far, and by how many bits.
    private var number = 0
    private var shift: Int?
    /// How many bytes of a string are left.
    private var rest = 0

    /// Reads the next piece of a block.
    ///
    /// - Returns: Where the lengths of empty names stand in it, each one byte.
    mutating func find(in piece: Span<UInt8>) -> [Int] {
        var found: [Int] = []
        var index = 0
        while index < piece.count {
            if self.rest > 0 {
                let skipped = min(self.rest, piece.count - index)
                self.rest -= skipped
                index += skipped
                if self.rest == 0 { self.stringEnded() }
                continue
            }
            let byte = piece[index]
            if self.shift != nil {
                self.goOn(byte)
            } else if self.state == .nameLength, byte & 0x7f == 0 {
                found.append(index)
                self.state = .valueLength
            } else {
                self.begin(byte)
            }
            if self.state == .broken { return found }
            index += 1
        }
        return found
    }

    /// The first byte of a field or of a string.
    private mutating func begin(_ byte: UInt8) {
        switch self.state {
        case .nameLength:
            self.state = .name
            self.begin(byte, bits: 7)
        case .valueLength:
            self.state = .value
            self.begin(byte, bits: 7)
        default:
            switch byte {
            case 0x80...:
                self.state = .number
                self.begin(byte, bits: 7)
            case 0x40...:
                self.state = .nameIndex
                self.begin(byte, bits: 6)
            case 0x20...:
                self.state = .number
                self.begin(byte, bits: 5)
            default:
                self.state = .nameIndex
                self.begin(byte, bits: 4)
            }
        }
    }

    private mutating func begin(_ byte: UInt8, bits: Int) {
        let most = 1 << bits - 1
        self.number = Int(byte) & most
        if self.number < most { self.numberEnded() } else { self.shift = 0 }
    }

    private mutating func goOn(_ byte: UInt8) {
        guard let shift = self.shift, shift <= 28 else {
            self.state = .broken
            return
        }
        self.number += Int(byte & 0x7f) << shift
        self.shift = shift + 7
        guard byte & 0x80 == 0 else { return }
        self.shift = nil
        self.numberEnded()
    }

    private mutating func numberEnded() {
        switch self.state {
        case .number: self.state = .field
        case .nameIndex: self.state = self.number == 0 ? .nameLength : .valueLength
        default:
            self.rest = self.number
            if self.rest == 0 { self.stringEnded() }
        }
    }

    private mutating func stringEnded() {
        self.state = self.state == .name ? .valueLength : .field
    }
}
