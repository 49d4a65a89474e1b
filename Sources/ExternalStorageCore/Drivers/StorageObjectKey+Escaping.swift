//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

extension StorageObjectKey {
    /// One segment, its bytes escaped as `%XX` where the store does not take them.
    package static func escape(_ segment: String, _ style: Style) -> String {
        switch (segment, style) {
        case (".", .googleCloud), (".", .file): return "%2E"
        case ("..", .googleCloud), ("..", .file): return "%2E%2E"
        default: break
        }
        var escaped: [UInt8] = []
        escaped.reserveCapacity(segment.utf8.count)
        for scalar in segment.unicodeScalars {
            let keeps = style == .googleCloud ? Self.googleCloudKeeps(scalar) : Self.s3Keeps(scalar)
            for byte in UTF8.encode(scalar).map(Array.init) ?? [] {
                if keeps {
                    escaped.append(byte)
                } else {
                    escaped += [UInt8(ascii: "%"), Self.digits[Int(byte >> 4)], Self.digits[Int(byte & 15)]]
                }
            }
        }
        return String(decoding: escaped, as: UTF8.self)
    }

    private static let digits = Array("0123456789ABCDEF".utf8)

    private static func s3Keeps(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "!", "-", "_", ".", "*", "'", "(", ")": true
        default: false
        }
    }

    private static func googleCloudKeeps(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}": false
        case "#", "[", "]", "*", "?", ":", "\"", "<", ">", "|", "/", "%": false
        default: true
        }
    }
}
