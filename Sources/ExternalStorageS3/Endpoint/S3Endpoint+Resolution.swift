//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import AWSCredentials
internal import AWSSigning

extension S3Endpoint {
    /// Finds the address of a bucket.
    ///
    /// - Parameters:
    ///   - bucket: A bucket's name, the alias of an access point, or an ARN of an access point or of a Multi-Region
    ///     Access Point.
    ///   - options: Region, custom endpoint and switches.
    /// - Throws: ``S3EndpointError`` if they do not fit together.
    public init(bucket: String, options: Options) throws(S3EndpointError) {
        self = try Resolver(bucket: bucket, options: options).endpoint()
    }

    /// One pass through the rules, in the order of AWS's rule set, so that the same mistake gives the same text.
    struct Resolver {
        let bucket: String
        let options: Options
        let region: String
        let custom: EndpointURL?
        let partition: AWSPartition

        init(bucket: String, options: Options) throws(S3EndpointError) {
            guard let region = options.region else {
                throw S3EndpointError("A region must be set when sending requests to S3.")
            }
            self.bucket = bucket
            self.options = options
            self.region = region
            self.partition = AWSPartition.containing(region)
            self.custom = options.endpointURL.flatMap { EndpointURL($0) }
        }

        func endpoint() throws(S3EndpointError) -> S3Endpoint {
            try self.checkCombinations()
            try self.checkUnsupportedBuckets()
            if let url = self.options.endpointURL, self.custom == nil {
                throw S3EndpointError("Custom endpoint `\(url)` was not a valid URI")
            }
            if !self.forcesPathStyle {
                if HostName.canBeBucket(self.bucket, allowsDots: false) { return try self.virtualHost() }
                if let custom = self.custom, custom.scheme == "http",
                    HostName.canBeBucket(self.bucket, allowsDots: true)
                {
                    try self.checkRegion(self.region)
                    return self.make(custom.scheme, "\(self.bucket).\(custom.authority)", custom.path)
                }
            }
            guard self.bucket.hasPrefix("arn:") else { return try self.pathStyle() }
            guard let name = AmazonResourceName(self.bucket) else {
                throw S3EndpointError("Invalid ARN: `\(self.bucket)` was not a valid ARN")
            }
            guard !self.forcesPathStyle else {
                throw S3EndpointError("Path-style addressing cannot be used with ARN buckets")
            }
            return try self.resource(name)
        }

        private var forcesPathStyle: Bool {
            switch self.options.addressing {
            case .path: true
            case .virtualHost: false
            default: self.custom != nil && !self.bucket.hasPrefix("arn:")
            }
        }

        private func checkCombinations() throws(S3EndpointError) {
            if self.options.usesAccelerate && self.options.usesFIPS {
                throw S3EndpointError("Accelerate cannot be used with FIPS")
            }
            if self.options.endpointURL != nil {
                if self.options.usesDualStack {
                    throw S3EndpointError("Cannot set dual-stack in combination with a custom endpoint.")
                }
                if self.options.usesFIPS { throw S3EndpointError("A custom endpoint cannot be combined with FIPS") }
                if self.options.usesAccelerate {
                    throw S3EndpointError("A custom endpoint cannot be combined with S3 Accelerate")
                }
            }
            if self.options.usesFIPS && self.partition.name == "aws-cn" {
                throw S3EndpointError("Partition does not support FIPS")
            }
        }

        private func checkUnsupportedBuckets() throws(S3EndpointError) {
            if self.bucket.hasSuffix("--x-s3") || self.bucket.hasSuffix("--xa-s3") {
                throw S3EndpointError(
                    "`\(self.bucket)` is a directory bucket (S3 Express One Zone), which is not supported; "
                        + "use a general purpose bucket"
                )
            }
            if self.bucket.hasSuffix("--op-s3") {
                throw S3EndpointError(
                    "`\(self.bucket)` is an Outposts access point alias, which is not supported; use its ARN"
                )
            }
        }

        private func virtualHost() throws(S3EndpointError) -> S3Endpoint {
            try self.checkRegion(self.region)
            if let custom = self.custom {
                guard custom.isIPAddress else {
                    return self.make(custom.scheme, "\(self.bucket).\(custom.authority)", custom.path)
                }
                return self.make(custom.scheme, custom.authority, "\(custom.path)/\(self.bucket)")
            }
            guard self.options.usesAccelerate else {
                return self.make("https", "\(self.bucket).\(self.regionalHost)", "")
            }
            guard self.partition.name != "aws-cn" else {
                throw S3EndpointError("S3 Accelerate cannot be used in this region")
            }
            // The rule set puts the region of `aws-global` into the dual-stack host; nobody else has a region there.
            let stack = self.options.usesDualStack ? ".dualstack" : ""
            let place = self.options.usesDualStack && self.region == "aws-global" ? ".us-east-1" : ""
            return self.make("https", "\(self.bucket).s3-accelerate\(stack)\(place).\(self.partition.suffix)", "")
        }

        private func pathStyle() throws(S3EndpointError) -> S3Endpoint {
            guard !self.options.usesAccelerate else {
                throw S3EndpointError("Path-style addressing cannot be used with S3 Accelerate")
            }
            let bucket = URIEncoding.encode(self.bucket)
            if let custom = self.custom {
                return self.make(custom.scheme, custom.authority, "\(custom.path)/\(bucket)")
            }
            return self.make("https", self.regionalHost, "/\(bucket)")
        }

        private var regionalHost: String {
            let fips = self.options.usesFIPS ? "-fips" : ""
            let stack = self.options.usesDualStack ? ".dualstack" : ""
            let isGlobal = self.region == "aws-global"
            let isPlain = fips.isEmpty && stack.isEmpty
            if isPlain && (isGlobal || (self.options.usesLegacyGlobalHost && self.region == "us-east-1")) {
                return "s3.\(self.partition.suffix)"
            }
            return "s3\(fips)\(stack).\(isGlobal ? "us-east-1" : self.region).\(self.partition.suffix)"
        }

        private func checkRegion(_ region: String) throws(S3EndpointError) {
            guard HostName.isValid(region, allowsDots: false) else {
                throw S3EndpointError("Invalid region: region was not a valid DNS name.")
            }
        }

        private func make(_ scheme: String, _ authority: String, _ basePath: String) -> S3Endpoint {
            S3Endpoint(
                scheme: scheme,
                authority: authority,
                basePath: basePath,
                algorithm: .sigV4(region: self.region == "aws-global" ? "us-east-1" : self.region),
                service: "s3",
                kind: .bucket
            )
        }
    }
}
