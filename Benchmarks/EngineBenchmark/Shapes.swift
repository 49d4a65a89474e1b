//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageWire
import NIOCore

/// The messages that are measured: those on which the Go SDK's numbers were taken.
///
/// Made here field by field; ``Shapes/checks`` holds the sizes and SHA-256 digests of what Go wrote for the same shapes.
enum Shapes {
    static let workflowID = "bench-workflow-00000000-0000-0000-0000-000000000001"
    static let runID = "01998c1e-1111-7222-8333-444455556666"
    static let identity = "12345@worker-host-0001@"
    static let token = ByteBuffer(bytes: (0..<120).map { UInt8($0) })

    /// Size and digest of each input.
    static let checks: [(name: String, count: Int, sha256: String)] = [
        ("b1", 2_214, "4a6c7cdc80602554a99c7a6d1ae43b17575a265f8db25db522953824e62a396d"),
        ("b2mixed", 4_193_755, "7f20c364434655b6f0bf7e1e0373de3f615d4d6169dabb03bea6324a0538ba93"),
        ("b2dense", 4_166_399, "a65a43e4a607067fd3ff6e03ff562fc9214646f9739d4184774b7866ded19925"),
        ("b3", 5_243_094, "85d5528af5542c9ab79da70b96458031bf55a2703b1007945fa3325a1dd1b5de"),
        ("b5", 52_441_073, "392a3ac5980d069c7e41f8c0c14bbd854af96d58f2b53a7d5c7f547a5880ac67"),
    ]

    static func input(_ name: String) -> ByteBuffer {
        switch name {
        case "b1": self.completion(commands: 3, dataCount: 560)
        case "b2mixed": self.mixedTask()
        case "b2dense": self.denseTask(events: 500, dataCount: 8_240)
        case "b3": self.start(dataCount: 5_242_880)
        case "b5": self.completion(commands: 100, dataCount: 524_288)
        case "b6": self.denseTask(events: 100, dataCount: 524_288)
        default: preconditionFailure("no shape is named \(name)")
        }
    }

    // MARK: - Parts

    private static func message(_ build: (inout ByteBuffer) -> Void) -> ByteBuffer {
        var buffer = ByteBuffer()
        build(&buffer)
        return buffer
    }

    /// A `json/plain` payload; `seed` makes payloads differ.
    static func payload(_ dataCount: Int, seed: Int) -> ByteBuffer {
        var data = [UInt8](repeating: 0, count: dataCount)
        for index in data.indices { data[index] = UInt8(ascii: "a") + UInt8((7 * index + seed) % 26) }
        data[0] = UInt8(ascii: "\"")
        data[dataCount - 1] = UInt8(ascii: "\"")
        let digits = String(seed)
        let padded = String(repeating: "0", count: 8 - digits.utf8.count) + digits
        for (index, digit) in padded.utf8.enumerated() { data[1 + index] = digit }
        return self.message { payload in
            payload.writeField(
                1,
                bytes: self.message { entry in
                    entry.writeField(1, string: "encoding")
                    entry.writeField(2, string: "json/plain")
                }
            )
            payload.writeField(2, bytes: ByteBuffer(bytes: data))
        }
    }

    private static func payloads(_ dataCount: Int, seed: Int) -> ByteBuffer {
        self.message { $0.writeField(1, bytes: self.payload(dataCount, seed: seed)) }
    }

    private static func name(_ name: String) -> ByteBuffer { self.message { $0.writeField(1, string: name) } }

    private static func seconds(_ seconds: UInt64) -> ByteBuffer { self.message { $0.writeField(1, varint: seconds) } }

    private static let taskQueue = Self.message { queue in
        queue.writeField(1, string: "bench-task-queue")
        queue.writeField(2, varint: 1)
    }

    private static let execution = Self.message { execution in
        execution.writeField(1, string: Self.workflowID)
        execution.writeField(2, string: Self.runID)
    }

    private static let retryPolicy = Self.message { policy in
        policy.writeField(1, bytes: Self.seconds(1))
        policy.writeVarint(2 << 3 | 1)
        policy.writeInteger(Double(2).bitPattern, endianness: .little)
        policy.writeField(3, bytes: Self.seconds(100))
    }

