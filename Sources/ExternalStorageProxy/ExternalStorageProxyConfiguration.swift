//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Limits and times of an ``ExternalStorageProxy``.
public struct ExternalStorageProxyConfiguration: Sendable {
    /// The largest message that is accepted from a client or from the server, in bytes; 128 MiB by default, what
    /// SDKs on sdk-core accept.
    ///
    /// Far above the server's own limit, because a request is that large only until its payloads are stored.
    public var messageSizeLimit = 128 * 1_048_576

    /// How many calls one connection of a client may have under way; 10,000 by default.
    ///
    /// It is announced, so that clients wait instead of failing.
    public var callsPerConnection = 10_000

    /// How long calls that are under way may go on after a shutdown began; 30 seconds by default.
    ///
    /// Long polls do not count: they end at once.
    public var drain: Duration = .seconds(30)

    /// The defaults.
    public init() {}
}
