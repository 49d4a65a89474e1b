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
    package var lanes: HTTPLanes
    package var clock: any Clock<Duration>
    package var machine: CredentialMachine

    package init(lanes: HTTPLanes, clock: any Clock<Duration>, machine: CredentialMachine) {
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
            lanes: httpClient.map { HTTPLanes($0) } ?? .shared,
            clock: EventLoopClock(),
            machine: .live(
                transport: httpClient.map { HTTPClientTransport($0) },
                now: { WallClock.secondsSince1970() }
            )
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