    // MARK: - Messages

    /// A `RespondWorkflowTaskCompletedRequest` with one payload per command (B1, B5).
    private static func completion(commands: Int, dataCount: Int) -> ByteBuffer {
        self.message { request in
            request.writeField(1, bytes: self.token)
            for index in 0..<commands {
                request.writeField(2, bytes: self.message { $0.writeCommand(index, dataCount: dataCount) })
            }
            request.writeField(3, string: self.identity)
            request.writeField(7, string: "0123456789abcdef0123456789abcdef")
            request.writeField(9, string: "default")
        }
    }

    /// A `StartWorkflowExecutionRequest` (B3).
    private static func start(dataCount: Int) -> ByteBuffer {
        self.message { request in
            request.writeField(1, string: "default")
            request.writeField(2, string: self.workflowID)
            request.writeField(3, bytes: self.name("BenchWorkflow"))
            request.writeField(4, bytes: self.taskQueue)
            request.writeField(5, bytes: self.payloads(dataCount, seed: 0))
            request.writeField(6, bytes: ByteBuffer())
            request.writeField(7, bytes: ByteBuffer())
            request.writeField(8, bytes: self.seconds(10))
            request.writeField(9, string: self.identity)
            request.writeField(10, string: "7d9f6a58-9f0f-4f61-8f6b-0123456789ab")
            request.writeField(16, bytes: ByteBuffer())
        }
    }

    /// A `PollWorkflowTaskQueueResponse` around `events`.
    private static func task(_ events: [ByteBuffer]) -> ByteBuffer {
        self.message { response in
            response.writeField(1, bytes: self.token)
            response.writeField(2, bytes: self.execution)
            response.writeField(3, bytes: self.name("BenchWorkflow"))
            response.writeField(4, varint: 497)
            response.writeField(5, varint: 500)
            response.writeField(6, varint: 1)
            response.writeField(
                8,
                bytes: self.message { history in
                    for event in events { history.writeField(1, bytes: event) }
                }
            )
            response.writeField(11, bytes: self.taskQueue)
            response.writeField(12, bytes: self.seconds(1_780_000_000))
            response.writeField(13, bytes: self.seconds(1_780_000_001))
        }
    }

    private static func event(_ id: UInt64, type: UInt64, field: UInt32, _ attributes: ByteBuffer) -> ByteBuffer {
        self.message { event in
            event.writeField(1, varint: id)
            event.writeField(
                2,
                bytes: self.message { time in
                    time.writeField(1, varint: 1_780_000_000 + id)
                    time.writeField(2, varint: 123_456_789)
                }
            )
            event.writeField(3, varint: type)
            event.writeField(5, varint: 1_048_576 + id)
            event.writeField(field, bytes: attributes)
        }
    }

    private static func completed(_ id: UInt64, dataCount: Int, seed: Int, scheduled: UInt64, started: UInt64)
        -> ByteBuffer
    {
        self.event(
            id,
            type: 12,
            field: 17,
            self.message { attributes in
                attributes.writeField(1, bytes: self.payloads(dataCount, seed: seed))
                attributes.writeField(2, varint: scheduled)
                attributes.writeField(3, varint: started)
                attributes.writeField(4, string: self.identity)
            }
        )
    }

    private static func denseTask(events: Int, dataCount: Int) -> ByteBuffer {
        self.task(
            (0..<events).map { index in
                self.completed(
                    UInt64(index + 1),
                    dataCount: dataCount,
                    seed: index,
                    scheduled: UInt64(index),
                    started: UInt64(index + 1)
                )
            }
        )
    }

