//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import Crypto
public import NIOCore

/// The SHA-256 of the serialized bytes of a payload: what object keys and claims name it by.
public struct PayloadDigest: Hashable, Sendable {
    // Four words rather than an array: a digest travels with every payload and must not cost an allocation.
    private let words: (UInt64, UInt64, UInt64, UInt64)

    /// Hashes bytes, on the caller's thread.
    ///
    /// - Parameter bytes: What to hash; the readable bytes.
    /// - Complexity: O(*n*) in the size.
    public init(hashing bytes: ByteBuffer) {
        self.init(hashing: CollectionOfOne(bytes))
    }

    /// Hashes bytes that come in pieces.
    init(hashing pieces: some Sequence<ByteBuffer>) {
        var hash = SHA256()
        for piece in pieces { unsafe piece.withUnsafeReadableBytes { unsafe hash.update(bufferPointer: $0) } }
        self.init(hash.finalize())
    }

    /// Reads a digest from 64 hexadecimal digits of either case; nil if that is not what it is.
    ///
    /// - Parameter hexadecimal: The digits.
    public init?(hexadecimal: some StringProtocol) {
        var words: [UInt64] = []
        var word: UInt64 = 0
        var count = 0
        for digit in hexadecimal.utf8 {
            guard count < 64, let value = Self.value(ofHexadecimal: digit) else { return nil }
            word = word << 4 | value
            count += 1
            if count.isMultiple(of: 16) {
                words.append(word)
                word = 0
            }
        }
        guard count == 64 else { return nil }
        self.words = (words[0], words[1], words[2], words[3])
    }

    /// What hashing has given.
    package init(_ digest: SHA256Digest) {
        self.words = unsafe digest.withUnsafeBytes { bytes in
            unsafe (
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)),
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)),
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self))
            )
        }
    }

    /// The 32 bytes.
    public var bytes: [UInt8] {
        [self.words.0, self.words.1, self.words.2, self.words.3].flatMap { word in
            stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: word >> UInt64($0)) }
        }
    }

    /// 64 lower-case hexadecimal digits, as in keys and claims.
    public var hexadecimal: String { Self.text(self.bytes.lazy.flatMap { [$0 >> 4, $0 & 15] }, of: Self.digits) }

    /// The 32 bytes in Base64 with padding (44 characters), as in the checksum headers of S3.
    public var base64: String {
        let bytes = self.bytes
        var sextets: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = (0..<3).reduce(UInt32(0)) {
                $0 << 8 | (start + $1 < bytes.count ? UInt32(bytes[start + $1]) : 0)
            }
            for shift in stride(from: UInt32(18), through: 0, by: -6) { sextets.append(UInt8(group >> shift & 63)) }
        }
        // 32 bytes are ten groups of three and one of two: 43 characters and one of padding.
        return Self.text(sextets.dropLast(), of: Self.base64Alphabet) + "="
    }

    /// Compares the 32 bytes.
    ///
    /// - Parameters:
    ///   - left: A digest.
    ///   - right: Another one.
    /// - Returns: Whether they are the same.
    public static func == (left: Self, right: Self) -> Bool { left.words == right.words }

    /// Hashes the first eight bytes: they are as random as all 32.
    ///
    /// - Parameter hasher: The hasher to feed.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(self.words.0)
    }

    private static let digits = Array("0123456789abcdef".utf8)
    private static let base64Alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    private static func text(_ indices: some Sequence<UInt8>, of alphabet: [UInt8]) -> String {
        String(decoding: indices.map { alphabet[Int($0)] }, as: UTF8.self)
    }

    private static func value(ofHexadecimal digit: UInt8) -> UInt64? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(digit - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(digit - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt64(digit - UInt8(ascii: "A") + 10)
        default: nil
        }
    }
}

extension PayloadDigest: CustomStringConvertible {
    /// ``hexadecimal``.
    public var description: String { self.hexadecimal }
}
