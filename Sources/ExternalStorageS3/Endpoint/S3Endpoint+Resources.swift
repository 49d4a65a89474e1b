//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import AWSCredentials
internal import AWSSigning

extension S3Endpoint.Resolver {
    /// The address of what an ARN names.
    func resource(_ name: AmazonResourceName) throws(S3EndpointError) -> S3Endpoint {
        guard let type = name.resource.first, !type.isEmpty else {
            throw S3EndpointError("Invalid ARN: No ARN type specified")
        }
        if name.service == "s3-object-lambda" { return try self.objectLambda(name, type: type) }
        if type == "accesspoint" {
            let point = try self.accessPointName(name)
            return name.region.isEmpty
                ? try self.multiRegion(name, alias: point) : try self.accessPoint(name, point: point)
        }
        if name.service == "s3-outposts" { return try self.outpost(name) }
        throw S3EndpointError("Invalid ARN: Unrecognized format: \(self.bucket) (type: \(type))")
    }

    private func accessPointName(_ name: AmazonResourceName) throws(S3EndpointError) -> String {
        guard name.resource.count > 1, !name.resource[1].isEmpty else {
            throw S3EndpointError(
                "Invalid ARN: Expected a resource of the format `accesspoint:<accesspoint name>` but no name was provided"
            )
        }
        return name.resource[1]
    }

    private func multiRegion(_ name: AmazonResourceName, alias: String) throws(S3EndpointError) -> S3Endpoint {
        guard HostName.isValid(alias, allowsDots: true) else { throw S3EndpointError("Invalid Access Point Name") }
        if self.options.usesDualStack { throw S3EndpointError("S3 MRAP does not support dual-stack") }
        if self.options.usesFIPS { throw S3EndpointError("S3 MRAP does not support FIPS") }
        if self.options.usesAccelerate { throw S3EndpointError("S3 MRAP does not support S3 Accelerate") }
        if self.options.disablesMultiRegionAccessPoints {
            throw S3EndpointError("Invalid configuration: Multi-Region Access Point ARNs are disabled.")
        }
        guard self.partition.name == name.partition else {
            throw S3EndpointError(
                "Client was configured for partition `\(self.partition.name)` but bucket referred to partition "
                    + "`\(name.partition)`"
            )
        }
        // Stricter than AWS's rules, which ignore both: a slip here would only show as a refused signature.
        guard name.resource.count == 2 else {
            throw S3EndpointError(
                "Invalid ARN: The ARN may only contain a single resource component after `accesspoint`."
            )
        }
        guard name.account.utf8.count == 12, name.account.allSatisfy({ $0.isASCII && $0.isNumber }) else {
            throw S3EndpointError("Invalid ARN: The account id of `\(self.bucket)` has to be 12 digits")
        }
        return S3Endpoint(
            scheme: "https",
            authority: "\(alias).accesspoint.s3-global.\(self.partition.suffix)",
            basePath: "",
            algorithm: .sigV4A(regionSet: "*"),
            service: "s3",
            kind: .multiRegionAccessPoint
        )
    }

    private func accessPoint(_ name: AmazonResourceName, point: String) throws(S3EndpointError) -> S3Endpoint {
        if self.options.disablesAccessPoints {
            throw S3EndpointError("Access points are not supported for this operation")
        }
        let partition = try self.checkPlace(name, components: 2)
        guard name.service == "s3" else {
            throw S3EndpointError("Invalid ARN: The ARN was not for the S3 service, found: \(name.service)")
        }
        try self.checkNames(account: name.account, point: point)
        if self.options.usesAccelerate { throw S3EndpointError("Access Points do not support S3 Accelerate") }
        let fips = self.options.usesFIPS ? "-fips" : ""
        let stack = self.options.usesDualStack ? ".dualstack" : ""
        return self.point(
            name,
            host: "\(point)-\(name.account)",
            awsHost: "s3-accesspoint\(fips)\(stack).\(name.region).\(partition.suffix)",
            service: "s3"
        )
    }

    private func objectLambda(_ name: AmazonResourceName, type: String) throws(S3EndpointError) -> S3Endpoint {
        guard type == "accesspoint" else {
            throw S3EndpointError(
                "Invalid ARN: Object Lambda ARNs only support `accesspoint` arn types, but found: `\(type)`"
            )
        }
        let point = try self.accessPointName(name)
        if self.options.usesDualStack { throw S3EndpointError("S3 Object Lambda does not support Dual-stack") }
        if self.options.usesAccelerate {
            throw S3EndpointError("S3 Object Lambda does not support S3 Accelerate")
        }
        guard !name.region.isEmpty else { throw S3EndpointError("Invalid ARN: bucket ARN is missing a region") }
        if self.options.disablesAccessPoints {
            throw S3EndpointError("Access points are not supported for this operation")
        }
        let partition = try self.checkPlace(name, components: 2)
        guard !name.account.isEmpty else { throw S3EndpointError("Invalid ARN: Missing account id") }
        try self.checkNames(account: name.account, point: point)
        let fips = self.options.usesFIPS ? "-fips" : ""
        return self.point(
            name,
            host: "\(point)-\(name.account)",
            awsHost: "s3-object-lambda\(fips).\(name.region).\(partition.suffix)",
            service: "s3-object-lambda"
        )
    }

