//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Rules for the labels of host names, as far as endpoints need them.
enum HostName {
    /// Whether the text is one label, or several joined with dots: letters, digits and inner hyphens, 1 to 63 each.
    static func isValid(_ text: String, allowsDots: Bool) -> Bool {
        let labels = allowsDots ? text.split(separator: ".", omittingEmptySubsequences: false) : [text[...]]
        return labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && label.utf8.allSatisfy { self.isLetterOrDigit($0) || $0 == 0x2d }
                && label.first != "-" && label.last != "-"
        }
    }

    /// Whether a bucket can be the first label (or labels) of a host name.
    static func canBeBucket(_ bucket: String, allowsDots: Bool) -> Bool {
        bucket.utf8.count >= 3 && bucket.utf8.count <= 63
            && !bucket.utf8.contains { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
            && !self.isIPv4(bucket) && self.isValid(bucket, allowsDots: allowsDots)
    }

    static func isIPv4(_ text: some StringProtocol) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { part in UInt8(part) != nil && part.first != "+" }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default:
            false
        }
    }
}
