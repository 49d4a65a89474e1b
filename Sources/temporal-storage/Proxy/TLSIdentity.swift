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

    /// Reads the files.
    ///
    /// - Throws: ``CommandError``: files that hold no such things or do not belong together.
    init(_ files: (certificate: TLSFile, key: TLSFile)) throws {
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
