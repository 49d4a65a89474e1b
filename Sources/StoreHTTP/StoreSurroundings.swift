//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import AsyncHTTPClient
package import CredentialExchange
package import ExternalStorageCore
internal import Groundwork
internal import GroundworkNIO

/// What a driver of an object store works with: connections, a clock, and the machine it runs on.
package struct StoreSurroundings: Sendable {
    /// Whose connections are used; nil for those that the proxies of the machine's environment need.
    private var lanes: HTTPLanes?
    package var clock: any Clock<Duration>
    package var machine: CredentialMachine

    package init(lanes: HTTPLanes?, clock: any Clock<Duration>, machine: CredentialMachine) {
        self.lanes = lanes
        self.clock = clock
        self.machine = machine
    }

    /// This machine as it is.
    ///
    /// - Parameter httpClient: Whose connections are used; nil for those that all drivers share.
    /// - Returns: The surroundings.
    package static func live(_ httpClient: HTTPClient?) -> Self {
        Self(
            lanes: httpClient.map { HTTPLanes($0) },
            clock: EventLoopClock(),
            machine: .live(
                transport: httpClient.map { HTTPClientTransport($0) },
                now: { WallClock.secondsSince1970() }
            )
        )
    }

    /// Whose connections lead to a store.
    ///
    /// - Parameter url: Its address.
    /// - Returns: The connections.
    /// - Throws: `invalidConfiguration` for a proxy that is none.
    package func lanes(to url: String) throws(ExternalStorageError) -> HTTPLanes {
        if let lanes { return lanes }
        guard let url = ServiceURL(url) else { return .shared }
        do {
            let proxies = ProxySettings(self.machine.environment)
            let proxy = try proxies.proxy(scheme: url.scheme, host: url.host, port: url.port)
            return try HTTPLanes.lanes(for: HTTPRoute(proxy: proxy))
        } catch {
            throw ExternalStorageError(code: .invalidConfiguration, message: "\(error)")
        }
    }
}

/// The containers that a driver uses, for the commands of operators.
package enum KnownContainers {
    /// - Parameters:
    ///   - fixed: The only one that the driver writes to; nil if it chooses one for each payload.
    ///   - readable: The only ones that it reads from.
    ///   - driver: The driver's name.
    ///   - noun: What the store calls them: bucket or container.
    /// - Returns: Their names; those that are readable in order.
    /// - Throws: `misconfigured` if nobody can tell.
    package static func list(
        fixed: String?,
        readable: Set<String>?,
        driver: String,
        noun: String
    ) throws(ExternalStorageError) -> [String] {
        if let fixed { return [fixed] }
        if let readable { return readable.sorted() }
        let setting = "readable\(noun.prefix(1).uppercased())\(noun.dropFirst())s"
        throw ExternalStorageError(
            code: .misconfigured,
            message: "the driver \"\(driver)\" chooses a \(noun) for each payload, so that nobody can tell which "
                + "\(noun)s it uses; name them in \(setting)"
        )
    }
}

/// Which bucket or container a payload goes to.
package struct ContainerChoice: Sendable {
    /// The only one; nil if each payload has its own.
    package let fixed: String?
    package let choose: @Sendable (StorageDriverStoreContext, Payload) async throws -> String

    package static func fixed(_ name: String) -> Self { Self(fixed: name) { _, _ in name } }

    package static func perPayload(
        _ choose: @escaping @Sendable (StorageDriverStoreContext, Payload) async throws -> String
    ) -> Self {
        Self(fixed: nil, choose: choose)
    }
}