    private func outpost(_ name: AmazonResourceName) throws(S3EndpointError) -> S3Endpoint {
        if self.options.usesDualStack { throw S3EndpointError("S3 Outposts does not support Dual-stack") }
        if self.options.usesFIPS { throw S3EndpointError("S3 Outposts does not support FIPS") }
        if self.options.usesAccelerate { throw S3EndpointError("S3 Outposts does not support S3 Accelerate") }
        guard name.resource.count <= 4 else {
            throw S3EndpointError("Invalid Arn: Outpost Access Point ARN contains sub resources")
        }
        guard name.resource.count > 1, !name.resource[1].isEmpty else {
            throw S3EndpointError("Invalid ARN: The Outpost Id was not set")
        }
        let outpost = name.resource[1]
        guard HostName.isValid(outpost, allowsDots: false) else {
            throw S3EndpointError(
                "Invalid ARN: The outpost Id may only contain a-z, A-Z, 0-9 and `-`. Found: `\(outpost)`"
            )
        }
        let partition = try self.checkPlace(name, components: 4)
        try self.checkAccount(name.account)
        guard name.resource.count > 2 else {
            throw S3EndpointError("Invalid ARN: Expected a 4-component resource")
        }
        guard name.resource.count > 3 else { throw S3EndpointError("Invalid ARN: expected an access point name") }
        guard name.resource[2] == "accesspoint" else {
            throw S3EndpointError("Expected an outpost type `accesspoint`, found \(name.resource[2])")
        }
        try self.checkPoint(name.resource[3])
        var endpoint = self.point(
            name,
            host: "\(name.resource[3])-\(name.account).\(outpost)",
            awsHost: "s3-outposts.\(name.region).\(partition.suffix)",
            service: "s3-outposts"
        )
        endpoint.scheme = "https"
        endpoint.basePath = ""
        endpoint.algorithm = .sigV4A(regionSet: "*")
        return endpoint
    }

    /// Region and partition of an ARN against those of the client.
    private func checkPlace(
        _ name: AmazonResourceName,
        components: Int
    ) throws(S3EndpointError) -> AWSPartition {
        guard name.resource.count <= components else {
            throw S3EndpointError(
                "Invalid ARN: The ARN may only contain a single resource component after `accesspoint`."
            )
        }
        guard self.options.usesARNRegion || name.region == self.region else {
            throw S3EndpointError(
                "Invalid configuration: region from ARN `\(name.region)` does not match client region "
                    + "`\(self.region)` and UseArnRegion is `false`"
            )
        }
        let partition = AWSPartition.containing(name.region)
        guard partition.name == self.partition.name else {
            throw S3EndpointError(
                "Client was configured for partition `\(self.partition.name)` but ARN (`\(self.bucket)`) has "
                    + "`\(partition.name)`"
            )
        }
        guard HostName.isValid(name.region, allowsDots: true) else {
            throw S3EndpointError("Invalid region in ARN: `\(name.region)` (invalid DNS name)")
        }
        return partition
    }

    private func checkNames(account: String, point: String) throws(S3EndpointError) {
        try self.checkAccount(account)
        try self.checkPoint(point)
    }

    private func checkAccount(_ account: String) throws(S3EndpointError) {
        guard HostName.isValid(account, allowsDots: false) else {
            throw S3EndpointError(
                "Invalid ARN: The account id may only contain a-z, A-Z, 0-9 and `-`. Found: `\(account)`"
            )
        }
    }

    private func checkPoint(_ point: String) throws(S3EndpointError) {
        guard HostName.isValid(point, allowsDots: false) else {
            throw S3EndpointError(
                "Invalid ARN: The access point name may only contain a-z, A-Z, 0-9 and `-`. Found: `\(point)`"
            )
        }
    }

    private func point(
        _ name: AmazonResourceName,
        host: String,
        awsHost: String,
        service: String
    ) -> S3Endpoint {
        S3Endpoint(
            scheme: self.custom?.scheme ?? "https",
            authority: "\(host).\(self.custom?.authority ?? awsHost)",
            basePath: self.custom?.path ?? "",
            algorithm: .sigV4(region: name.region),
            service: service,
            kind: .accessPoint
        )
    }
}
