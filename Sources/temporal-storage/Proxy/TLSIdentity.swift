//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOSSL
import TemporalTransport

/// A certificate chain and its private key.
struct TLSIdentity {
    var certificates: [NIOSSLCertificateSource]
    var key: NIOSSLPrivateKeySource

    /// Nil if neither is set.
    ///
    /// - Throws: ``CommandError``: one without the other, or files that hold no such things or do not belong together.
    init?(_ certificate: Setting, _ key: Setting, _ settings: Settings) throws {
        guard let files = try TLSFile.pair(certificate, key, settings) else { return nil }
        do {
            self.certificates = try NIOSSLCertificate.fromPEMFile(files.certificate.path).map { .certificate($0) }
            self.key = .privateKey(try NIOSSLPrivateKey(file: files.key.path, format: .pem))
            try ServerSecurity.tls(certificateChain: self.certificates, privateKey: self.key).validate()
        } catch {
            throw CommandError.usage(
                "\(files.certificate.origin) \"\(files.certificate.path)\" and \(files.key.origin) "
                    + "\"\(files.key.path)\" have to be a PEM certificate chain and its PEM private key"
            )
        }
    }
}
