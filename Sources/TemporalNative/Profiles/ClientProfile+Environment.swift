//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension ClientProfile {
    /// The variables of the process.
    public static var processEnvironment: [String: String] { ProcessInfo.processInfo.environment }

    /// Reads a profile from variables alone; no file.
    ///
    /// - Parameter environment: Variables by name, such as ``processEnvironment``.
    /// - Throws: ``TemporalError/Code/invalidConfiguration`` if both the path and the text of a certificate or key are set.
    public init(environment: [String: String]) throws(TemporalError) {
        self.init()
        try self.apply(environment)
    }

    /// Changes what variables say.
    ///
    /// A variable that is set to nothing counts, as it does with Temporal's own programs: `TEMPORAL_NAMESPACE=` is an empty
    /// namespace. A header that is set to nothing is taken out. A truth that is neither `true`, `false`, `1` nor `0` is
    /// passed over.
    ///
    /// - Parameter environment: Variables by name.
    /// - Throws: ``TemporalError/Code/invalidConfiguration`` if both the path and the text of a certificate or key are set,
    ///   here or here and in the profile.
    public mutating func apply(_ environment: [String: String]) throws(TemporalError) {
        self.address = environment["TEMPORAL_ADDRESS"] ?? self.address
        self.namespace = environment["TEMPORAL_NAMESPACE"] ?? self.namespace
        self.apiKey = environment["TEMPORAL_API_KEY"] ?? self.apiKey
        if self.tls != nil || TLS.variables.contains(where: { environment[$0] != nil }) {
            var tls = self.tls ?? TLS()
            try tls.apply(environment)
            self.tls = tls
        }
        let (endpoint, authorization) = (environment["TEMPORAL_CODEC_ENDPOINT"], environment["TEMPORAL_CODEC_AUTH"])
        if endpoint != nil || authorization != nil {
            var codec = self.codec ?? Codec()
            codec.endpoint = endpoint ?? codec.endpoint
            codec.authorization = authorization ?? codec.authorization
            self.codec = codec
        }
        // In an order, for two variables may name one header.
        for (name, value) in environment.sorted(by: { $0.key < $1.key }) where name.hasPrefix(Self.headerPrefix) {
            self.headers[Self.headerName(name.dropFirst(Self.headerPrefix.count))] = value.isEmpty ? nil : value
        }
    }

    private static let headerPrefix = "TEMPORAL_GRPC_META_"

    /// The name of a header, from what people write in variables and files.
    package static func headerName(_ text: some StringProtocol) -> String {
        String(text.lowercased().map { $0 == "_" ? "-" : $0 })
    }
}

extension ClientProfile.TLS {
    static let variables = [
        "TEMPORAL_TLS", "TEMPORAL_TLS_SERVER_NAME", "TEMPORAL_TLS_DISABLE_HOST_VERIFICATION",
        "TEMPORAL_TLS_CLIENT_CERT_PATH", "TEMPORAL_TLS_CLIENT_CERT_DATA", "TEMPORAL_TLS_CLIENT_KEY_PATH",
        "TEMPORAL_TLS_CLIENT_KEY_DATA", "TEMPORAL_TLS_SERVER_CA_CERT_PATH", "TEMPORAL_TLS_SERVER_CA_CERT_DATA",
    ]

    fileprivate mutating func apply(_ environment: [String: String]) throws(TemporalError) {
        if let isEnabled = Self.truth(environment["TEMPORAL_TLS"]) { self.isDisabled = !isEnabled }
        try Self.apply(environment, "TEMPORAL_TLS_CLIENT_CERT", to: &self.clientCertificate)
        try Self.apply(environment, "TEMPORAL_TLS_CLIENT_KEY", to: &self.clientKey)
        try Self.apply(environment, "TEMPORAL_TLS_SERVER_CA_CERT", to: &self.serverCACertificate)
        self.serverName = environment["TEMPORAL_TLS_SERVER_NAME"] ?? self.serverName
        self.disablesHostVerification =
            Self.truth(environment["TEMPORAL_TLS_DISABLE_HOST_VERIFICATION"]) ?? self.disablesHostVerification
    }

    private static func truth(_ text: String?) -> Bool? {
        switch text?.lowercased() {
        case "true", "1": true
        case "false", "0": false
        default: nil
        }
    }

    private static func apply(
        _ environment: [String: String],
        _ variable: String,
        to source: inout ClientProfile.Source?
    ) throws(TemporalError) {
        let (path, data) = ("\(variable)_PATH", "\(variable)_DATA")
        switch (environment[path], environment[data], source) {
        case (nil, nil, _):
            break
        case (.some, .some, _):
            throw .profile("\(path) and \(data) are both set; set one of them")
        case (.some, nil, .data):
            throw .profile("\(path) is set, and the profile has the text itself; leave one of them out")
        case (nil, .some, .path):
            throw .profile("\(data) is set, and the profile has a path; leave one of them out")
        case (.some(let path), nil, _):
            source = .path(path)
        case (nil, .some(let text), _):
            source = .data(Array(text.utf8))
        }
    }
}

extension TemporalError {
    /// A profile that is wrong.
    package static func profile(_ message: String, cause: (any Error)? = nil) -> Self {
        Self(code: .invalidConfiguration, message: message, cause: cause)
    }
}
