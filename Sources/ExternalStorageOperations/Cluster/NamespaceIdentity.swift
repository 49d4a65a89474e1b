//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import NIOCore

/// What tells one namespace from another of the same name, and from itself after a failover (P18, P24, P25).
package struct NamespaceIdentity: Hashable, Sendable, Codable {
    package var name: String
    /// The id that the server gave it.
    package var id: String
    /// For how long the histories of closed workflows are kept, in seconds.
    package var retentionInSeconds: Int64
    /// The cluster that is active, of a namespace that is replicated; else empty or the only one.
    package var activeCluster: String
    /// Counts the failovers of a namespace that is replicated.
    package var failoverVersion: Int64
    /// How many clusters have it; each has a retention of its own (P18).
    package var clusterCount: Int
    /// Whether histories are archived, where nobody can look for references (P12).
    package var archivesHistories: Bool
    /// Whether the namespace is one that is in use: neither deleted nor deprecated.
    package var isRegistered: Bool
    /// The capabilities that say which further roots there are.
    package var hasActivities: Bool
    package var hasNexusOperations: Bool

    /// - Throws: ``WireError`` as an existential if the answer is no message.
    package init(describing response: ByteBuffer) throws {
        let response = WireMessage(response)
        let (info, config) = (try response.message(1), try response.message(2))
        self.name = try info.string(1)
        self.id = try info.string(6)
        // Registered is 1; 2 is deprecated, 3 deleted.
        self.isRegistered = try info.varint(2) == 1
        let capabilities = try info.message(7)
        self.hasActivities = try capabilities.varint(7) != 0
        self.hasNexusOperations = try capabilities.varint(11) != 0
        self.retentionInSeconds = Int64(truncatingIfNeeded: try config.message(1).varint(1))
        // Enabled is 2.
        self.archivesHistories = try config.varint(3) == 2
        self.clusterCount = max(1, try response.message(3).all(2).count)
        self.activeCluster = try response.message(3).string(1)
        self.failoverVersion = Int64(truncatingIfNeeded: try response.varint(4))
    }

    /// Whether it is the same namespace, active in the same place, and not on its way out.
    package func isStill(_ other: Self) -> Bool {
        self.id == other.id && self.name == other.name && self.activeCluster == other.activeCluster
            && self.failoverVersion == other.failoverVersion && self.isRegistered
    }
}
