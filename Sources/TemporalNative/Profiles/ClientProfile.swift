//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// How to reach a server, as variables and files say it for all programs of Temporal: its CLI, and clients in every
/// language.
///
/// The variables are `TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE` and so on; see <doc:Connecting> for all. This module reads
/// them (``init(environment:)``); the module `TemporalProfiles` reads files (`temporal.toml`), too.
///
/// What is nil was not said. A profile is shown without what is secret in it.
public struct ClientProfile: Hashable, Sendable {
    /// The server, as `HOST:PORT`.
    public var address: String?

    /// The namespace.
    public var namespace: String?

    /// Says who calls.
    ///
    /// With one, and without anything about TLS, there is TLS.
    public var apiKey: String?

    /// TLS; there is some if this is there and not ``TLS/isDisabled``.
    public var tls: TLS?

    /// A server that encodes and decodes payloads; for programs that have a codec of that kind, nothing here reads it.
    public var codec: Codec?

    /// Metadata of calls by name; names are in lower case and have hyphens.
    public var headers: [String: String]

    /// Creates a profile that says nothing.
    public init() {
        self.headers = [:]
    }

    /// Text that stands there itself, or in a file.
    public enum Source: Hashable, Sendable {
        /// The path of a file.
        case path(String)
        /// The text, as bytes.
        case data([UInt8])
    }

    /// How connections are protected.
    public struct TLS: Hashable, Sendable {
        /// Whether there is to be none; nil if nothing was said, which means that there is.
        public var isDisabled: Bool?
        /// The client's certificate, and those up to an authority that the server trusts; PEM.
        public var clientCertificate: Source?
        /// The key of the client's certificate; PEM.
        public var clientKey: Source?
        /// The certificates that are trusted, in the place of those that the system trusts; PEM.
        public var serverCACertificate: Source?
        /// The name by which the server is called, and which its certificate has to have.
        public var serverName: String?
        /// Whether the server's certificate may be of another name than the server's.
        ///
        /// Who signed it is still looked at.
        public var disablesHostVerification: Bool

        /// Creates TLS about which nothing more is said.
        public init() {
            self.disablesHostVerification = false
        }
    }

    /// A server that encodes and decodes payloads.
    public struct Codec: Hashable, Sendable {
        /// Its address.
        public var endpoint: String?
        /// What goes with each request as `authorization`.
        public var authorization: String?

        /// Creates one about which nothing is said.
        public init() {}
    }
}

extension ClientProfile: CustomStringConvertible, CustomReflectable {
    /// Address, namespace, and whether there is TLS; no secrets.
    public var description: String {
        "\(self.address ?? Self.defaultAddress), namespace \(self.namespace ?? "default"), \(self.usesTLS ? "TLS" : "no TLS")"
    }

    /// What the description says; no secrets.
    public var customMirror: Mirror { Mirror(self, children: ["profile": self.description]) }
}

extension ClientProfile.Codec: CustomStringConvertible, CustomReflectable {
    /// The endpoint; no secrets.
    public var description: String { self.endpoint ?? "no endpoint" }
    /// The endpoint; no secrets.
    public var customMirror: Mirror { Mirror(self, children: ["endpoint": self.endpoint as Any]) }
}

extension ClientProfile.Source: CustomStringConvertible, CustomReflectable {
    /// The path, or the number of bytes.
    public var description: String {
        switch self {
        case .path(let path): path
        case .data(let bytes): "\(bytes.count) bytes"
        }
    }

    /// The path, or the number of bytes.
    public var customMirror: Mirror { Mirror(self, children: ["source": self.description]) }
}
