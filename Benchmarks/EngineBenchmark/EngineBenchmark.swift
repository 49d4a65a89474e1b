//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AllocationCounter
import Crypto
import ExternalStorageCore
import ExternalStorageGRPC
import ExternalStorageWire
import Foundation
import Logging
import NIOCore
import SwiftProtobuf
import TemporalAPI

/// Measures the engine: one serialized message in, one serialized message out.
///
/// Every case is measured beside what the machine can do with the same bytes in the same run: copy them, hash them,
/// decode and encode them with SwiftProtobuf. Prints a table; `--json FILE` writes the numbers.
@main
struct EngineBenchmark {
    struct Case: Encodable {
        struct Yardsticks: Encodable {
            var memcpy: Double
            var sha256: Double
            var swiftProtobuf: Double
        }

        var name: String
        var nanoseconds: Double
        var allocations: Double
        var bytesAllocated: Double
        var peakBytes: Int
        var yardsticks: Yardsticks

        enum CodingKeys: String, CodingKey {
            case name = "case"
            case nanoseconds
            case allocations
            case bytesAllocated
            case peakBytes
            case yardsticks
        }
    }

    static func main() async throws {
        let arguments = CommandLine.arguments
        let engine = MessageEngine(storage: try Self.storage())
        try Self.checkShapes()
        var cases: [Case] = []
        for name in ["b1", "b2mixed", "b2dense", "b3", "b4", "b5", "b6", "b9"] {
            cases.append(try await Self.measure(name, engine: engine))
        }
        Self.printTable(cases)
        if let flag = arguments.firstIndex(of: "--json"), flag + 1 < arguments.count {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            try encoder.encode(cases).write(to: URL(fileURLWithPath: arguments[flag + 1]))
        }
    }

    /// No cache: every operation stores, hashes and retrieves.
    private static func storage() throws -> ExternalStorage {
        var configuration = ExternalStorage.Configuration()
        configuration.cache = .disabled
        configuration.requestSizeLimit = nil
        return try ExternalStorage(
            driver: MapDriver(),
            configuration: configuration,
            logger: Logger(label: "benchmark")
        )
    }

    private static func checkShapes() throws {
        for check in Shapes.checks {
            let input = Shapes.input(check.name)
            let digest = SHA256.hash(data: Array(input.readableBytesView))
            let hexadecimal = digest.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
            guard input.readableBytes == check.count, hexadecimal == check.sha256 else {
                throw ShapeMismatch(name: check.name, count: input.readableBytes)
            }
        }
    }

    struct ShapeMismatch: Error {
        var name: String
        var count: Int
    }

    private static func measure(_ name: String, engine: MessageEngine) async throws -> Case {
        let result: Measurement
        let input: ByteBuffer
        switch name {
        case "b9":
            // A reference with an S3 claim: written and read.
            let reference = Self.reference
            input = reference.payload(forStored: 5_242_900).serializedBytes
            result = try await Measurement.of {
                blackHole(reference.payload(forStored: 5_242_900))
                blackHole(try StorageReference(payload: Payload(serializedBytes: input)))
            }
        case "b1", "b3", "b5":
            input = Shapes.input(name)
            let type: MessageType = name == "b3" ? .startWorkflowExecutionRequest : .respondWorkflowTaskCompletedRequest
            result = try await Measurement.of { blackHole(try await engine.offload(input, as: type)) }
        case "b4":
            let stored = try await engine.offload(Shapes.input("b3"), as: .startWorkflowExecutionRequest)
            input = stored ?? ByteBuffer()
            result = try await Measurement.of {
                blackHole(try await engine.resolve(input, as: .startWorkflowExecutionRequest, namespace: "default"))
            }
        case "b6":
            let full = Shapes.input("b6")
            input = try await Self.withReferences(full, engine: engine)
            result = try await Measurement.of {
                blackHole(try await engine.resolve(input, as: .pollWorkflowTaskQueueResponse, namespace: "default"))
            }
        default:
            input = Shapes.input(name)
            result = try await Measurement.of {
                blackHole(try await engine.resolve(input, as: .pollWorkflowTaskQueueResponse, namespace: "default"))
            }
        }
        // The yardsticks work on the large form of a message: that is what is hashed and copied.
        let large = name == "b4" ? Shapes.input("b3") : name == "b6" ? Shapes.input("b6") : input
        return Case(
            name: name,
            nanoseconds: result.nanoseconds,
            allocations: result.allocations,
            bytesAllocated: result.bytesAllocated,
            peakBytes: Self.peakBytes(),
            yardsticks: try await Self.yardsticks(name, bytes: large)
        )
    }

