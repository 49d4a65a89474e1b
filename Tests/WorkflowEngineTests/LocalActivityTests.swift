//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Foundation
import SwiftProtobuf
import TemporalAPI
import Testing

@testable import WorkflowEngine

@Suite("Local activities", .timeLimit(.minutes(2)))
struct LocalActivityTests {
    private static func markers(_ server: FakeServer) -> [LocalActivityMarker] {
        server.events.compactMap { LocalActivityMarker($0.markerRecordedEventAttributes) }
    }

    @Test("ES-N1 One after the other in one task, each a marker, and a replay runs none")
    func sequence() async throws {
        try await onThread { () throws -> Void in
            let server = FakeServer(
                TestProgram { run, program in
                    for name in ["a", "b", "c"] { program.trace.append(try await run.local(name)) }
                    return program.trace.joined()
                }
            )
            server.work()
            #expect(server.isClosed && server.tasks == 1)
            #expect(server.localStarts == 3)
            #expect(Self.markers(server).map(\.data.activityType) == ["a", "b", "c"])
            #expect(try server.replay() == ["l1", "l2", "l3"])
            #expect(server.localStarts == 3)
        }
    }

    @Test("ES-N5 The marker has the fields of sdk-core, and null for what is missing")
    func format() async throws {
        try await onThread { () throws -> Void in
            let server = FakeServer(TestProgram { run, _ in try await run.local("charge") })
            server.work()
            let event = try #require(server.events.first { $0.eventType == .markerRecorded })
            let marker = event.markerRecordedEventAttributes
            #expect(marker.markerName == "core_local_activity")
            #expect(marker.details["result"]?.text == "l1")
            let data = try #require(marker.details["data"]?.payloads.first)
            #expect(data.metadata["encoding"] == Data("json/plain".utf8))
            let started = try #require(server.events.first { $0.eventType == .workflowTaskStarted }).eventTime.seconds
            #expect(
                String(decoding: data.data, as: UTF8.self) == """
                    {"activity_id":"1","activity_type":"charge","attempt":1,"backoff":null,\
                    "complete_time":{"nanos":500000000,"seconds":\(started + 1)},\
                    "original_schedule_time":{"nanos":0,"seconds":\(started)},"seq":1}
                    """
            )
        }
    }

    @Test("ES-N1 The order in which they end is the order of the replay, and the clock goes on with them")
    func order() async throws {
        try await onThread { () throws -> Void in
            let server = FakeServer(
                TestProgram { run, program in
                    await withTaskGroup(of: Void.self) { group in
                        for name in ["a", "b", "c"] {
                            group.addTask {
                                _ = try? await run.local(name)
                                let time = run.now.timeIntervalSince(run.startTime)
                                program.trace.append("\(name) \(time)")
                                _ = try? await run.activity("after-\(name)")
                            }
                        }
                        await group.waitForAll()
                    }
                    return ""
                }
            )
            server.onLocal = { .end($0[$0.count - 1], nil) }
            server.work()
            let live = try #require(server.program).trace
            #expect(live.map { $0.prefix(1) } == ["c", "b", "a"])
            #expect(live.first == "c 3.5", "two events after the first one, and a second and a half")
            for activity in server.activities { server.end(activity: activity) }
            server.evict()
            server.work()
            #expect(try server.replay() == live)
        }
    }

    @Test("ES-N1 One that takes longer than a task: the server is told, signals come in between, a worker is lost")
    func heartbeat() async throws {
        try await onThread { () throws -> Void in
            let server = FakeServer(
                TestProgram { run, program in
                    async let timer: Void = run.sleep(for: .seconds(1))
                    program.trace.append(try await run.local("long"))
                    program.trace.append("\(program.count) signals")
                    try await timer
                    return ""
                }
            )
            server.onLocal = { _ in .heartbeat }
            server.work()
            #expect(server.heartbeats == 1 && server.localStarts == 1)
            #expect(server.timers.count == 1, "what the code did meanwhile goes with the heartbeat")
            server.signal("one")
            server.work()
            #expect(server.localStarts == 1, "it goes on from one task to the next")
            #expect(server.query() == "", "a query does not wait for it")
            server.evict()
            server.signal("two")
            server.onLocal = { .end($0[0], nil) }
            server.work()
            #expect(server.localStarts == 2, "whoever goes on with the run starts it again")
            server.fire(server.timers[0])
            server.work()
            #expect(server.isClosed)
            #expect(try server.replay() == ["l1", "2 signals"])
        }
    }

    @Test("A cancellation: told or not, waited for or not, and the same in the replay", arguments: 0..<3)
    func cancellation(_ kind: Int) async throws {
        let way: ActivityCancellation = [.tryCancel, .waitUntilEnded, .abandon][kind]
        try await onThread { () throws -> Void in
            let server = FakeServer(
                TestProgram { run, program in
                    await withTaskGroup(of: Void.self) { group in
                        group.addTask {
                            do { program.trace.append(try await run.local("long", way)) } catch {
                                let failure = (error as? OperationFailure)?.failure
                                program.trace.append(
                                    "\(failure?.message ?? "") \(failure?.cause.isCancellation == true)"
                                )
                            }
                        }
                        try? await run.condition { program.count > 0 }
                        group.cancelAll()
                    }
                    return ""
                }
            )
            server.onLocal = { _ in .heartbeat }
            server.work()
            server.signal("stop")
            server.onLocal = { .end($0[0], nil) }
            server.work()
            #expect(server.isClosed)
            let trace = kind == 1 ? ["l1"] : ["Activity cancelled true"]
            #expect(server.localCancels == (kind == 2 ? [] : [1]))
            #expect(Self.markers(server).count == 1)
            #expect(try server.replay() == trace)
        }
    }

    @Test("One that is to be tried again much later: a timer, and the next attempt")
    func backoff() async throws {
        try await onThread { () throws -> Void in
            let server = FakeServer(
                TestProgram { run, program in
                    program.trace.append(try await run.local("flaky"))
                    return ""
                }
            )
            server.onLocal = { .end($0[0], .backedOff(.with { $0.message = "later" }, .seconds(90))) }
            server.work()
            let started = server.events.first { $0.eventType == .timerStarted }?.timerStartedEventAttributes
            #expect(started?.timerID == "1")
            server.evict()
            var attempts: [Int] = []
            server.onLocal = { running in
                attempts += running.map(\.attempt)
                return .end(running[0], nil)
            }
            server.fire(server.timers[0])
            server.work()
            #expect(attempts == [2])
            #expect(Self.markers(server).map(\.data.originalScheduleTime).count == 2)
            #expect(Set(Self.markers(server).map(\.data.originalScheduleTime)).count == 1)
            #expect(try server.replay() == ["l2"])
        }
    }

    @Test("A failure has the shape of an activity's, and says whether there could have been another attempt")
    func failures() async throws {
        let causes: [(API.Failure, Temporal_Api_Enums_V1_RetryState)] = [
            (.with { $0.applicationFailureInfo.nonRetryable = true }, .nonRetryableFailure),
            (.with { $0.applicationFailureInfo.type = "X" }, .maximumAttemptsReached),
            (.with { $0.timeoutFailureInfo.timeoutType = .startToClose }, .timeout),
        ]
        for (cause, state) in causes {
            let failure = try await onThread { () throws -> API.Failure in
                let server = FakeServer(TestProgram { run, _ in try await run.local("broken") })
                server.onLocal = { .end($0[0], .failed(cause)) }
                server.work()
                _ = try server.replay()
                return try #require(server.events.last).workflowExecutionFailedEventAttributes.failure
            }
            #expect(failure.activityFailureInfo.retryState == state)
            #expect(failure.activityFailureInfo.activityType.name == "broken")
            #expect(failure.cause == cause)
        }
    }

    @Test("ES-N2 Code with another local activity than history has, or with none, fails the task and says so")
    func otherCode() async throws {
        let texts = try await onThread { () throws -> [String] in
            let name = Box("charge")
            let server = FakeServer(
                TestProgram { run, _ in
                    if !name.value.isEmpty { _ = try await run.local(name.value) }
                    return try await run.activity("greet")
                }
            )
            server.work()
            var texts: [String] = []
            for other in ["refund", ""] {
                name.value = other
                do { _ = try server.replay() } catch { texts.append("\(error)") }
            }
            return texts
        }
        #expect(texts.count == 2)
        #expect(texts.first?.contains("type: charge") == true && texts.first?.contains("type: refund") == true)
        #expect(texts.last?.contains("no local activity of this number") == true, "\(texts)")
    }

    @Test("A workflow that ends does not wait for local activities that nobody waits for")
    func abandoned() async throws {
        try await onThread { () throws -> Void in
            let server = FakeServer(
                TestProgram { run, program in
                    await withTaskGroup(of: Void.self) { group in
                        group.addTask { _ = try? await run.local("long", .abandon) }
                        group.addTask { _ = try? await run.local("short") }
                        await group.next()
                        group.cancelAll()
                    }
                    return "done"
                }
            )
            server.onLocal = { .end($0[$0.count - 1], nil) }
            server.work()
            #expect(server.isClosed)
            #expect(server.localStarts == 2)
            _ = try server.replay()
        }
    }
}
