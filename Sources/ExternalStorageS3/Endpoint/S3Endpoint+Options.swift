//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

extension S3Endpoint {
    /// Where the name of a bucket is put: into the host name or into the path.
    public struct Addressing: Sendable, Hashable {
        private enum Base { case automatic, path, virtualHost }
        private let base: Base

        /// Into the path for a custom endpoint, which stores that are not AWS's expect; into the host name for AWS.
        public static let automatic = Self(base: .automatic)

        /// Always into the path.
        ///
        /// Access points have no path style and are refused.
        public static let path = Self(base: .path)

        /// Into the host name wherever it can be a host name.
        public static let virtualHost = Self(base: .virtualHost)
    }

    /// What besides the bucket decides about an address.
    public struct Options: Sendable, Hashable {
        /// The region of the client.
        ///
        /// Without one there is no address, not even for a Multi-Region Access Point.
        public var region: String?

        /// The URL of a store that is not AWS's, or of a VPC endpoint: scheme, host, port, and a path if it has one.
        public var endpointURL: String?

        /// Where the name of the bucket is put.
        public var addressing = Addressing.automatic

        /// Uses hosts with validated cryptography.
        public var usesFIPS = false

        /// Uses hosts that have IPv6 addresses too.
        public var usesDualStack = false

        /// Uses S3 Transfer Acceleration.
        public var usesAccelerate = false

        /// Follows the region in an access point's ARN even if it is not the client's.
        public var usesARNRegion = true

        /// Refuses Multi-Region Access Points.
        public var disablesMultiRegionAccessPoints = false

        /// Uses `s3.amazonaws.com` for `us-east-1`, as old tools do.
        var usesLegacyGlobalHost = false

        /// Refuses access points, for operations that do not know them.
        var disablesAccessPoints = false

        /// Creates options.
        ///
        /// - Parameters:
        ///   - region: The region of the client.
        ///   - endpointURL: The URL of a store that is not AWS's.
        public init(region: String?, endpointURL: String? = nil) {
            self.region = region
            self.endpointURL = endpointURL
        }
    }
}
