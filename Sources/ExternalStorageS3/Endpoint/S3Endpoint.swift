//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import AWSSigning

/// Where the objects of a bucket are, and how requests for them are signed.
///
/// A plain value; no name is looked up.
///
/// Follows AWS's endpoint rule set for Amazon S3 (ES-D6): bucket names, access point ARNs, Multi-Region Access Point
/// ARNs, Object Lambda and Outposts access points. Directory buckets (S3 Express) are refused by name.
public struct S3Endpoint: Sendable, Hashable {
    /// What an address leads to.
    public enum Kind: Sendable, Hashable {
        /// A bucket, by name or by the alias of an access point.
        case bucket

        /// An access point in one region.
        case accessPoint

        /// A Multi-Region Access Point: AWS chooses the bucket that is near.
        case multiRegionAccessPoint
    }

    /// `https` or `http`.
    public var scheme: String

    /// The host, with the port if the endpoint's URL has one.
    ///
    /// Sent as `Host` and signed.
    public var authority: String

    /// What comes before an object's key in the path, encoded, without a slash at its end.
    ///
    /// Empty in most cases.
    public var basePath: String

    /// Which signature is made, for which region or regions.
    public var algorithm: SigningScope.Algorithm

    /// The service's name for signing.
    public var service: String

    /// What the address leads to.
    public var kind: Kind

    /// The path of an object, encoded as it has to be sent and signed.
    ///
    /// - Parameter key: The key as it is stored; any text.
    /// - Returns: The path with its leading slash. Nothing is normalised.
    public func path(key: String) -> String {
        self.basePath + "/" + URIEncoding.encodePath(key)
    }

    /// The URL of an object.
    ///
    /// - Parameter key: The key as it is stored; any text.
    /// - Returns: Scheme, host and encoded path.
    public func url(key: String) -> String {
        "\(self.scheme)://\(self.authority)\(self.path(key: key))"
    }

    /// The region or region set a signature is for, as texts name it.
    public var region: String {
        switch self.algorithm {
        case .sigV4(let region): region
        case .sigV4A(let regionSet): regionSet
        }
    }
}
