//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import CredentialExchange

/// Where an instance asks about itself.
package struct InstanceMetadataEndpoint: Sendable, Hashable {
    /// The address without a path.
    var base: ServiceURL
    /// Whether to ask without a token where none can be had.
    var allowsVersion1: Bool

    private static let source = "instance metadata"

    /// Reads the environment first, then the profile.
    ///
    /// - Parameters:
    ///   - environment: The variables.
    ///   - profile: The properties of the profile that counts.
    ///   - endpoint: An address given in code; wins over everything.
    ///   - mode: `IPv4` or `IPv6`, given in code; wins over the other modes, not over an address.
    /// - Throws: ``AWSCredentialsError``: `notConfigured` if it is disabled, `invalidConfiguration` for anything that
    ///   cannot be read.
    package init(
        environment: AWSEnvironment,
        profile: SharedConfiguration.Properties = [:],
        endpoint: String? = nil,
        mode: String? = nil
    ) throws(AWSCredentialsError) {
        guard try environment.flag("AWS_EC2_METADATA_DISABLED") != true else {
            throw AWSCredentialsError(
                .notConfigured,
                source: Self.source,
                "AWS_EC2_METADATA_DISABLED says that it must not be used"
            )
        }
        let address =
            endpoint ?? environment.value("AWS_EC2_METADATA_SERVICE_ENDPOINT")
            ?? profile["ec2_metadata_service_endpoint"]
        if let address {
            guard let url = ServiceURL(address) else { throw Self.invalid("the endpoint has an invalid uri character") }
            self.base = url
        } else {
            let mode =
                mode ?? environment.value("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE")
                ?? profile["ec2_metadata_service_endpoint_mode"] ?? "IPv4"
            switch mode.lowercased() {
            case "ipv4": self.base = ServiceURL(scheme: "http", host: "169.254.169.254")
            case "ipv6": self.base = ServiceURL(scheme: "http", host: "[fd00:ec2::254]")
            default: throw Self.invalid("`\(mode)` is not a valid endpoint mode; it is IPv4 or IPv6")
            }
        }
        let disabled: Bool?
        if let value = try environment.flag("AWS_EC2_METADATA_V1_DISABLED") {
            disabled = value
        } else {
            disabled = try profile["ec2_metadata_v1_disabled"].map { value throws(AWSCredentialsError) in
                try AWSEnvironment.flag(value, name: "ec2_metadata_v1_disabled")
            }
        }
        self.allowsVersion1 = disabled != true
    }

    /// The address of the token.
    package var tokenURL: ServiceURL { self.base.appending("/latest/api/token") }

    private static func invalid(_ message: String) -> AWSCredentialsError {
        AWSCredentialsError(.invalidConfiguration, source: Self.source, message)
    }
}
