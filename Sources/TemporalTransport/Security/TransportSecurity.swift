//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import NIOSSL

/// How a connection to a server is protected.
public struct ClientSecurity: Sendable {
    /// Nil for none; made when it is needed, as it may fail.
    private var make: (@Sendable () throws -> TLSSource)?

    /// No protection.
    public static var plaintext: Self { Self(make: nil) }

    /// TLS, with the certificates that the system trusts.
    public static var tls: Self { .tls { _ in } }

    /// TLS.
    ///
    /// - Parameter configure: Changes the configuration: trust roots, for example.
    /// - Returns: TLS 1.2 or later, with HTTP/2 as its protocol.
    public static func tls(_ configure: (inout TLSConfiguration) -> Void) -> Self {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configure(&configuration)
        return Self(make: { [configuration] in try TLSSource { configuration } })
    }

    /// TLS with certificates that may change.
    ///
    /// - Parameter source: Where they come from.
    /// - Returns: TLS 1.2 or later, with HTTP/2 as its protocol.
    public static func tls(from source: TLSSource) -> Self {
        Self(make: { source })
    }

    /// TLS with a certificate of the client's own.
    ///
    /// - Parameters:
    ///   - certificateChain: The client's certificate, and those up to an authority that the server trusts.
    ///   - privateKey: Its key.
    ///   - configure: Changes the rest of the configuration.
    /// - Returns: TLS 1.2 or later, with HTTP/2 as its protocol.
    public static func mTLS(
        certificateChain: [NIOSSLCertificateSource],
        privateKey: NIOSSLPrivateKeySource,
        _ configure: (inout TLSConfiguration) -> Void = { _ in }
    ) -> Self {
        .tls { configuration in
            configuration.certificateChain = certificateChain
            configuration.privateKey = privateKey
            configure(&configuration)
        }
    }

    /// - Throws: An error of NIOSSL if the certificates cannot be used.
    func source() throws -> TLSSource? {
        try self.make?()
    }
}

/// How connections from clients are protected.
public struct ServerSecurity: Sendable {
    /// Nil for none; made when it is needed, as it may fail.
    private var make: (@Sendable () throws -> TLSSource)?

    /// No protection.
    public static var plaintext: Self { Self(make: nil) }

    /// TLS.
    ///
    /// - Parameters:
    ///   - certificateChain: The server's certificate, and those up to an authority that clients trust.
    ///   - privateKey: Its key.
    ///   - configure: Changes the rest of the configuration.
    /// - Returns: TLS 1.2 or later, with HTTP/2 as its protocol.
    public static func tls(
        certificateChain: [NIOSSLCertificateSource],
        privateKey: NIOSSLPrivateKeySource,
        _ configure: (inout TLSConfiguration) -> Void = { _ in }
    ) -> Self {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: certificateChain,
            privateKey: privateKey
        )
        configure(&configuration)
        return Self(make: { [configuration] in try TLSSource { configuration } })
    }

    /// TLS with certificates that may change.
    ///
    /// - Parameter source: Where they come from.
    /// - Returns: TLS 1.2 or later, with HTTP/2 as its protocol.
    public static func tls(from source: TLSSource) -> Self {
        Self(make: { source })
    }

    /// TLS that demands a certificate of clients.
    ///
    /// - Parameters:
    ///   - certificateChain: The server's certificate, and those up to an authority that clients trust.
    ///   - privateKey: Its key.
    ///   - trustRoots: The authorities that sign the certificates of clients.
    /// - Returns: TLS 1.2 or later, with HTTP/2 as its protocol.
    public static func mTLS(
        certificateChain: [NIOSSLCertificateSource],
        privateKey: NIOSSLPrivateKeySource,
        trustRoots: NIOSSLTrustRoots
    ) -> Self {
        .tls(certificateChain: certificateChain, privateKey: privateKey) { configuration in
            configuration.trustRoots = trustRoots
            // Clients have addresses, not names.
            configuration.certificateVerification = .noHostnameVerification
        }
    }

    /// Finds out now what a listener would find out when it starts.
    ///
    /// - Throws: An error of NIOSSL if the certificates cannot be used.
    public func validate() throws {
        _ = try self.source()
    }

    /// - Throws: An error of NIOSSL if the certificates cannot be used.
    func source() throws -> TLSSource? {
        try self.make?()
    }
}
