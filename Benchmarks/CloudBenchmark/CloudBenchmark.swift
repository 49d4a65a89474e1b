//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageAzure
import ExternalStorageCore
import ExternalStorageGCS
import Foundation
import NIOCore

/// Runs one case of `Scripts/benchmark clouds` and prints its result as one line of JSON.
///
///     CloudBenchmark gcs|azure store|retrieve COUNT BYTES ROUNDS
///
/// The store is the one of the environment: STORAGE_EMULATOR_HOST and GCS_BUCKET, or AZURE_STORAGE_CONNECTION_STRING.
@main
struct CloudBenchmark {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 6, let count = Int(arguments[3]), let bytes = Int(arguments[4]),
            let rounds = Int(arguments[5]), let driver = try Self.driver(arguments[1])
        else { fatalError("usage: CloudBenchmark gcs|azure store|retrieve COUNT BYTES ROUNDS") }
        let isStore = arguments[2] == "store"
        let store = StorageDriverStoreContext(namespace: "benchmark", limiter: StorageLimiter(permits: 8))
        let retrieve = StorageDriverRetrieveContext(namespace: "benchmark", limiter: StorageLimiter(permits: 8))

        // One small round first, so that connections and code are warm.
        let warm = try await driver.store([Self.payload(bytes: 1024)], context: store)
        _ = try await driver.retrieve(warm, context: retrieve)
        let claims = isStore ? [] : try await driver.store(Self.payloads(count, bytes: bytes), context: store)
        var (seconds, processorSeconds, peak): ([Double], Double, Int) = ([], 0, 0)
        for _ in 0..<rounds {
            let batch = isStore ? Self.payloads(count, bytes: bytes) : []
            if seconds.isEmpty { Self.forgetPeak() }
            let (processorStart, start) = (Self.processorTime(), ContinuousClock.now)
            if isStore {
                _ = try await driver.store(batch, context: store)
            } else {
                let found = try await driver.retrieve(claims, context: retrieve)
                precondition(found.count == count)
            }
            seconds.append((ContinuousClock.now - start) / .seconds(1))
            processorSeconds += Self.processorTime() - processorStart
            peak = max(peak, Self.peak())
        }
        let fields: [String: Any] = ["seconds": seconds, "cpuSeconds": processorSeconds, "peakBytes": peak]
        let json = try JSONSerialization.data(withJSONObject: fields, options: [.sortedKeys])
        print(String(decoding: json, as: UTF8.self))
    }

    private static func driver(_ cloud: String) throws -> (any StorageDriver)? {
        switch cloud {
        case "gcs":
            var configuration = GCSStorageDriver.Configuration()
            configuration.payloadSizeLimit = 64 * 1024 * 1024
            return try GCSStorageDriver(
                bucket: ProcessInfo.processInfo.environment["GCS_BUCKET"] ?? "payloads",
                configuration: configuration
            )
        case "azure":
            var configuration = AzureStorageDriver.Configuration()
            configuration.payloadSizeLimit = 64 * 1024 * 1024
            return try AzureStorageDriver(container: "payloads", configuration: configuration)
        default: return nil
        }
    }

    private static func payloads(_ count: Int, bytes: Int) -> [Payload] {
        (0..<count).map { _ in Self.payload(bytes: bytes) }
    }

    /// About so many bytes, random and different in every call: nothing is in the store already, and nothing compresses.
    private static func payload(bytes: Int) -> Payload {
        // The system's generator would make a call of the kernel for every eight bytes.
        var state = UInt64.random(in: 0...UInt64.max)
        var data = ByteBuffer()
        data.reserveCapacity(bytes)
        for _ in 0..<max(1, (bytes - 64) / 8) {
            state &+= 0x9e37_79b9_7f4a_7c15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
            data.writeInteger(mixed ^ (mixed >> 31))
        }
        return Payload(metadata: ["encoding": Array("binary/plain".utf8)], data: data)
    }

    /// Lets the peak begin anew, so that what was done before is not counted.
    ///
    /// Where the kernel does not permit it, the peak is that of the process from its start.
    private static func forgetPeak() {
        try? FileHandle(forWritingAtPath: "/proc/self/clear_refs")?.write(contentsOf: Data("5".utf8))
    }

    /// The peak of resident memory, in bytes.
    private static func peak() -> Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return (line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0) * 1024
    }

    /// The processor time of this process so far, in seconds: what a busy machine changes least.
    private static func processorTime() -> Double {
        var time = timespec()
        // A valid pointer to a local, for the length of the call.
        _ = unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
