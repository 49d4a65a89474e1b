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
        switch (try TLSFile(certificate, settings), try TLSFile(key, settings)) {
        case (nil, nil):
            return nil
        case (nil, let key?):
            throw CommandError.usage("\(key.origin) needs \(certificate.flag)")
        case (let certificate?, nil):
            throw CommandError.usage("\(certificate.origin) needs \(key.flag)")
        case (let certificateFile?, let keyFile?):
            do {
                self.certificates = try NIOSSLCertificate.fromPEMFile(certificateFile.path).map { .certificate($0) }
                self.key = .privateKey(try NIOSSLPrivateKey(file: keyFile.path, format: .pem))
                try ServerSecurity.tls(certificateChain: self.certificates, privateKey: self.key).validate()
            } catch {
                throw CommandError.usage(
                    "\(certificateFile.origin) \"\(certificateFile.path)\" and \(keyFile.origin) \"\(keyFile.path)\" "
                        + "have to be a PEM certificate chain and its PEM private key"
                )
            }
        }
    }
}
