//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import AWSSigning
internal import CredentialExchange

/// What the environment and the shared files say about how services are reached.
package struct AWSServiceSettings: Sendable, Hashable {
    /// A service whose address is needed.
    package enum Service: String, Sendable, Hashable, CaseIterable {
        case s3 = "S3"
        case sts = "STS"
        /// The portal of IAM Identity Center.
        case sso = "SSO"
        /// The token service of IAM Identity Center.
        case ssoOIDC = "SSO_OIDC"

        /// The name in `AWS_ENDPOINT_URL_<name>`; in lower case, the key below `[services …]`.
        var identifier: String { self.rawValue }

        /// The first labels of the host, before the region.
        fileprivate func label(fips: Bool) -> String {
            let suffix = fips ? "-fips" : ""
            return switch self {
            case .s3: "s3" + suffix
            case .sts: "sts" + suffix
            case .sso: "portal.sso" + suffix
            case .ssoOIDC: "oidc" + suffix
            }
        }
    }

    /// The region that counts; nil if nothing names one.
    package var region: String?
    /// `use_fips_endpoint`: hosts with validated cryptography.
    package private(set) var usesFIPS = false
    /// `use_dualstack_endpoint`: hosts that have IPv6 addresses too.
    package private(set) var usesDualStack = false
    /// `ca_bundle`: the path of the certificates to trust instead of the system's.
    package private(set) var certificateBundle: String?
    /// `request_checksum_calculation` is `when_required`: nothing is sent that only protects.
    package private(set) var sendsRequiredChecksumsOnly = false
    /// `s3_use_arn_region`; nil if nothing says so.
    package private(set) var usesARNRegion: Bool?
    /// `s3_disable_multiregion_access_points`.
    package private(set) var disablesMultiRegionAccessPoints = false
    private var overrides: [Service: String] = [:]

    /// Reads the environment first, then the profile.
    init(
        environment: AWSEnvironment,
        profile: SharedConfiguration.Properties,
        configuration: SharedConfiguration,
        region: String?
    ) throws(AWSCredentialsError) {
        self.region = region ?? AWSRegion.region(environment: environment, profile: profile)
        func value(_ variable: String, _ key: String) -> (text: String, name: String)? {
            if let value = environment.value(variable) { return (value, variable) }
            guard let value = profile[key], !value.isEmpty else { return nil }
            return (value, key)
        }
        func flag(_ variable: String, _ key: String) throws(AWSCredentialsError) -> Bool? {
            guard let value = value(variable, key) else { return nil }
            return try AWSEnvironment.flag(value.text, name: value.name)
        }
        self.usesFIPS = try flag("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint") ?? false
        self.usesDualStack = try flag("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint") ?? false
        self.usesARNRegion = try flag("AWS_S3_USE_ARN_REGION", "s3_use_arn_region")
        self.disablesMultiRegionAccessPoints =
            try flag("AWS_S3_DISABLE_MULTIREGION_ACCESS_POINTS", "s3_disable_multiregion_access_points") ?? false
        if let bundle = value("AWS_CA_BUNDLE", "ca_bundle") {
            self.certificateBundle = ConfigurationFiles.expand(bundle.text, home: environment.value("HOME"))
        }
        if let choice = value("AWS_REQUEST_CHECKSUM_CALCULATION", "request_checksum_calculation") {
            switch choice.text.lowercased() {
            case "when_required": self.sendsRequiredChecksumsOnly = true
            case "when_supported": break
            default:
                throw AWSCredentialsError(
                    .invalidConfiguration,
                    source: choice.name,
                    "the value must be when_supported or when_required"
                )
            }
        }
        guard try flag("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls") != true else { return }
        let services = try profile["services"].map { name throws(AWSCredentialsError) in
            try configuration.services(name)
        }
        for service in Service.allCases {
            let nested = SharedConfiguration.nested(services?[service.identifier.lowercased()])
            self.overrides[service] =
                environment.value("AWS_ENDPOINT_URL_\(service.identifier)") ?? environment.value("AWS_ENDPOINT_URL")
                ?? nested["endpoint_url"] ?? profile["endpoint_url"]
        }
    }

    /// Reads the environment and the shared files.
    ///
    /// - Parameters:
    ///   - environment: Variables and files.
    ///   - profile: The profile; nil for the one that the environment names, or `default`. One that does not exist says
    ///     nothing.
    ///   - region: The region, if it is known already.
    /// - Throws: ``AWSCredentialsError/Code/invalidConfiguration``: files that cannot be read, a value that is none.
    package init(environment: AWSEnvironment, profile: String? = nil, region: String? = nil) async throws {
        let configuration = try await SharedConfiguration(environment)
        let name = profile ?? ConfigurationFiles(environment).profile ?? "default"
        try self.init(
            environment: environment,
            profile: configuration.profile(name) ?? [:],
            configuration: configuration,
            region: region
        )
    }

    /// The region, or an error that says how to name one.
    func requiredRegion(source: String) throws(AWSCredentialsError) -> String {
        guard let region else {
            throw AWSCredentialsError(
                .invalidConfiguration,
                source: source,
                "no region; set AWS_REGION or `region` in the profile"
            )
        }
        return region
    }

    /// The address that is configured for a service; nil for AWS's own.
    package func endpointURL(of service: Service) -> String? { self.overrides[service] }

    /// Where a service is found.
    ///
    /// - Parameters:
    ///   - service: Which service.
    ///   - region: In which region.
    ///   - source: Who asks, for errors.
    /// - Returns: The address that is configured, or that of AWS.
    /// - Throws: ``AWSCredentialsError/Code/invalidConfiguration`` if either is not an address.
    func url(of service: Service, region: String, source: String) throws(AWSCredentialsError) -> ServiceURL {
        if let text = self.overrides[service] {
            guard let url = ServiceURL(text) else {
                throw AWSCredentialsError(
                    .invalidConfiguration,
                    source: source,
                    "the endpoint configured for \(service.identifier) is not an absolute http or https URL"
                )
            }
            return url
        }
        // The region becomes part of a host name: nothing else may hide in it.
        guard !region.isEmpty, region.utf8.allSatisfy({ $0.isASCIILetterOrDigit || $0 == UInt8(ascii: "-") }) else {
            throw AWSCredentialsError(.invalidConfiguration, source: source, "the region is not the name of one")
        }
        let partition = AWSPartition.containing(region)
        let suffix = self.usesDualStack ? partition.dualStackSuffix : partition.suffix
        // In GovCloud the hosts without `-fips` are the validated ones, unless they have IPv6 addresses too.
        let isPlain = !self.usesFIPS || (partition.name == "aws-us-gov" && !self.usesDualStack)
        return ServiceURL(host: "\(service.label(fips: !isPlain)).\(region).\(suffix)")
    }
}
