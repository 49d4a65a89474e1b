//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore
import Logging
import SwiftProtobuf
import Synchronization

@testable import TemporalNative

/// Answers calls from a list, and remembers them.
final class ScriptedChannel: RPCChannel {
    struct Call: Sendable {
        var method: String
        var request: any Message
        var metadata: Metadata
        var options: CallOptions
    }

    private struct State {
        var answers: [Result<any Message, any Error>]
        var calls: [Call] = []
    }

    private let state: Mutex<State>

    init(_ answers: [Result<any Message, any Error>]) {
        self.state = Mutex(State(answers: answers))
    }

    var calls: [Call] { self.state.withLock { $0.calls } }

    func call<Method: UnaryMethod>(
        _ method: Method.Type,
        _ request: Method.Input,
        metadata: Metadata,
        options: CallOptions
    ) async throws -> Method.Output {
        let answer = self.state.withLock { state in
            state.calls.append(
                Call(method: method.descriptor.method, request: request, metadata: metadata, options: options)
            )
            return state.answers.isEmpty ? nil : state.answers.removeFirst()
        }
        guard let message = try answer?.get() as? Method.Output else {
            throw RPCError(code: .failedPrecondition, message: "no answer is prepared for \(method.descriptor.method)")
        }
        return message
    }

    func run() async throws {}

    func beginGracefulShutdown() {}

    /// A connection on this channel, which does not wait between tries.
    func connection(_ configuration: TemporalClient.Configuration = .init()) -> Connection {
        Connection(
            channel: self,
            externalStorage: nil,
            configuration: configuration,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
            sleep: { _ in try Task.checkCancellation() }
        )
    }
}
