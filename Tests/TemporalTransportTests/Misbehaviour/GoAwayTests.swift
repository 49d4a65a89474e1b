//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import BufferTransport
import GRPCCore
import NIOCore
import RawHTTP2
import Testing

@testable import TemporalTransport

@Suite("Servers that end connections and refuse calls", .timeLimit(.minutes(1)))
struct GoAwayTests {
    /// One call at a time.
    private static let single = [(RawFrame.Setting.maxConcurrentStreams, UInt32(1))]

    @Test("ES-R3 Calls that wait for room go to the next connection; the one under way is finished where it is")
    func waiting() async throws {
        try await Outcome.withRawServer { server, transport in
            try await withThrowingTaskGroup(of: Outcome.self) { group in
                for number in 0..<5 { group.addTask { await Outcome.unary(transport, [UInt8(number)]) } }
                let old = try await server.next(settings: Self.single)
                let first = try await old.call()
                old.goAway(last: first.stream)
                let new = try await server.next()
                for _ in 0..<4 {
                    let call = try await new.call()
                    new.answer(call.stream, [9])
                }
                old.answer(first.stream, [8])
                var answers: [UInt8] = []
                for try await outcome in group { answers += outcome.message ?? [] }
                #expect(answers.sorted() == [8, 9, 9, 9, 9])
            }
        }
    }

    @Test("ES-R3 A server that ends its connection in two steps loses no call")
    func graceful() async throws {
        try await Outcome.withRawServer { server, transport in
            async let first = Outcome.unary(transport)
            let old = try await server.next()
            let call = try await old.call()
            old.goAway(last: Int(Int32.max))
            // Only the next connection takes it, although the old one is open.
            let new = try await server.next()
            async let second = Outcome.unary(transport)
            let next = try await new.call()
            old.goAway(last: call.stream)
            new.answer(next.stream, [2])
            #expect(await second.message == [2])
            old.answer(call.stream, [1])
            #expect(await first.message == [1])
            // Nothing is left on it.
            await old.untilClosed()
        }
    }

    /// How far a call has come when the server says that it does not look at it.
    enum Point: CaseIterable {
        case headers
        case halfOfBody
        case whole
    }

    @Test(
        "ES-R3 A call that the server has not looked at is made again, whole, wherever it was",
        arguments: Point.allCases
    )
    func unprocessed(point: Point) async throws {
        var habits = RawConnection.Habits()
        habits.growsWindows = point == .whole
        try await Outcome.withRawServer(habits: habits) { server, transport in
            let message = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
            async let outcome = Outcome.unary(transport, message, metadata: ["key": "value"])
            let old = try await server.next()
            switch point {
            case .headers: _ = try await old.next(.headers)
            case .halfOfBody: _ = try await old.next(.data)
            case .whole: _ = try await old.call()
            }
            old.goAway(last: 0)
            let new = try await server.next()
            new.window(1_000_000)
            let headers = try await new.next(.headers)
            new.window(1_000_000, on: headers.stream)
            #expect(headers.field("key") == "value")
            #expect(try await new.body(on: headers.stream) == RawConnection.message(message))
            new.answer(headers.stream, [3])
            #expect(await outcome.message == [3])
        }
    }

    @Test("ES-R3 A refused call is tried once more, and not for ever")
    func refused() async throws {
        try await Outcome.withRawServer { server, transport in
            async let first = Outcome.unary(transport)
            let connection = try await server.next()
            let call = try await connection.call()
            connection.reset(call.stream, 7)
            let again = try await connection.call()
            #expect(again.stream > call.stream)
            connection.answer(again.stream, [1])
            #expect(await first.message == [1])

            async let second = Outcome.unary(transport)
            for _ in 0..<2 { connection.reset(try await connection.call().stream, 7) }
            let outcome = await second
            #expect(outcome.code == .unavailable)
            #expect(outcome.text.contains("refused"))
        }
    }

    @Test("ES-R6 A call that is tried again tells the server of the time that is left")
    func timeLeft() async throws {
        try await Outcome.withRawServer { server, transport in
            async let outcome = Outcome.unary(transport, metadata: ["grpc-timeout": "50S"])
            let connection = try await server.next()
            let call = try await connection.call()
            try await Task.sleep(for: .milliseconds(40))
            connection.reset(call.stream, 7)
            let again = try await connection.call()
            let left = try #require(again.field("grpc-timeout").flatMap { GRPCTimeout.duration($0) })
            #expect(left <= .seconds(50) - .milliseconds(40))
            connection.answer(again.stream, [1])
            #expect(await outcome.message == [1])
        }
    }

