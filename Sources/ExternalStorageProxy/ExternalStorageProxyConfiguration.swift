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

    /// How many bytes the messages of all calls may take at a time, in both directions; 1 GiB by default.
    ///
    /// A request that does not fit is not read until there is room, and neither is a response, nor is what it refers to
    /// fetched: its client gets it a little later. Small messages pass large ones. A message that is larger than that by
    /// itself takes all of it, and more.
    ///
    /// The memory of the process is more: by some 64 KiB for each request that is being received, by what resolving and
    /// storing hold meanwhile, by caches, and by what the process needs anyway. Responses that come before there is room
    /// count as well, and may exceed the limit: by `HTTP2CallTransport.Configuration.responseWindow` for each.
    public var memoryLimit = 1_073_741_824

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
