//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCNIOTransportHTTP2Posix

/// A certificate chain and its private key.
struct TLSIdentity {
    var certificate: TLSConfig.CertificateSource
    var key: TLSConfig.PrivateKeySource

    /// Nil if neither is set.
    ///
    /// - Throws: ``CommandError``: one without the other, or files that hold no such things or do not belong together.
    init?(_ certificate: Setting, _ key: Setting, _ settings: Settings) throws {
        guard let files = try TLSFile.pair(certificate, key, settings) else { return nil }
        let certificate = TLSConfig.CertificateSource.file(path: files.certificate.path, format: .pem)
        let key = TLSConfig.PrivateKeySource.file(path: files.key.path, format: .pem)
        let isUsable = TLSFile.isUsable { config in
            config.certificateChain = [certificate]
            config.privateKey = key
        }
        guard isUsable else {
            throw CommandError.usage(
                "\(files.certificate.origin) \"\(files.certificate.path)\" and \(files.key.origin) "
                    + "\"\(files.key.path)\" have to be a PEM certificate chain and its PEM private key"
            )
        }
        (self.certificate, self.key) = (certificate, key)
    }
}
