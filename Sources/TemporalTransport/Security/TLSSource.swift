//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import NIOSSL
package import TLSReloading

/// Where the certificates and keys of connections come from, now and when they change (ES-R8).
///
/// A connection takes what is there when it is made, and keeps it: nothing is dropped when certificates change.
///
/// ```swift
/// let source = try TLSSource {
///     var configuration = TLSConfiguration.makeClientConfiguration()
///     configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile("ca.pem"))
///     return configuration
/// }
/// let security = ClientSecurity.tls(from: source)
/// // Later, when the file has changed:
/// try source.reload()
/// ```
public final class TLSSource: Sendable {
    /// What is loaded, and loaded again.
    package let certificates: ReloadedTLS

    /// Loads for the first time.
    ///
    /// - Parameter load: Makes a configuration, from files for example. HTTP/2 as protocol and TLS 1.2 as the oldest
    ///   version come from here.
    /// - Throws: What `load` throws. An error of NIOSSL if certificates and keys do not fit together.
    public init(_ load: @escaping @Sendable () throws -> TLSConfiguration) throws {
        self.certificates = try ReloadedTLS {
            var configuration = try load()
            configuration.applicationProtocols = ["h2"]
            return configuration
        }
    }

    /// Loads again.
    ///
    /// If that fails, what was there stays in use. Not to be called on an event loop: it may read files.
    ///
    /// - Returns: Whether anything has changed.
    /// - Throws: As the first time: perhaps one of two files has been written, and the other not yet.
    @discardableResult
    public func reload() throws -> Bool { try self.certificates.reload() }

    /// What a new connection uses.
    var context: NIOSSLContext { self.certificates.context }
}
