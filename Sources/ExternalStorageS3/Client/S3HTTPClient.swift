//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import AWSSigning
public import AsyncHTTPClient
internal import ExternalStorageCore
internal import Groundwork
internal import GroundworkNIO
public import Logging
internal import StoreHTTP
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
        /// What the configuration was completed to, once that is known.
        var surroundings: S3Surroundings?
        var checksums = ChecksumSupport.unknown
    }

    let configuration: Configuration
    let credentials: any AWSCredentialsProvider
    /// Whose connections are used; nil for those of the environment.
    let lanes: S3Lanes?
    let logger: Logger
    let clock: any Clock<Duration>
    let now: @Sendable () -> Int64
    let random: @Sendable () -> Double
    let state: Mutex<State>

    /// Creates a client.
    ///
    /// - Parameters:
    ///   - configuration: Region, endpoint and options.
    ///   - credentials: What requests are signed with; asked once per attempt.
    ///   - httpClient: Whose connections are used; it is not shut down. Nil for one that all S3 clients share, or one for
    ///     the proxy and the certificates of ``Configuration/environment``. Make your own of ``httpConfiguration``.
    ///   - logger: Is told what the client had to work around.
    public convenience init(
        configuration: Configuration,
        credentials: any AWSCredentialsProvider,
        httpClient: HTTPClient? = nil,
        logger: Logger = .current
    ) {
        self.init(
            configuration: configuration,
            credentials: credentials,
            lanes: httpClient.map { S3Lanes($0) },
            logger: logger,
            clock: EventLoopClock(),
            now: { WallClock.secondsSince1970() },
            random: { Double.random(in: 0..<1) }
        )
    }

    /// Creates a client with clocks and chance of the caller's choice.
    init(
        configuration: Configuration,
        credentials: any AWSCredentialsProvider,
        lanes: S3Lanes?,
        logger: Logger,
        clock: any Clock<Duration>,
        now: @escaping @Sendable () -> Int64,
        random: @escaping @Sendable () -> Double
    ) {
        self.configuration = configuration
        self.credentials = credentials
        self.lanes = lanes
        self.logger = logger
        self.clock = clock
        self.now = now
        self.random = random
        let quota = S3RetryQuota(tokens: configuration.retry.quota, capacity: configuration.retry.quota)
        self.state = Mutex(State(quota: quota))
    }

    /// The address of a bucket, in the region it is known to be in.
    ///
    /// What the environment says of it is known after the first request.
    package func endpoint(bucket: String, region: String? = nil) throws(S3EndpointError) -> S3Endpoint {
        let (surroundings, known) = self.state.withLock { ($0.surroundings, $0.regions[bucket]) }
        var options = surroundings?.endpoint ?? self.configuration.endpoint
        if let region = known ?? region { options.region = region }
        return try S3Endpoint(bucket: bucket, options: options)
    }
}
