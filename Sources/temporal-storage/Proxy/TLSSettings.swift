//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCNIOTransportHTTP2Posix

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// TLS as the settings describe it.
struct TLSSettings {
    var target: HTTP2ClientTransport.Posix.TransportSecurity
    var targetServerName: String?
    var listen: HTTP2ServerTransport.Posix.TransportSecurity

    /// - Throws: ``CommandError``: a file that cannot be read, or one option without the other that it needs.
    init(from settings: Settings) throws {
        (self.target, self.targetServerName) = try Self.target(from: settings)
        self.listen = try Self.listen(from: settings)
    }

    private static func target(
        from settings: Settings
    ) throws -> (HTTP2ClientTransport.Posix.TransportSecurity, String?) {
        let authority = try Self.file(.targetTLSAuthority, settings)
        let identity = try Self.identity(.targetTLSCertificate, .targetTLSKey, settings)
        let serverName = try settings.text(.targetTLSServerName)?.text
        let isOn = try settings.bool(.targetTLS) || authority != nil || identity != nil || serverName != nil
        guard isOn else { return (.plaintext, nil) }
        let security = HTTP2ClientTransport.Posix.TransportSecurity.tls { config in
            if let authority { config.trustRoots = .certificates([.file(path: authority, format: .pem)]) }
            if let identity {
                config.certificateChain = [.file(path: identity.certificate, format: .pem)]
                config.privateKey = .file(path: identity.key, format: .pem)
            }
        }
        return (security, serverName)
    }

    private static func listen(from settings: Settings) throws -> HTTP2ServerTransport.Posix.TransportSecurity {
        let identity = try Self.identity(.listenTLSCertificate, .listenTLSKey, settings)
        let clientAuthority = try Self.file(.listenTLSClientAuthority, settings)
        guard let identity else {
            guard clientAuthority == nil else {
                throw CommandError.usage(
                    "\(Setting.listenTLSClientAuthority.flag) needs \(Setting.listenTLSCertificate.flag) and "
                        + "\(Setting.listenTLSKey.flag)"
                )
            }
            return .plaintext
        }
        let certificate = TLSConfig.CertificateSource.file(path: identity.certificate, format: .pem)
        let key = TLSConfig.PrivateKeySource.file(path: identity.key, format: .pem)
        guard let clientAuthority else { return .tls(certificateChain: [certificate], privateKey: key) }
        return .mTLS(certificateChain: [certificate], privateKey: key) { config in
            config.trustRoots = .certificates([.file(path: clientAuthority, format: .pem)])
        }
    }

    private static func identity(
        _ certificate: Setting,
        _ key: Setting,
        _ settings: Settings
    ) throws -> (certificate: String, key: String)? {
        switch (try Self.file(certificate, settings), try Self.file(key, settings)) {
        case (nil, nil): nil
        case (let certificate?, let key?): (certificate, key)
        case (nil, _): throw CommandError.usage("\(key.flag) needs \(certificate.flag)")
        case (_, nil): throw CommandError.usage("\(certificate.flag) needs \(key.flag)")
        }
    }

    /// The path of a file that can be read.
    private static func file(_ setting: Setting, _ settings: Settings) throws -> String? {
        guard let value = try settings.text(setting) else { return nil }
        do {
            _ = try Data(contentsOf: URL(filePath: value.text))
        } catch {
            throw CommandError.usage("\(value.origin) is \"\(value.text)\", which cannot be read")
        }
        return value.text
    }
}
