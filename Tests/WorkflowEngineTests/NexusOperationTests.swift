//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Foundation
import SwiftProtobuf
import TemporalAPI
import Testing
import WorkflowEngine

@Suite("Nexus operations", .timeLimit(.minutes(2)))
struct NexusOperationTests {
    @Test("One that ends at once, and one that is started first; both in a replay too", arguments: [false, true])
    func completed(isStarted: Bool) async throws {
        let trace = try await onThread { () throws -> [String] in
            let server = FakeServer(
                TestProgram { run, program in
                    program.trace.append(try await run.nexus("echo"))
                    return "done"
                }
            )
            server.work()
            let operation = try #require(server.nexusOperations.first)
            if isStarted {
                server.start(nexus: operation)
                server.work()
                server.evict()
            }
            server.end(nexus: operation)
            server.work()
            #expect(server.isClosed)
            return try server.replay()
        }
        #expect(trace == [isStarted ? "token-5n5" : "n5"])
    }

    @Test(
        "What it failed with is what the code gets",
        arguments: [FakeServer.NexusEnding.failed, .canceled, .timedOut]
    )
    func failed(_ ending: FakeServer.NexusEnding) async throws {
        let failure = try await onThread { () throws -> API.Failure? in
            let failure = Box<API.Failure?>(nil)
            let server = FakeServer(
                TestProgram { run, _ in
                    do {
                        return try await run.nexus("fail")
                    } catch let error as OperationFailure {
                        failure.value = error.failure
                        return ""
                    }
                }
            )
            server.work()
            let operation = try #require(server.nexusOperations.first)
            server.end(nexus: operation, ending)
            server.work()
            _ = try server.replay()
            return failure.value
        }
        #expect(failure?.nexusOperationExecutionFailureInfo.scheduledEventID == 5)
        switch ending {
        case .canceled: #expect(failure?.cause.isCancellation == true)
        case .timedOut: #expect(failure?.cause.timeoutFailureInfo.timeoutType == .scheduleToClose)
        default: #expect(failure?.cause.message == "failed")
        }
    }

    /// An operation that is cancelled when a signal comes; what it ended with is traced.
    private static func cancelled(_ cancellation: NexusCancellation) -> TestProgram {
        TestProgram { run, program in
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    do {
                        program.trace.append(try await run.nexus("long", cancellation))
                    } catch let error as OperationFailure {
                        program.trace.append("\(error.failure.message), \(error.failure.cause.isCancellation)")
                    } catch {
                        program.trace.append("\(error)")
                    }
                }
                try? await run.condition { program.count > 0 }
                group.cancelAll()
            }
            return ""
        }
    }

    private static func requests(_ server: FakeServer) -> Int {
        server.events.count { $0.eventType == .nexusOperationCancelRequested }
    }

    @Test("Cancelled: told or not, and waited for or not", arguments: [false, true])
    func cancelled(isStarted: Bool) async throws {
        for cancellation in [NexusCancellation.tryCancel, .abandon] {
            let trace = try await onThread { () throws -> [String] in
                let server = FakeServer(Self.cancelled(cancellation))
                server.work()
                let operation = try #require(server.nexusOperations.first)
                if isStarted { server.start(nexus: operation) }
                server.signal("cancel")
                server.work()
                #expect(server.isClosed, "nothing is waited for")
                #expect(Self.requests(server) == (cancellation == .tryCancel ? 1 : 0))
                return try server.replay()
            }
            #expect(trace == ["Nexus operation cancelled after starting, true"])
        }
    }

    @Test("Cancelled, and its end is waited for, whichever it is", arguments: FakeServer.NexusEnding.allCases)
    func waitedForEnd(_ ending: FakeServer.NexusEnding) async throws {
        let trace = try await onThread { () throws -> [String] in
            let server = FakeServer(Self.cancelled(.waitUntilEnded))
            server.work()
            let operation = try #require(server.nexusOperations.first)
            server.signal("cancel")
            server.work()
            server.start(nexus: operation)
            server.answerNexusCancellation()
            server.work()
            #expect(!server.isClosed && Self.requests(server) == 1)
            server.evict()
            server.end(nexus: operation, ending)
            server.work()
            #expect(server.isClosed)
            return try server.replay()
        }
        switch ending {
        case .completed: #expect(trace == ["token-5n5"])
        case .canceled: #expect(trace == ["nexus operation completed unsuccessfully, true"])
        default: #expect(trace == ["nexus operation completed unsuccessfully, false"])
        }
    }

    @Test("Cancelled, and the handler's answer to that is waited for", arguments: [true, false])
    func waitedForRequest(isTaken: Bool) async throws {
        let trace = try await onThread { () throws -> [String] in
            let server = FakeServer(Self.cancelled(.waitUntilRequested))
            server.work()
            server.signal("cancel")
            server.work()
            #expect(!server.isClosed)
            server.answerNexusCancellation(isTaken: isTaken)
            server.work()
            #expect(server.isClosed)
            return try server.replay()
        }
        #expect(
            trace == [
                isTaken
                    ? "Nexus operation cancellation request completed, true"
                    : "Nexus operation cancellation request failed, false"
            ]
        )
    }

    @Test("The answer to a request may come behind the end, and nobody minds")
    func lateAnswer() async throws {
        let trace = try await onThread { () throws -> [String] in
            let server = FakeServer(
                TestProgram { run, program in
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        group.addTask {
                            program.trace.append((try? await run.nexus("long", .waitUntilEnded)) ?? "failed")
                        }
                        try await run.condition { program.count > 0 }
                        group.cancelAll()
                    }
                    try await run.condition { program.count > 1 }
                    return ""
                }
            )
            server.work()
            server.signal("cancel")
            server.work()
            server.end(nexus: server.nexusOperations[0])
            server.work()
            server.answerNexusCancellation()
            server.signal("go on")
            server.work()
            #expect(server.isClosed)
            return try server.replay()
        }
        #expect(trace == ["n5"])
    }

    @Test("Cancelled before it was sent, it leaves nothing")
    func beforeSent() async throws {
        let trace = try await onThread { () throws -> [String] in
            let server = FakeServer(
                TestProgram { run, program in
                    await withTaskGroup(of: Void.self) { group in
                        group.addTask {
                            do { _ = try await run.nexus("never") } catch let error as OperationFailure {
                                program.trace.append(error.failure.message)
                            } catch {}
                        }
                        group.addTask { program.count += 1 }
                        await group.next()
                        group.cancelAll()
                    }
                    return ""
                }
            )
            server.work()
            #expect(server.isClosed && !server.events.contains { $0.eventType == .nexusOperationScheduled })
            return try server.replay()
        }
        #expect(trace == ["Nexus operation cancelled before scheduled"])
    }

    @Test("ES-N2 Another operation than in history is found")
    func other() async throws {
        let failure = try await onThread { () throws -> WorkflowTaskFailure? in
            let name = Box("echo")
            let server = FakeServer(TestProgram { run, _ in try await run.nexus(name.value) })
            server.work()
            server.end(nexus: server.nexusOperations[0])
            server.evict()
            name.value = "shout"
            guard case .failed(let failure) = server.work() else { return nil }
            return failure
        }
        let (has, made) = ("endpoint: endpoint, service: service, operation: echo", "operation: shout")
        #expect(failure?.message.contains("at event 5: history has NexusOperationScheduled(\(has))") == true)
        #expect(failure?.message.contains(made) == true)
    }
}
