//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import Crypto
internal import Foundation
internal import SwiftASN1
internal import X509

/// A certificate for one host that signs itself, made for one test.
public struct HostCertificate: Sendable {
    /// The host it is for.
    public var host: String

    /// The certificate in PEM form: what a client has to trust.
    public var certificatePEM: String

    /// Its private key in PEM form.
    public var privateKeyPEM: String

    /// Makes a certificate that is valid for an hour before and a day after now.
    ///
    /// - Parameter host: The host it is for.
    /// - Throws: What the certificate library throws.
    public init(host: String) throws {
        let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let name = try DistinguishedName { CommonName("test") }
        let certificate = try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(),
            publicKey: key.publicKey,
            notValidBefore: Date(timeIntervalSinceNow: -3600),
            notValidAfter: Date(timeIntervalSinceNow: 86_400),
            issuer: name,
            subject: name,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
                SubjectAlternativeNames([.dnsName(host)])
            },
            issuerPrivateKey: key
        )
        self.host = host
        self.certificatePEM = try certificate.serializeAsPEM().pemString
        self.privateKeyPEM = try key.serializeAsPEM().pemString
    }
}
