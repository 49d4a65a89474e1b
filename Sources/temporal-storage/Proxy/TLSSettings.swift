//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOSSL
import TemporalTransport

/// TLS as the settings describe it.
struct TLSSettings {
    var target = ClientSecurity.plaintext
    var targetServerName: String?
    var listen = ServerSecurity.plaintext
    /// What is to be read again when its files change, by what it is for.
    var sources: [(name: String, source: TLSSource)] = []

    /// - Throws: ``CommandError``: a file that cannot be used, or one option without the other that it needs.
    init(from settings: Settings) throws {
        self.targetServerName = try settings.text(.targetTLSServerName)?.text
        do {
            try self.load(from: settings)
        } catch let error as CommandError {
            throw error
        } catch {
            throw CommandError.usage("the certificates cannot be used: \(error)")
        }
    }

    private mutating func load(from settings: Settings) throws {
        if let source = try Self.target(from: settings, isNamed: self.targetServerName != nil) {
            self.target = .tls(from: source)
            self.sources.append(("target", source))
        }
        if let source = try Self.listen(from: settings) {
            self.listen = .tls(from: source)
            self.sources.append(("listen", source))
        }
    }

    private static func target(from settings: Settings, isNamed: Bool) throws -> TLSSource? {
        let authority = try TLSFile(.targetTLSAuthority, settings)
        let identity = try TLSFile.pair(.targetTLSCertificate, .targetTLSKey, settings)
        guard try settings.bool(.targetTLS) || authority != nil || identity != nil || isNamed else { return nil }
        return try TLSSource {
            var configuration = TLSConfiguration.makeClientConfiguration()
            if let authority { configuration.trustRoots = try Self.roots(authority) }
            if let identity = try identity.map({ try TLSIdentity($0) }) {
                configuration.certificateChain = identity.certificates
                configuration.privateKey = identity.key
            }
            return configuration
        }
    }

    private static func listen(from settings: Settings) throws -> TLSSource? {
        guard let files = try TLSFile.pair(.listenTLSCertificate, .listenTLSKey, settings) else {
            if let file = try settings.text(.listenTLSClientAuthority) {
                throw CommandError.usage(
                    "\(file.origin) needs \(Setting.listenTLSCertificate.flag) and \(Setting.listenTLSKey.flag)"
                )
            }
            return nil
        }
        let authority = try TLSFile(.listenTLSClientAuthority, settings)
        return try TLSSource {
            let identity = try TLSIdentity(files)
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: identity.certificates,
                privateKey: identity.key
            )
            if let authority {
                configuration.trustRoots = try Self.roots(authority)
                // Clients have addresses, not names.
                configuration.certificateVerification = .noHostnameVerification
            }
            return configuration
        }
    }

    /// The certificates in a file.
    private static func roots(_ file: TLSFile) throws -> NIOSSLTrustRoots {
        do {
            let certificates = try NIOSSLCertificate.fromPEMFile(file.path)
            guard !certificates.isEmpty else { throw NIOSSLError.failedToLoadCertificate }
            return .certificates(certificates)
        } catch {
            throw CommandError.usage("\(file.origin) is \"\(file.path)\", which holds no PEM certificate")
        }
    }
}