    private static let reference = StorageReference(
        driverName: "aws.s3driver",
        claim: [
            "bucket": "bench-bucket",
            "key": """
            v0/ns/default/wt/BenchWorkflow/wi/\(Shapes.workflowID)/ri/\(Shapes.runID)/d/sha256/\
            \(String(repeating: "0123456789abcdef", count: 4))
            """,
            "hash_algorithm": "sha256",
            "hash_value": String(repeating: "0123456789abcdef", count: 4),
        ]
    )

    /// The same message with every payload stored: what a worker gets.
    private static func withReferences(_ message: ByteBuffer, engine: MessageEngine) async throws -> ByteBuffer {
        try await engine.offload(message, as: .pollWorkflowTaskQueueResponse) ?? message
    }

    private static func yardsticks(_ name: String, bytes: ByteBuffer) async throws -> Case.Yardsticks {
        let target = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.readableBytes, alignment: 64)
        defer { unsafe target.deallocate() }
        let memcpy = await Measurement.of {
            unsafe bytes.withUnsafeReadableBytes { unsafe target.copyMemory(from: $0) }
            blackHole(unsafe target[0])
        }
        let sha256 = await Measurement.of {
            unsafe bytes.withUnsafeReadableBytes { pointer in
                var hash = SHA256()
                unsafe hash.update(bufferPointer: pointer)
                blackHole(hash.finalize())
            }
        }
        let array = Array(bytes.readableBytesView)
        let swiftProtobuf = try await Measurement.of {
            switch name {
            case "b1", "b5":
                try Self.decodeAndEncode(
                    array,
                    Temporal_Api_Workflowservice_V1_RespondWorkflowTaskCompletedRequest.self
                )
            case "b3", "b4":
                try Self.decodeAndEncode(array, Temporal_Api_Workflowservice_V1_StartWorkflowExecutionRequest.self)
            case "b9": try Self.decodeAndEncode(array, Temporal_Api_Common_V1_Payload.self)
            default: try Self.decodeAndEncode(array, Temporal_Api_Workflowservice_V1_PollWorkflowTaskQueueResponse.self)
            }
        }
        return Case.Yardsticks(
            memcpy: memcpy.nanoseconds,
            sha256: sha256.nanoseconds,
            swiftProtobuf: swiftProtobuf.nanoseconds
        )
    }

    private static func decodeAndEncode(_ bytes: [UInt8], _ type: (some SwiftProtobuf.Message).Type) throws {
        let encoded: [UInt8] = try type.init(serializedBytes: bytes).serializedBytes()
        blackHole(encoded)
    }

    /// The largest resident size of the process so far, in bytes.
    private static func peakBytes() -> Int {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
            let kibibytes = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { return 0 }
        return kibibytes * 1_024
    }

    private static func printTable(_ cases: [Case]) {
        print("case      time           alloc   alloc'd B    ÷memcpy  ÷SHA-256  SwiftProtobuf÷")
        for row in cases {
            let time =
                row.nanoseconds < 10_000
                ? String(format: "%9.0f ns", row.nanoseconds) : String(format: "%9.1f µs", row.nanoseconds / 1_000)
            print(
                row.name.padding(toLength: 9, withPad: " ", startingAt: 0) + time
                    + String(
                        format: " %10.1f %11.0f %10.2f %9.3f %15.1f",
                        row.allocations,
                        row.bytesAllocated,
                        row.nanoseconds / row.yardsticks.memcpy,
                        row.nanoseconds / row.yardsticks.sha256,
                        row.yardsticks.swiftProtobuf / row.nanoseconds
                    )
            )
        }
    }
}
