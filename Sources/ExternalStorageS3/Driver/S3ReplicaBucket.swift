//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// A bucket that replication fills: a member of a Multi-Region Access Point, or a copy of a bucket in another region.
public struct S3ReplicaBucket: Sendable, Hashable {
    /// The bucket: a name or an ARN of an access point.
    public var name: String

    /// The region the bucket is in.
    public var region: String

    /// Names a bucket.
    ///
    /// - Parameters:
    ///   - name: The bucket: a name or an ARN of an access point.
    ///   - region: The region the bucket is in.
    public init(name: String, region: String) {
        self.name = name
        self.region = region
    }
}

extension S3ReplicaBucket: LosslessStringConvertible {
    /// Names a bucket as configuration does.
    ///
    /// - Parameter description: `NAME@REGION`. Nil if it is anything else.
    public init?(_ description: String) {
        let parts = description.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts.contains(where: \.isEmpty) else { return nil }
        self.init(name: String(parts[0]), region: String(parts[1]))
    }

    /// `NAME@REGION`.
    public var description: String { "\(self.name)@\(self.region)" }
}
