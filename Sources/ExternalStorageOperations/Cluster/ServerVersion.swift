//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageWire
import GRPCCore
import NIOCore

/// The version of a Temporal server, as far as it says what its API has: the first two numbers.
///
/// A server that is newer than the API which the table of payload fields was made from may keep payloads in places that
/// nobody here knows to ask for (P11). What stands in answers is found all the same; what has to be asked for by a call of
/// its own is not.
package struct ServerVersion: Sendable, Hashable, Comparable, CustomStringConvertible {
    package var major: Int
    package var minor: Int

    package init(major: Int, minor: Int) {
        self.major = major
        self.minor = minor
    }

    /// Reads a version such as `1.32.0` or `v1.31.0-151.2`.
    ///
    /// Nil for a text that does not begin with two numbers.
    package init?(_ text: String) {
        let numbers = text.drop { $0 == "v" }.split(separator: ".", omittingEmptySubsequences: false).prefix(2)
            .map { Int($0) }
        guard numbers.count == 2, let major = numbers[0], let minor = numbers[1], major >= 0, minor >= 0 else {
            return nil
        }
        self.init(major: major, minor: minor)
    }

    package var description: String { "\(self.major).\(self.minor)" }

    package static func < (left: Self, right: Self) -> Bool {
        (left.major, left.minor) < (right.major, right.minor)
    }

    /// The newest server of which everything that can hold a payload is known.
    package static let newestKnown = Self(
        major: PayloadPaths.newestServer.major,
        minor: PayloadPaths.newestServer.minor
    )

    /// Why nothing may be deleted by what a server says.
    ///
    /// Pure.
    ///
    /// - Parameter text: The version as the server says it; it may say nothing.
    /// - Returns: A text that says what to do; nil if nothing speaks against it.
    package static func obstacle(_ text: String) -> String? {
        guard let version = Self(text) else {
            return """
                the server \(text.isEmpty ? "does not say its version" : "says that its version is \"\(text)\""), so that \
                nobody can tell whether it keeps payloads where this command does not look. Ask it directly, not through a \
                gateway that answers for it
                """
        }
        guard version > Self.newestKnown else { return nil }
        return """
            the server has version \(text), and this command knows what can hold payloads up to \(Self.newestKnown): a \
            newer server may keep them where it does not look. Update this command
            """
    }

    /// Asks the server for ``obstacle(_:)``.
    ///
    /// - Parameter caller: Calls the server.
    /// - Returns: Why nothing may be deleted by what it says; nil if nothing speaks against it.
    /// - Throws: `RPCError`; `WireError`; `CancellationError`.
    package static func obstacle(by caller: any TemporalCaller) async throws -> String? {
        // GetSystemInfoResponse.server_version
        Self.obstacle(try WireMessage(try await caller.call("GetSystemInfo", ByteBuffer())).string(1))
    }
}
