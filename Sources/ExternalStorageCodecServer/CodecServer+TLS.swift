//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import NIOSSL
internal import TLSReloading

extension CodecServer {
    /// A certificate and its key in PEM files, which are looked at again now and then.
    ///
    /// New connections get what the files hold then; those that are there stay. Files that cannot be used, or do not belong
    /// together because only one of them has been changed so far, leave things as they are until the next look.
    public struct CertificateFiles: Hashable, Sendable {
        /// The path of the certificate chain, the server's own first.
        public var certificateChain: String
        /// The path of the private key.
        public var privateKey: String
        /// How often the files are looked at.
        public var interval: Duration = .seconds(30)

        /// Reads the files once, to find out whether they are of use.
        ///
        /// - Parameters:
        ///   - certificateChain: The path of the certificate chain, the server's own first.
        ///   - privateKey: The path of the private key.
        /// - Throws: ``CodecServerError/Code/invalidConfiguration`` if a file cannot be read or is not what it has to be.
        public init(certificateChain: String, privateKey: String) throws(CodecServerError) {
            self.certificateChain = certificateChain
            self.privateKey = privateKey
            _ = try self.load()
        }
    }
}

extension CodecServer.CertificateFiles {
    /// Reads the files for the first time.
    func load() throws(CodecServerError) -> ReloadedTLS {
        let (chain, key) = (self.certificateChain, self.privateKey)
        do {
            return try ReloadedTLS {
                let certificates = try NIOSSLCertificate.fromPEMFile(chain)
                guard !certificates.isEmpty else { throw NIOSSLError.failedToLoadCertificate }
                return .makeServerConfiguration(
                    certificateChain: certificates.map { .certificate($0) },
                    privateKey: .privateKey(try NIOSSLPrivateKey(file: key, format: .pem))
                )
            }
        } catch {
            throw CodecServerError(
                code: .invalidConfiguration,
                message: "\(chain) and \(key) have to be a PEM certificate chain and its PEM private key",
                cause: error
            )
        }
    }
}
