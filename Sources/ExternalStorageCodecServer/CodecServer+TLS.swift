//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import NIOSSL

extension CodecServer.Configuration {
    /// TLS with a certificate and its key out of PEM files; they are read now.
    ///
    /// - Parameters:
    ///   - certificateChain: The path of the certificate chain, the server's own first.
    ///   - privateKey: The path of the private key.
    /// - Returns: A value for ``tls``.
    /// - Throws: ``CodecServerError/Code/invalidConfiguration`` if a file cannot be read or is not what it has to be.
    public static func tls(certificateChain: String, privateKey: String) throws(CodecServerError) -> TLSConfiguration {
        do {
            let certificates = try NIOSSLCertificate.fromPEMFile(certificateChain)
            let key = try NIOSSLPrivateKey(file: privateKey, format: .pem)
            let configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: certificates.map { .certificate($0) },
                privateKey: .privateKey(key)
            )
            // Finds out whether they belong together.
            _ = try NIOSSLContext(configuration: configuration)
            return configuration
        } catch {
            throw CodecServerError(
                code: .invalidConfiguration,
                message:
                    "\(certificateChain) and \(privateKey) have to be a PEM certificate chain and its PEM private key",
                cause: error
            )
        }
    }
}