    @Test("ES-R3 A call that waits when its connection is lost goes to the next")
    func lost() async throws {
        try await Outcome.withRawServer { server, transport in
            async let first = Outcome.begin(transport)
            let old = try await server.next(settings: Self.single)
            _ = try await old.call()
            let second = try await Outcome.begin(transport)
            old.close()
            let new = try await server.next()
            let call = try await new.call()
            new.answer(call.stream, [2])
            #expect(try await Outcome(of: first).code == .unavailable)
            #expect(await Outcome(of: second).message == [2])
        }
    }

    @Test("ES-R3 A stream that has said nothing yet, or little, moves as well")
    func streams() async throws {
        try await Outcome.withRawServer { server, transport in
            async let received = transport.withStream(
                descriptor: LoopbackTests.descriptor,
                options: .defaults
            ) { stream, _ in
                try await stream.outbound.write(.metadata(["key": "value"]))
                try await stream.outbound.write(.message(BufferBytes([1])))
                try await stream.outbound.write(.message(BufferBytes([2])))
                await stream.outbound.finish()
                for try await case .message(let bytes) in stream.inbound { return bytes == BufferBytes([9]) }
                return false
            }
            let old = try await server.next()
            _ = try await old.next(.headers)
            old.goAway(last: 0)
            let new = try await server.next()
            let headers = try await new.next(.headers)
            var whole = RawConnection.message([1])
            whole.writeImmutableBuffer(RawConnection.message([2]))
            #expect(try await new.body(on: headers.stream) == whole)
            new.answer(headers.stream, [9])
            #expect(try await received)
        }
    }

    @Test("ES-R3 An answer that is under way is finished after the server has said goodbye")
    func answerUnderWay() async throws {
        try await Outcome.withRawServer { server, transport in
            async let outcome = Outcome.unary(transport)
            let connection = try await server.next()
            let call = try await connection.call()
            connection.headers(RawConnection.responseHeaders, on: call.stream)
            connection.goAway(last: call.stream)
            connection.data(RawConnection.message([1, 2, 3]), on: call.stream)
            connection.headers([("grpc-status", "0")], on: call.stream, endsStream: true)
            #expect(await outcome.message == [1, 2, 3])
        }
    }

    @Test("ES-R3 A shutdown finishes calls that wait for room, too")
    func shutdown() async throws {
        try await Outcome.withRawServer { server, transport in
            async let first = Outcome.begin(transport)
            let connection = try await server.next(settings: Self.single)
            let call = try await connection.call()
            let second = try await Outcome.begin(transport)
            transport.beginGracefulShutdown()
            connection.answer(call.stream, [1])
            let next = try await connection.call()
            connection.answer(next.stream, [2])
            #expect(try await Outcome(of: first).message == [1])
            #expect(await Outcome(of: second).message == [2])
        }
    }

    /// Codes of HTTP/2, and what they mean for a call that had no deadline.
    private static let codes: [(UInt32, Status.Code)] = [
        (0, .internalError), (1, .internalError), (2, .internalError), (3, .internalError), (4, .internalError),
        (5, .internalError), (6, .internalError), (8, .unavailable), (9, .internalError), (10, .internalError),
        (11, .resourceExhausted), (12, .permissionDenied), (13, .internalError), (99, .internalError),
    ]

    @Test("ES-R1 A reset of any code ends its call alone")
    func resets() async throws {
        try await Outcome.withRawServer { server, transport in
            async let other = Outcome.unary(transport)
            let connection = try await server.next()
            let waiting = try await connection.call()
            for (code, status) in Self.codes {
                async let outcome = Outcome.unary(transport)
                connection.reset(try await connection.call().stream, code)
                let ended = await outcome
                #expect(ended.code == status, "\(code): \(ended.text)")
            }
            connection.answer(waiting.stream, [1])
            #expect(await other.message == [1])
        }
    }

    @Test("ES-R3 A server that gives up a call at its deadline means the deadline", arguments: [true, false])
    func cancelledAtDeadline(isPast: Bool) async throws {
        try await Outcome.withRawServer { server, transport in
            // As the sidecar forwards it: the server keeps the time.
            async let outcome = Outcome.unary(transport, metadata: ["grpc-timeout": isPast ? "50m" : "30S"])
            let connection = try await server.next()
            let call = try await connection.call()
            try await Task.sleep(for: .milliseconds(80))
            connection.reset(call.stream, 8)
            #expect(await outcome.code == (isPast ? .deadlineExceeded : .unavailable))
        }
    }

    @Test("A server that takes connections and closes them is not asked in a hot loop", arguments: [true, false])
    func acceptAndClose(withSettings: Bool) async throws {
        try await Outcome.withRawServer { server, transport in
            let start = ContinuousClock.now
            var count = 0
            for await connection in server.connections {
                count += 1
                if withSettings { connection.settings() }
                connection.close()
                if ContinuousClock.now - start > .milliseconds(900) { break }
            }
            // 0, 0.2, 0.52, 1.03: with a fifth of chance each.
            #expect(count <= 5, "\(count)")
        }
    }
}
