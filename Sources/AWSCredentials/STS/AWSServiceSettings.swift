//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import AWSSigning

/// Which region and which kind of endpoint the services of credentials are asked in.
struct AWSServiceSettings: Sendable, Hashable {
    /// A service that gives credentials.
    enum Service: Sendable, Hashable {
        case sts
        /// The portal of IAM Identity Center.
        case sso
        /// The token service of IAM Identity Center.
        case ssoOIDC

        /// The name in `AWS_ENDPOINT_URL_<name>`; in lower case, the key below `[services …]`.
        var identifier: String {
            switch self {
            case .sts: "STS"
            case .sso: "SSO"
            case .ssoOIDC: "SSO_OIDC"
            }
        }

        /// The first labels of the host, before the region.
        fileprivate func label(fips: Bool) -> String {
            let suffix = fips ? "-fips" : ""
            return switch self {
            case .sts: "sts" + suffix
            case .sso: "portal.sso" + suffix
            case .ssoOIDC: "oidc" + suffix
            }
        }
    }

    /// The region that counts; nil if nothing names one.
    var region: String?
    private var fips = false
    private var dualStack = false
    private var overrides: [Service: String] = [:]

    /// Reads the environment first, then the profile.
    init(
        environment: AWSEnvironment,
        profile: SharedConfiguration.Properties,
        configuration: SharedConfiguration,
        region: String?
    ) throws(AWSCredentialsError) {
        self.region = region ?? AWSRegion.region(environment: environment, profile: profile)
        func flag(_ variable: String, _ key: String) throws(AWSCredentialsError) -> Bool {
            if let value = try environment.flag(variable) { return value }
            return try profile[key].map { value throws(AWSCredentialsError) in
                try AWSEnvironment.flag(value, name: key)
            } ?? false
        }
        self.fips = try flag("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint")
        self.dualStack = try flag("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint")
        guard try !flag("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls") else { return }
        let services = profile["services"].flatMap { configuration.services[$0] } ?? [:]
        for service in [Service.sts, .sso, .ssoOIDC] {
            let nested = SharedConfiguration.nested(services[service.identifier.lowercased()])
            self.overrides[service] =
                environment.value("AWS_ENDPOINT_URL_\(service.identifier)") ?? environment.value("AWS_ENDPOINT_URL")
                ?? nested["endpoint_url"] ?? profile["endpoint_url"]
        }
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
        let suffix = Self.suffix(region: region, dualStack: self.dualStack)
        return ServiceURL(host: "\(service.label(fips: self.fips)).\(region).\(suffix)")
    }

    private static func suffix(region: String, dualStack: Bool) -> String {
        if region.hasPrefix("cn-") { return dualStack ? "api.amazonwebservices.com.cn" : "amazonaws.com.cn" }
        if region.hasPrefix("us-isob-") { return "sc2s.sgov.gov" }
        if region.hasPrefix("us-iso-") { return "c2s.ic.gov" }
        if region.hasPrefix("eusc-") { return dualStack ? "api.amazonwebservices.eu" : "amazonaws.eu" }
        return dualStack ? "api.aws" : "amazonaws.com"
    }
}
