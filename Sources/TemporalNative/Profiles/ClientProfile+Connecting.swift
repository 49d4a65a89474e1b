//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import ExternalStorageCore
public import GRPCNIOTransportHTTP2Posix
import Groundwork
public import Logging
import NIOSSL
public import TemporalTransport

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension ClientProfile {
    static let defaultAddress = "localhost:7233"

    /// Whether connections are protected: if there is something about TLS that is not disabled, or nothing and an API key.
    public var usesTLS: Bool { self.tls.map { $0.isDisabled != true } ?? (self.apiKey != nil) }

    /// The server; `localhost:7233` if the profile has no address.
    ///
    /// - Throws: ``TemporalError/Code/invalidConfiguration`` if the address is not `HOST:PORT`.
    public var target: any ResolvableTarget {
        get throws(TemporalError) {
            let address = self.address.flatMap { $0.isEmpty ? nil : $0 } ?? Self.defaultAddress
            guard let parsed = HostAndPort(address), parsed.port > 0 else {
                throw .profile("\"address\" must be HOST:PORT, such as localhost:7233, but is \"\(address)\"")
            }
            return parsed.target
        }
    }

    /// How connections are protected; reads the files of certificates and keys.
    ///
    /// - Returns: No protection, or TLS as the profile says.
    /// - Throws: ``TemporalError/Code/invalidConfiguration`` if a file cannot be read, or holds no certificate or key, or if
    ///   there is a certificate of the client's and no key, or the other way round.
    public func transportSecurity() throws(TemporalError) -> ClientSecurity {
        guard self.usesTLS else { return .plaintext }
        let tls = self.tls ?? TLS()
        let identity: (certificates: [NIOSSLCertificate], key: NIOSSLPrivateKey)?
        switch (tls.clientCertificate, tls.clientKey) {
        case (nil, nil): identity = nil
        case (let certificate?, let key?):
            identity = (try certificate.certificates("client_cert"), try key.privateKey("client_key"))
        case (.some, nil): throw .profile("\"tls.client_cert\" is set without its key, \"tls.client_key\"")
        case (nil, .some): throw .profile("\"tls.client_key\" is set without its certificate, \"tls.client_cert\"")
        }
        let roots = try tls.serverCACertificate?.certificates("server_ca_cert")
        return .tls { configuration in
            if let roots { configuration.trustRoots = .certificates(roots) }
            if let identity {
                configuration.certificateChain = identity.certificates.map { .certificate($0) }
                configuration.privateKey = .privateKey(identity.key)
            }
            if tls.disablesHostVerification { configuration.certificateVerification = .noHostnameVerification }
        }
    }
}

extension ClientProfile.Source {
    fileprivate func certificates(_ key: String) throws(TemporalError) -> [NIOSSLCertificate] {
        let bytes = try self.bytes(key)
        do {
            let certificates = try NIOSSLCertificate.fromPEMBytes(bytes)
            guard !certificates.isEmpty else { throw NIOSSLError.failedToLoadCertificate }
            return certificates
        } catch {
            throw .profile("\"tls.\(key)\" (\(self)) holds no PEM certificate", cause: error)
        }
    }

    fileprivate func privateKey(_ key: String) throws(TemporalError) -> NIOSSLPrivateKey {
        let bytes = try self.bytes(key)
        do {
            return try NIOSSLPrivateKey(bytes: bytes, format: .pem)
        } catch {
            throw .profile("\"tls.\(key)\" (\(self)) holds no PEM private key", cause: error)
        }
    }

    private func bytes(_ key: String) throws(TemporalError) -> [UInt8] {
        switch self {
        case .data(let bytes): return bytes
        case .path(let path):
            do {
                return Array(try Data(contentsOf: URL(filePath: path)))
            } catch {
                throw .profile("the file of \"tls.\(key)\", \(path), cannot be read", cause: error)
            }
        }
    }
}

extension TemporalClient.Configuration {
    /// Settings with namespace, API key, headers and the server's name of a profile.
    ///
    /// - Parameters:
    ///   - profile: The profile.
    ///   - dataConverter: How values become payloads.
    public init(profile: ClientProfile, dataConverter: DataConverter = DataConverter()) {
        self.init(
            namespace: profile.namespace ?? "default",
            apiKey: profile.apiKey.flatMap { $0.isEmpty ? nil : .fixed($0) },
            headers: profile.headers.sorted { $0.key < $1.key },
            dataConverter: dataConverter
        )
        self.authority = profile.usesTLS ? profile.tls?.serverName : nil
    }
}

extension TemporalClient {
    /// Creates a client of the server of a profile; nothing is connected until ``run()``.
    ///
    /// - Parameters:
    ///   - profile: Address, TLS.
    ///   - externalStorage: Where large payloads go; see ``init(target:transportSecurity:externalStorage:configuration:logger:)``.
    ///   - configuration: The rest; by default what the profile says.
    ///   - logger: Where logs go.
    /// - Throws: ``TemporalError/Code/invalidConfiguration``, also for a certificate that cannot be read.
    public convenience init(
        profile: ClientProfile,
        externalStorage: ExternalStorage? = nil,
        configuration: Configuration? = nil,
        logger: Logger = .current
    ) throws {
        try self.init(
            target: try profile.target,
            transportSecurity: try profile.transportSecurity(),
            externalStorage: externalStorage,
            configuration: configuration ?? Configuration(profile: profile),
            logger: logger
        )
    }

    /// Connects to the server of a profile, runs a closure with the client, and disconnects.
    ///
    /// ```swift
    /// let profile = try ClientProfile(environment: ClientProfile.processEnvironment)
    /// try await TemporalClient.connect(profile: profile, externalStorage: storage) { client in
    ///     print(try await client.countWorkflows().count)
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - profile: Address, TLS.
    ///   - externalStorage: Where large payloads go; see ``init(target:transportSecurity:externalStorage:configuration:logger:)``.
    ///   - configuration: The rest; by default what the profile says.
    ///   - logger: Where logs go.
    ///   - body: Uses the client. When it returns, new calls are refused.
    /// - Returns: What the closure returns.
    /// - Throws: ``TemporalError``: `invalidConfiguration`, `unavailable` if the server does not answer. What the closure
    ///   throws. `CancellationError` if cancelled.
    public static func connect<Result: Sendable>(
        profile: ClientProfile,
        externalStorage: ExternalStorage? = nil,
        configuration: Configuration? = nil,
        logger: Logger = .current,
        _ body: (TemporalClient) async throws -> Result
    ) async throws -> Result {
        let client = try TemporalClient(
            profile: profile,
            externalStorage: externalStorage,
            configuration: configuration,
            logger: logger
        )
        return try await client.connected(body)
    }
}
