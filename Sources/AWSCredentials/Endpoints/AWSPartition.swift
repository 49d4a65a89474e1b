//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// A part of AWS with accounts and names of hosts of its own.
///
/// The one table of them in this project; its rows are AWS's own (`AWSPartition+Generated.swift`).
package struct AWSPartition: Sendable, Hashable {
    package var name: String
    /// What the names of hosts end with.
    package var suffix: String
    /// What the names of hosts end with that have IPv6 addresses too; S3 has a scheme of its own.
    package var dualStackSuffix: String
    /// The name that stands for no region in particular; nil if there is none.
    var globalRegion: String?
    /// What the names of its regions begin with; the rest is `-<word>-<number>`.
    var prefixes: [String]

    /// The partition of a region by the pattern of its name; unknown names belong to `aws`.
    package static func containing(_ region: String) -> Self {
        self.all.first { $0.contains(region) } ?? self.all[0]
    }

    private func contains(_ region: String) -> Bool {
        if region == self.globalRegion { return true }
        return self.prefixes.contains { prefix in
            guard region.hasPrefix("\(prefix)-") else { return false }
            let rest = region.dropFirst(prefix.count + 1)
                .split(separator: "-", omittingEmptySubsequences: false)
            guard rest.count == 2, !rest[0].isEmpty, !rest[1].isEmpty else { return false }
            return rest[1].utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        }
    }
}
