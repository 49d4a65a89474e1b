//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import AsyncHTTPClient
internal import StoreHTTP

extension S3HTTPClient {
    /// The settings of an `HTTPClient` that this client gets along with best.
    ///
    /// - Redirects are not followed: a signature counts for one host, and a redirect names the region to sign for.
    /// - A connection that is refused is reported at once: repeating is decided in one place, ``S3RetryPolicy``.
    /// - Answers are not decompressed: what is stored is what is hashed.
    /// - TLS 1.2 is the oldest that is accepted.
    /// - 64 connections to one host, as many as requests go out at a time.
    ///
    /// Answers are read on the event loop of a client that has only one.
    ///
    /// Add a proxy or trust roots of your own and pass the client you made of it to ``S3HTTPClient``.
    public static var httpConfiguration: HTTPClient.Configuration {
        .forStores
    }
}
