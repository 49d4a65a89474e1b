//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import ExternalStorageCore
public import Logging
import NIOConcurrencyHelpers
public import TemporalNative

/// What a test runs an activity in, without a server: it has an ``ActivityContext``, heartbeats are kept, and the test
/// cancels it.
///
/// ```swift
/// let environment = try await ActivityEnvironment()
/// let receipt: String = try await environment.run(Activity("charge", charge), input: "order-1")
/// #expect(receipt == "receipt for order-1")
/// ```
///
/// Values go through the converter, and through External Storage if there is one, as they do in a worker. One environment is
/// one attempt of one activity.
public final class ActivityEnvironment: Sendable {
    /// What the activity said of itself while it ran.
    public struct Heartbeat: Sendable {
        /// The values, in order.
        public let details: [any Sendable]

        /// The first value.
        ///
        /// - Parameter type: Its type.
        /// - Returns: The value; nil if there is none, or one of another type.
        public func detail<Value: Sendable>(as type: Value.Type = Value.self) -> Value? { self.details.first as? Value }
    }

    private let trial: ActivityTrial
    private let payloads: PayloadContext
    private let clock: HandClock
    private let heard: Heard

    /// Creates an environment.
    ///
    /// - Parameters:
    ///   - info: What the activity is told: its attempt, its workflow, its timeouts.
    ///   - dataConverter: Converters and codecs.
    ///   - externalStorage: Where ``Stored`` values come from and go to.
    ///   - heartbeatDetails: What the attempt before said in its last heartbeat.
    ///   - client: What the activity gets as ``ActivityContext/client``; an activity that asks for it without ends the
    ///     test.
    ///   - logger: Where logs go.
    /// - Throws: ``TemporalError/Code/conversionFailed`` if the details cannot be converted.
    public init(
        info: ActivityInfo = ActivityInfo(activityType: "test"),
        dataConverter: DataConverter = DataConverter(),
        externalStorage: ExternalStorage? = nil,
        heartbeatDetails: [any Sendable] = [],
        client: TemporalClient? = nil,
        logger: Logger = .current
    ) async throws {
        let clock = HandClock()
        let heard = Heard()
        self.payloads = PayloadContext(
            converter: dataConverter,
            externalStorage: externalStorage,
            namespace: info.namespace
        )
        self.clock = clock
        self.heard = heard
        self.trial = ActivityTrial(
            info: info,
            payloads: self.payloads,
            previousDetails: try await self.payloads.encode(values: heartbeatDetails),
            heard: { heard.add(Heartbeat(details: $0)) },
            client: client,
            clock: clock.clock,
            logger: logger
        )
    }

    /// Runs the activity.
    ///
    /// - Parameters:
    ///   - activity: The activity.
    ///   - input: Its values.
    ///   - type: The type of its result.
    /// - Returns: Its result.
    /// - Throws: What the activity throws. ``TemporalError/Code/conversionFailed``.
    public func run<each Input: Sendable, Output: Sendable>(
        _ activity: Activity,
        input: repeat each Input,
        returning type: Output.Type = Output.self
    ) async throws -> Output {
        let input = try await self.payloads.encode(repeat each input)
        return try await self.payloads.decode(self.trial.run(activity, input), as: type)
    }

    /// The heartbeats so far, in order; all of them, also those that a worker would not send.
    public var heartbeats: [Heartbeat] { self.heard.all }

    /// The heartbeats as they are made, from the first one on; to be iterated once.
    public var heartbeatStream: AsyncStream<Heartbeat> { self.heard.stream }

    /// Cancels the activity: its task, with a reason.
    ///
    /// - Parameter reason: What it finds as ``ActivityContext/cancellationReason``.
    public func cancel(_ reason: ActivityCancellationReason = .canceled) { self.trial.cancel(reason) }

    /// Tells the activity that its worker shuts down; it is not cancelled.
    public func beginWorkerShutdown() { self.trial.beginShutdown() }

    /// Lets time pass for the timeouts of ``ActivityInfo``.
    ///
    /// The clock stands still otherwise. As in a worker, which leaves it to the server first, an activity is cancelled five
    /// seconds after the end of its timeout, with the reason ``ActivityCancellationReason/timedOut``.
    ///
    /// - Parameter duration: How much.
    public func advanceTime(by duration: Duration) { self.clock.advance(by: duration) }

    /// The heartbeats that were made.
    private final class Heard: Sendable {
        private let heartbeats = NIOLockedValueBox<[Heartbeat]>([])
        let stream: AsyncStream<Heartbeat>
        private let continuation: AsyncStream<Heartbeat>.Continuation

        init() {
            (self.stream, self.continuation) = AsyncStream.makeStream()
        }

        var all: [Heartbeat] { self.heartbeats.withLockedValue { $0 } }

        func add(_ heartbeat: Heartbeat) {
            self.heartbeats.withLockedValue { $0.append(heartbeat) }
            self.continuation.yield(heartbeat)
        }
    }
}
