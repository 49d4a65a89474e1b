//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// The limits of an ``ExternalStorageTransport``.
public struct ExternalStorageTransportConfiguration: Sendable {
    /// The largest response that resolving may make, in bytes; 2 GiB by default, the largest message of protobuf.
    ///
    /// A sidecar sets what the client behind it accepts (128 MiB for SDKs on sdk-core). Pages of history end earlier if
    /// they would exceed it. Any other response fails with `ExternalStorageError.Code.messageTooLarge`.
    public var resolvedMessageLimit = Int(Int32.max)

    /// The largest error details that resolving may make, in bytes; no limit by default.
    ///
    /// Error details travel in the trailers of a call, and HTTP/2 clients limit those: SDKs on sdk-core fail a call
    /// whose trailers exceed about 16 KiB as they stand on the wire, whatever the call's own error was. A sidecar sets
    /// 8,000; beyond that the references stay, so that at least the error itself arrives.
    public var errorDetailsLimit = Int.max

    /// For how many workflow runs it is remembered whether they have a parent, so that a result is kept with the parent
    /// although the task that completes the run no longer names it; 10,000 by default.
    ///
    /// For others the server is asked, before a large result is stored.
    public var rememberedParents = 10_000

    /// The default limits.
    public init() {}
}
