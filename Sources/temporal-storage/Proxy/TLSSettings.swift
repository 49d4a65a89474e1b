//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOSSL
import TemporalTransport

/// TLS as the settings describe it.
struct TLSSettings {
    var target: ClientSecurity
    var targetServerName: String?
    var listen: ServerSecurity

    /// - Throws: ``CommandError``: a file that cannot be used, or one option without the other that it needs.
    init(from settings: Settings) throws {
        (self.target, self.targetServerName) = try Self.target(from: settings)
        self.listen = try Self.listen(from: settings)
    }

    private static func target(
        from settings: Settings
    ) throws -> (ClientSecurity, String?) {
        let authority = try Self.authority(.targetTLSAuthority, settings)
        let identity = try TLSIdentity(.targetTLSCertificate, .targetTLSKey, settings)
        let serverName = try settings.text(.targetTLSServerName)?.text
        let isOn = try settings.bool(.targetTLS) || authority != nil || identity != nil || serverName != nil
        guard isOn else { return (.plaintext, nil) }
        let security = ClientSecurity.tls { config in
            if let authority { config.trustRoots = authority }
            if let identity {
                config.certificateChain = identity.certificates
                config.privateKey = identity.key
            }
        }
        return (security, serverName)
    }

    private static func listen(from settings: Settings) throws -> ServerSecurity {
        let identity = try TLSIdentity(.listenTLSCertificate, .listenTLSKey, settings)
        guard let identity else {
            if let file = try settings.text(.listenTLSClientAuthority) {
                throw CommandError.usage(
                    "\(file.origin) needs \(Setting.listenTLSCertificate.flag) and \(Setting.listenTLSKey.flag)"
                )
            }
            return .plaintext
        }
        guard let authority = try Self.authority(.listenTLSClientAuthority, settings) else {
            return .tls(certificateChain: identity.certificates, privateKey: identity.key)
        }
        return .mTLS(certificateChain: identity.certificates, privateKey: identity.key, trustRoots: authority)
    }

    /// The certificates in a file.
    private static func authority(_ setting: Setting, _ settings: Settings) throws -> NIOSSLTrustRoots? {
        guard let file = try TLSFile(setting, settings) else { return nil }
        do {
            let certificates = try NIOSSLCertificate.fromPEMFile(file.path)
            guard !certificates.isEmpty else { throw NIOSSLError.failedToLoadCertificate }
            return .certificates(certificates)
        } catch {
            throw CommandError.usage("\(file.origin) is \"\(file.path)\", which holds no PEM certificate")
        }
    }
}
