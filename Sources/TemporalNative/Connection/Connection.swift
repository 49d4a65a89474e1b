//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import GRPCCore
import GroundworkNIO
import Logging
import TemporalAPI

/// The way to a Temporal server, for a client and its workers: metadata, deadlines, retries, errors.
///
/// Calls wait for a connection, so they may be made before ``run()`` is called; without it they run into their
/// deadline.
struct Connection: Sendable {
    /// The settings of the client.
    let configuration: TemporalClient.Configuration
    /// The client's external storage.
    let externalStorage: ExternalStorage?
    /// Where logs go.
    let logger: Logger
    /// The thread of the connections, where it is one and we know it: calls cost least there.
    let executor: EventLoopTaskExecutor?
    /// The workers that take the first tasks of workflows from the answer to their start.
    let eagerStarts = EagerStarts()
    private let permits: CallPermits
    private let channel: any RPCChannel
    private let sleep: @Sendable (Duration) async throws -> Void

    // `sleep` waits between tries.
    init(
        channel: any RPCChannel,
        externalStorage: ExternalStorage?,
        configuration: TemporalClient.Configuration,
        logger: Logger,
        executor: EventLoopTaskExecutor? = nil,
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        self.channel = channel
        self.externalStorage = externalStorage
        self.configuration = configuration
        self.logger = logger
        self.executor = executor
        self.sleep = sleep
        self.permits = CallPermits(connections: configuration.connections)
    }

    /// The namespace of all calls.
    var namespace: String { self.configuration.namespace }
    /// Who calls, for the server.
    var identity: String { self.configuration.identity }
    /// For ordinary calls.
    var ordinary: Patience { Patience(timeout: self.configuration.callTimeout, retries: .call) }
    /// For calls that the server holds until something happens, and that change nothing.
    var longPoll: Patience { Patience(timeout: self.configuration.longPollTimeout, retries: .longPoll, kind: .wait) }
    /// For calls that the server holds until an update is accepted.
    var updatePoll: Patience { Patience(timeout: self.configuration.longPollTimeout, retries: .call, kind: .wait) }
    /// For a worker's polls, which it repeats itself.
    var workerPoll: Patience { .once(self.configuration.longPollTimeout, kind: .poll) }

    /// What turns values into payloads and back.
    ///
    /// - Parameter target: Whose payloads they are.
    /// - Returns: A context for one message.
    func payloads(of target: StorageDriverTarget? = nil) -> PayloadContext {
        PayloadContext(
            converter: self.configuration.dataConverter,
            externalStorage: self.externalStorage,
            namespace: self.namespace,
            target: target
        )
    }

    /// Keeps the connections until they are shut down.
    func run() async throws {
        try await self.channel.run()
    }

    /// Refuses new calls and lets those under way finish; then ``run()`` returns.
    func beginGracefulShutdown() {
        self.channel.beginGracefulShutdown()
    }
}

// MARK: - Calls

extension Connection {
    /// Makes a call, and makes it again where that can help.
    ///
    /// Large payloads of the request are stored and references in the response resolved, at every try.
    ///
    /// - Parameters:
    ///   - method: The method.
    ///   - request: The request. It is sent again as it is, so what makes it unique is in it already.
    ///   - patience: Deadline and retries; those of an ordinary call by default.
    /// - Returns: The response.
    /// - Throws: ``TemporalError``. `CancellationError` if cancelled.
    func call<Method: UnaryMethod>(
        _ method: Method.Type,
        _ request: Method.Input,
        patience: Patience? = nil
    ) async throws -> Method.Output {
        do {
            return try await self.tried(method, request, patience: patience ?? self.ordinary)
        } catch let error as RPCError {
            throw try await self.temporalError(error, method: method.descriptor.method)
        }
    }

    /// As ``call(_:_:patience:)``, with the status as it came.
    ///
    /// - Throws: `RPCError`, or what the source of the API key throws. `CancellationError` if cancelled.
    func tried<Method: UnaryMethod>(
        _ method: Method.Type,
        _ request: Method.Input,
        patience: Patience
    ) async throws -> Method.Output {
        var tries = 0
        var firstFailure: ContinuousClock.Instant?
        while true {
            do {
                return try await self.permits.with(patience.kind) {
                    try await self.once(method, request, timeout: patience.timeout)
                }
            } catch {
                // A task that was cancelled sees what its cancellation did to the call.
                try Task.checkCancellation()
                let status: RPCError
                switch error {
                case let error as RPCError: status = error
                case let error as KeyFailure where patience.waitsForKey:
                    status = RPCError(code: .unavailable, message: "\(error.cause)")
                case let error as KeyFailure: throw error.cause
                default: throw error
                }
                let now = ContinuousClock.now
                tries += 1
                let failed = CallRetries.Failed(
                    code: status.code,
                    message: status.message,
                    tries: tries,
                    sinceFirstFailure: (firstFailure ?? now).duration(to: now)
                )
                firstFailure = firstFailure ?? now
                guard !ErrorDetail.saysPagesAreLost(status),
                    let delay = patience.retries.delay(after: failed, chance: .random(in: -1...1))
                else {
                    throw (error as? KeyFailure)?.cause ?? error
                }
                self.logger.debug(
                    "A call is tried again",
                    metadata: [
                        "rpc.method": "\(method.descriptor.method)", "rpc.code": "\(status.code)", "tries": "\(tries)",
                    ]
                )
                try await self.sleep(delay)
            }
        }
    }

    private func once<Method: UnaryMethod>(
        _ method: Method.Type,
        _ request: Method.Input,
        timeout: Duration
    ) async throws -> Method.Output {
        let apiKey: String?
        do {
            apiKey = try await self.configuration.apiKey?.value()
        } catch {
            throw KeyFailure(cause: error)
        }
        let metadata = CallMetadata.make(
            headers: self.configuration.headers,
            namespace: method.hasNamespace ? self.namespace : nil,
            apiKey: apiKey
        )
        var options = CallOptions.defaults
        options.timeout = timeout
        options.maxResponseMessageBytes = Self.messageLimit
        // The transport takes this one for the limit of responses, and has none for requests.
        options.maxRequestMessageBytes = Self.messageLimit
        return try await self.channel.call(method, request, metadata: metadata, options: options)
    }

    /// The largest message, in bytes: what other SDKs take.
    static let messageLimit = 128 * 1_048_576
}

/// The source of the API key failed.
private struct KeyFailure: Error {
    var cause: any Error
}

extension Connection {
    /// What the server says about itself, also to find out whether it is there.
    ///
    /// - Returns: Its version and capabilities; an old server that knows no such call has none.
    /// - Throws: ``TemporalError``: `unavailable` if nobody answers within ten seconds.
    func systemInfo() async throws -> Temporal_Api_Workflowservice_V1_GetSystemInfoResponse {
        let patience = Patience(timeout: min(self.configuration.callTimeout, .seconds(10)), retries: .call)
        do {
            return try await self.call(WorkflowService.GetSystemInfo.self, .init(), patience: patience)
        } catch let error as TemporalError where error.code == .unimplemented {
            return .init()
        } catch let error as TemporalError where error.code == .timedOut {
            throw TemporalError(
                code: .unavailable,
                message: "the Temporal server does not answer; check the address, and whether it expects TLS",
                cause: error.cause
            )
        }
    }
}
