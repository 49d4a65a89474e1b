//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// A group of AWS regions with host names of their own.
///
/// Data from AWS's `partitions.json`.
struct AWSPartition: Hashable {
    var name: String
    var suffix: String
    /// What the names of its regions begin with; the rest is `-<word>-<number>`.
    var prefixes: [String]

    private static let all: [Self] = [
        Self(
            name: "aws",
            suffix: "amazonaws.com",
            prefixes: ["us", "eu", "ap", "sa", "ca", "me", "af", "il", "mx"]
        ),
        Self(name: "aws-cn", suffix: "amazonaws.com.cn", prefixes: ["cn"]),
        Self(name: "aws-eusc", suffix: "amazonaws.eu", prefixes: ["eusc-de"]),
        Self(name: "aws-iso", suffix: "c2s.ic.gov", prefixes: ["us-iso"]),
        Self(name: "aws-iso-b", suffix: "sc2s.sgov.gov", prefixes: ["us-isob"]),
        Self(name: "aws-iso-e", suffix: "cloud.adc-e.uk", prefixes: ["eu-isoe"]),
        Self(name: "aws-iso-f", suffix: "csp.hci.ic.gov", prefixes: ["us-isof"]),
        Self(name: "aws-us-gov", suffix: "amazonaws.com", prefixes: ["us-gov"]),
    ]

    /// The partition of a region by the pattern of its name; unknown names belong to `aws`.
    static func containing(_ region: String) -> Self {
        self.all.first { $0.contains(region) } ?? self.all[0]
    }

    private func contains(_ region: String) -> Bool {
        if region == "\(self.name)-global" { return true }
        return self.prefixes.contains { prefix in
            guard region.hasPrefix("\(prefix)-") else { return false }
            let rest = region.dropFirst(prefix.count + 1)
                .split(separator: "-", omittingEmptySubsequences: false)
            guard rest.count == 2, !rest[0].isEmpty, !rest[1].isEmpty else { return false }
            return rest[1].utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        }
    }
}