    private static func mixedTask() -> ByteBuffer {
        let dataCount = 24_840
        var events: [ByteBuffer] = []
        var id: UInt64 = 0
        func add(_ type: UInt64, _ field: UInt32, _ build: (inout ByteBuffer) -> Void) {
            id += 1
            events.append(self.event(id, type: type, field: field, self.message(build)))
        }
        func addTaskScheduled() {
            add(5, 10) { attributes in
                attributes.writeField(1, bytes: self.taskQueue)
                attributes.writeField(2, bytes: self.seconds(10))
                attributes.writeField(3, varint: 1)
            }
        }
        func addStarted(_ type: UInt64, _ field: UInt32, _ last: (inout ByteBuffer) -> Void) {
            let scheduled = id
            add(type, field) { attributes in
                attributes.writeField(1, varint: scheduled)
                attributes.writeField(2, string: self.identity)
                attributes.writeField(3, string: self.runID)
                last(&attributes)
            }
        }
        add(1, 6) { attributes in
            attributes.writeField(1, bytes: self.name("BenchWorkflow"))
            attributes.writeField(5, bytes: self.taskQueue)
            attributes.writeField(6, bytes: self.payloads(dataCount, seed: 0))
            attributes.writeField(7, bytes: ByteBuffer())
            attributes.writeField(8, bytes: ByteBuffer())
            attributes.writeField(9, bytes: self.seconds(10))
            attributes.writeField(14, string: self.runID)
            attributes.writeField(15, string: self.identity)
            attributes.writeField(16, string: self.runID)
            attributes.writeField(18, varint: 1)
            attributes.writeField(21, bytes: ByteBuffer())
            attributes.writeField(25, bytes: ByteBuffer())
            attributes.writeField(28, string: self.workflowID)
        }
        for group in 1...83 {
            addTaskScheduled()
            let historySize = 4_096 * (id + 1)
            addStarted(6, 11) { $0.writeField(5, varint: historySize) }
            add(7, 12) { attributes in
                attributes.writeField(1, varint: id - 1)
                attributes.writeField(2, varint: id)
                attributes.writeField(3, string: self.identity)
            }
            let taskCompleted = id
            add(10, 15) { attributes in
                attributes.writeActivity(
                    id: String(taskCompleted + 1),
                    input: self.payloads(dataCount, seed: 2 * group - 1),
                    inputField: 6,
                    firstTimeoutField: 7
                )
                attributes.writeField(11, varint: taskCompleted)
                attributes.writeField(12, bytes: self.retryPolicy)
            }
            addStarted(11, 16) { $0.writeField(4, varint: 1) }
            id += 1
            events.append(self.completed(id, dataCount: dataCount, seed: 2 * group, scheduled: id - 2, started: id - 1))
        }
        addTaskScheduled()
        return self.task(events)
    }

    fileprivate static let activityParts = (
        type: Self.name("BenchActivity"), queue: Self.taskQueue, minute: Self.seconds(60), policy: Self.retryPolicy
    )
    fileprivate static func activityInput(_ dataCount: Int, seed: Int) -> ByteBuffer {
        self.payloads(dataCount, seed: seed)
    }
}

extension ByteBuffer {
    /// The fields that a command and an event share for an activity.
    fileprivate mutating func writeActivity(
        id: String,
        input: ByteBuffer,
        inputField: UInt32,
        firstTimeoutField: UInt32
    ) {
        let parts = Shapes.activityParts
        self.writeField(1, string: id)
        self.writeField(2, bytes: parts.type)
        self.writeField(4, bytes: parts.queue)
        self.writeField(5, bytes: ByteBuffer())
        self.writeField(inputField, bytes: input)
        self.writeField(firstTimeoutField, bytes: ByteBuffer())
        self.writeField(firstTimeoutField + 1, bytes: ByteBuffer())
        self.writeField(firstTimeoutField + 2, bytes: parts.minute)
        self.writeField(firstTimeoutField + 3, bytes: ByteBuffer())
    }

    fileprivate mutating func writeCommand(_ index: Int, dataCount: Int) {
        var attributes = ByteBuffer()
        attributes.writeActivity(
            id: String(5 + 6 * index),
            input: Shapes.activityInput(dataCount, seed: index),
            inputField: 6,
            firstTimeoutField: 7
        )
        attributes.writeField(11, bytes: Shapes.activityParts.policy)
        self.writeField(1, varint: 1)
        self.writeField(2, bytes: attributes)
    }
}
