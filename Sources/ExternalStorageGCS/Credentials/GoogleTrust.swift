//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import CredentialExchange

/// Where secrets and tokens may be sent: a credential file names addresses, and anybody may have written it.
struct GoogleTrust: Sendable {
    let universe: String
    let hosts: Set<String>

    init(universe: String, hosts: Set<String> = []) {
        self.universe = universe
        self.hosts = Set(hosts.map { $0.lowercased() })
    }

    /// An address of Google's own, or of a host that the user trusts.
    ///
    /// - Throws: `invalidConfiguration`, which names the host and nothing else of the address.
    func url(_ text: String, field: String, source: String) throws(CredentialsError) -> ServiceURL {
        guard let url = ServiceURL(text) else {
            throw CredentialsError(.invalidConfiguration, source: source, "\"\(field)\" is no URL of http or https")
        }
        let domains = [self.universe, GCSEndpoint.defaultUniverse]
        let isGoogles = domains.contains { url.host == $0 || url.host.hasSuffix(".\($0)") }
        guard isGoogles || self.hosts.contains(url.host) else {
            throw CredentialsError(
                .invalidConfiguration,
                source: source,
                "\"\(field)\" leads to \(url.host), which is not one of Google's hosts; trust it in the options if it "
                    + "is meant to get these secrets"
            )
        }
        guard url.scheme == "https" || (url.isLoopback && self.hosts.contains(url.host)) else {
            throw CredentialsError(.invalidConfiguration, source: source, "\"\(field)\" must be https")
        }
        return url
    }

    /// An address that a token of the user's own is read from: https, or plain http on this machine and its link.
    static func subjectURL(_ text: String, field: String, source: String) throws(CredentialsError) -> ServiceURL {
        guard let url = ServiceURL(text) else {
            throw CredentialsError(.invalidConfiguration, source: source, "\"\(field)\" is no URL of http or https")
        }
        guard url.scheme == "https" || url.isLoopback || url.isLinkLocal else {
            throw CredentialsError(
                .invalidConfiguration,
                source: source,
                "\"\(field)\" must be https, or an address of this machine"
            )
        }
        return url
    }
}

extension ServiceURL {
    /// Whether the host is an address that no router forwards: metadata services have such.
    fileprivate var isLinkLocal: Bool {
        let parts = self.host.split(separator: ".", omittingEmptySubsequences: false)
        if parts.count == 4, parts[0] == "169", parts[1] == "254" { return parts.allSatisfy { UInt8($0) != nil } }
        return self.host == "[fd00:ec2::254]" || self.host.hasPrefix("[fe80:")
    }
}
