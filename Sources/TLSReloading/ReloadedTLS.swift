//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import Logging
internal import NIOConcurrencyHelpers
internal import NIOCore
package import NIOSSL

/// A configuration of TLS that is loaded again when its certificates or keys have changed (ES-R8).
///
/// A connection takes what is there when it is made, and keeps it: nothing is dropped when certificates change.
package final class ReloadedTLS: Sendable {
    private struct State {
        var configuration: TLSConfiguration
        var context: NIOSSLContext
    }

    private let load: @Sendable () throws -> TLSConfiguration
    private let state: NIOLockedValueBox<State>

    /// Loads for the first time.
    ///
    /// - Parameter load: Makes a configuration, from files for example. The oldest version is TLS 1.2, whatever it says.
    /// - Throws: What `load` throws. An error of NIOSSL if certificates and keys do not fit together.
    package init(_ load: @escaping @Sendable () throws -> TLSConfiguration) throws {
        self.load = { try load().withoutOldVersions }
        let configuration = try self.load()
        self.state = NIOLockedValueBox(
            State(configuration: configuration, context: try NIOSSLContext(configuration: configuration))
        )
    }

    /// Loads again.
    ///
    /// If that fails, what was there stays in use. Not to be called on an event loop: it may read files.
    ///
    /// - Returns: Whether a certificate or a key has changed; nothing else is looked at.
    /// - Throws: As the first time: perhaps one of two files has been written, and the other not yet.
    @discardableResult
    package func reload() throws -> Bool {
        let configuration = try self.load()
        let isSame = self.state.withLockedValue { configuration.hasSameCertificates(as: $0.configuration) }
        guard !isSame else { return false }
        let context = try NIOSSLContext(configuration: configuration)
        self.state.withLockedValue { $0 = State(configuration: configuration, context: context) }
        return true
    }

    /// Loads again, and logs a change or a failure.
    package func reload(logger: Logger) {
        do {
            if try self.reload() { logger.notice("New certificates are in use for new connections") }
        } catch {
            logger.warning(
                "Certificates cannot be read again; the old ones stay in use",
                metadata: ["error": "\(error)"]
            )
        }
    }

    /// Loads again and again until the task is cancelled.
    ///
    /// - Parameters:
    ///   - interval: How long it waits each time.
    ///   - logger: Told of changes and failures.
    package func watch(every interval: Duration, logger: Logger) async {
        while (try? await Task.sleep(for: interval)) != nil { self.reload(logger: logger) }
    }

    /// What a new connection uses.
    package var context: NIOSSLContext { self.state.withLockedValue { $0.context } }

    /// For a server that makes its context once: it asks for the certificate and the key at the beginning of each
    /// connection; all else stays as it is now.
    package var configuration: TLSConfiguration {
        var configuration = self.state.withLockedValue { $0.configuration }
        configuration.sslContextCallback = { _, promise in
            let current = self.state.withLockedValue { $0.configuration }
            var override = NIOSSLContextConfigurationOverride()
            override.certificateChain = current.certificateChain
            override.privateKey = current.privateKey
            promise.succeed(override)
        }
        return configuration
    }
}

extension TLSConfiguration {
    /// Whether certificates and keys are the same.
    ///
    /// Not `bestEffortEquals`: it compares the bytes of closures, those that are not set included, whose bytes are any.
    fileprivate func hasSameCertificates(as other: Self) -> Bool {
        self.certificateChain == other.certificateChain && self.privateKey == other.privateKey
            && self.trustRoots == other.trustRoots && self.additionalTrustRoots == other.additionalTrustRoots
    }

    /// With nothing older than TLS 1.2, whatever was set.
    package var withoutOldVersions: TLSConfiguration {
        var configuration = self
        switch configuration.minimumTLSVersion {
        case .tlsv1, .tlsv11: configuration.minimumTLSVersion = .tlsv12
        case .tlsv12, .tlsv13: break
        }
        return configuration
    }
}
