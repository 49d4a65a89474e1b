//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// A setting, under one name everywhere: `--target-tls-ca`, `TEMPORAL_STORAGE_TARGET_TLS_CA`, and `target-tls-ca` in the
/// configuration file.
enum Setting: String, CaseIterable {
    case allowAnyone = "allow-anyone"
    case allowBuckets = "allow-buckets"
    case allowKeysWithoutNamespace = "allow-keys-without-namespace"
    case apiKeyFile = "api-key-file"
    case authAudience = "auth-audience"
    case authIssuer = "auth-issuer"
    case authKeys = "auth-jwks-url"
    case authPermissionsClaim = "auth-permissions-claim"
    case authReadRoles = "auth-read-roles"
    case authWriteRoles = "auth-write-roles"
    case bucket
    case cacheBytes = "cache-bytes"
    case callsPerSecond = "calls-per-second"
    case codecAuthorization = "codec-auth"
    case codecEndpoint = "codec-endpoint"
    case config
    case corsCredentials = "cors-credentials"
    case corsOrigins = "cors-origins"
    case drain
    case driver
    case endpointURL = "endpoint-url"
    case listen
    case listenTLSCertificate = "listen-tls-cert"
    case listenTLSClientAuthority = "listen-tls-client-ca"
    case listenTLSKey = "listen-tls-key"
    case logFormat = "log-format"
    case logLevel = "log-level"
    case maxBodyBytes = "max-body-bytes"
    case maxMessageBytes = "max-message-bytes"
    case maxResolvedBytes = "max-resolved-bytes"
    case memoryBytes = "memory-bytes"
    case metrics
    case movedBuckets = "moved-buckets"
    case namespace
    case namespaceInPath = "namespace-in-path"
    case pathStyle = "path-style"
    case portFile = "port-file"
    case rateLimit = "rate-limit"
    case readLegacyReferences = "read-legacy-references"
    case refreshAfter = "refresh-after"
    case region
    case replicaBuckets = "replica-buckets"
    case responseMemoryBytes = "response-memory-bytes"
    case store
    case target
    case targetTLS = "target-tls"
    case targetTLSAuthority = "target-tls-ca"
    case targetTLSCertificate = "target-tls-cert"
    case targetTLSKey = "target-tls-key"
    case targetTLSServerName = "target-tls-server-name"
    case threshold
    case unregisteredDrivers = "unregistered-drivers"
    case upstreamConnections = "upstream-connections"

    /// The name on the command line.
    var flag: String { "--\(self.rawValue)" }

    /// The name in the environment.
    var variable: String { "TEMPORAL_STORAGE_\(self.rawValue.uppercased().replacing("-", with: "_"))" }
}
