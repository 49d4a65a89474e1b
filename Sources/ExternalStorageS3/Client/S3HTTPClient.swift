//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import AWSSigning
public import AsyncHTTPClient
internal import ExternalStorageCore
internal import Synchronization

/// An S3 client on AsyncHTTPClient: signs, repeats, finds the region, corrects the clock.
///
/// Holds no connections of its own: those belong to the `HTTPClient` it was given. What it learns (the region of a
/// bucket, the offset of the clock, the quota of retries) it keeps for all requests.
public final class S3HTTPClient: Sendable {
    /// What was learnt, guarded by one lock that is never held across a suspension.
    struct State {
        var skew = ClockSkew()
        var quota: S3RetryQuota
        var signer: RequestSigner?
        /// The region a bucket turned out to be in.
        var regions: [String: String] = [:]
    }

    let configuration: Configuration
    let credentials: any AWSCredentialsProvider
    let lanes: S3Lanes
    let clock: any Clock<Duration>
    let now: @Sendable () -> Int64
    let random: @Sendable () -> Double
    let state: Mutex<State>

    /// Creates a client.
    ///
    /// - Parameters:
    ///   - configuration: Region, endpoint and options.
    ///   - credentials: What requests are signed with; asked once per attempt.
    ///   - httpClient: Whose connections are used; it is not shut down. Nil for one that all S3 clients share. Make your
    ///     own of ``httpConfiguration`` to add a proxy or trust roots.
    public convenience init(
        configuration: Configuration,
        credentials: any AWSCredentialsProvider,
        httpClient: HTTPClient? = nil
    ) {
        self.init(
            configuration: configuration,
            credentials: credentials,
            lanes: httpClient.map { S3Lanes($0) } ?? .shared,
            clock: EventLoopClock(),
            now: { WallClock.secondsSince1970() },
            random: { Double.random(in: 0..<1) }
        )
    }

    /// Creates a client with clocks and chance of the caller's choice.
    init(
        configuration: Configuration,
        credentials: any AWSCredentialsProvider,
        lanes: S3Lanes,
        clock: any Clock<Duration>,
        now: @escaping @Sendable () -> Int64,
        random: @escaping @Sendable () -> Double
    ) {
        self.configuration = configuration
        self.credentials = credentials
        self.lanes = lanes
        self.clock = clock
        self.now = now
        self.random = random
        let quota = S3RetryQuota(tokens: configuration.retry.quota, capacity: configuration.retry.quota)
        self.state = Mutex(State(quota: quota))
    }

    /// The address of a bucket, in the region it is known to be in.
    func endpoint(bucket: String, region: String? = nil) throws(S3EndpointError) -> S3Endpoint {
        var options = self.configuration.endpoint
        if let region = self.state.withLock({ $0.regions[bucket] }) ?? region { options.region = region }
        return try S3Endpoint(bucket: bucket, options: options)
    }
}
