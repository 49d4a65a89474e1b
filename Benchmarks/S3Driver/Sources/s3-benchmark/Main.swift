//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AWSSigning
import ExternalStorageCore
import ExternalStorageS3
import Foundation
import NIOCore
import Synchronization

/// Counts requests on their way to the store.
final class CountingClient: S3Client {
    let client: S3HTTPClient
    private let count = Mutex(0)
    var requests: Int { self.count.withLock { $0 } }

    init(_ client: S3HTTPClient) { self.client = client }

    func put(_ request: S3PutRequest) async throws -> S3PutOutcome {
        self.count.withLock { $0 += 1 }
        return try await self.client.put(request)
    }
    func get(_ request: S3GetRequest) async throws -> S3GetResult {
        self.count.withLock { $0 += 1 }
        return try await self.client.get(request)
    }
    func head(bucket: String, key: String) async throws -> S3ObjectInfo? {
        self.count.withLock { $0 += 1 }
        return try await self.client.head(bucket: bucket, key: key)
    }
    func describe(bucket: String) -> [(name: String, value: String)] { self.client.describe(bucket: bucket) }
}

/// Payloads whose serialized form has so many bytes, random and different in every call: nothing is in the store
/// already, and nothing compresses.
func payloads(_ count: Int, bytes: Int) throws -> [Payload] {
    // The system's generator would make a call of the kernel for every eight bytes.
    var state = UInt64.random(in: 0...UInt64.max)
    func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
    return try (0..<count).map { _ in
        // What stands before the data: the metadata, and its length in four bytes, as any of 2 to 256 MiB would have it.
        var payload = Payload(metadata: ["encoding": Array("binary/plain".utf8)], data: ByteBuffer()).serializedBytes
        let size = bytes - payload.readableBytes - 5
        payload.reserveCapacity(bytes)
        payload.writeInteger(UInt8(0x12))
        for place in 0..<4 {
            let bits = UInt8(truncatingIfNeeded: size >> (7 * place)) & 0x7f
            payload.writeInteger(place < 3 ? bits | 0x80 : bits)
        }
        for _ in 0..<(size / 8) { payload.writeInteger(next()) }
        payload.writeRepeatingByte(0, count: size % 8)
        return try Payload(serializedBytes: payload)
    }
}

/// Gives back memory that is free and lets the peak begin anew, so that what was done before is not counted.
func forgetPeak() {
    // Glibc's, if it is there; no module declares it.
    if let symbol = dlsym(nil, "malloc_trim") {
        _ = unsafeBitCast(symbol, to: (@convention(c) (Int) -> CInt).self)(0)
    }
    // Where the kernel does not permit it, the peak is that of the process from its start.
    try? FileHandle(forWritingAtPath: "/proc/self/clear_refs")?.write(contentsOf: Data("5".utf8))
}

/// The peak of resident memory, in bytes.
func peak() -> Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return (line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0) * 1024
}

/// The processor time of the server so far, in seconds, if its process is named in the environment.
func serverTime() -> Double {
    let id = ProcessInfo.processInfo.environment["SERVER_PID"] ?? ""
    let text = (try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8)) ?? ""
    // After the name in parentheses: user and system time are the 12th and 13th field, in ticks.
    let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
    guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return 0 }
    return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
}

/// The processor time of this process so far, in seconds: what a busy machine changes least.
func processorTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// Runs one case and prints its result as one line of JSON.
///
///     s3-benchmark store|retrieve COUNT BYTES ROUNDS
@main
struct Main {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 5, let count = Int(arguments[2]), let bytes = Int(arguments[3]),
            let rounds = Int(arguments[4])
        else { fatalError("usage: s3-benchmark store|retrieve COUNT BYTES ROUNDS") }
        let environment = ProcessInfo.processInfo.environment
        let client = CountingClient(
            S3HTTPClient(
                configuration: .init(region: "us-east-1", endpointURL: environment["S3_ENDPOINT"]),
                credentials: StaticAWSCredentialsProvider(
                    AWSCredentials(
                        accessKeyID: environment["AWS_ACCESS_KEY_ID"] ?? "",
                        secretAccessKey: environment["AWS_SECRET_ACCESS_KEY"] ?? ""
                    )
                )
            )
        )
        var configuration = S3StorageDriver.Configuration()
        configuration.payloadSizeLimit = 64 * 1024 * 1024
        let driver = try S3StorageDriver(
            bucket: .fixed(environment["S3_BUCKET"] ?? "payloads"),
            client: client,
            configuration: configuration
        )
        let permits = Int(environment["PERMITS"] ?? "") ?? 8
        let store = StorageDriverStoreContext(namespace: "benchmark", limiter: StorageLimiter(permits: permits))
        let retrieve = StorageDriverRetrieveContext(namespace: "benchmark", limiter: StorageLimiter(permits: permits))

        // One small round first, so that connections and code are warm.
        let warm = try await driver.store(payloads(1, bytes: 1024), context: store)
        _ = try await driver.retrieve(warm, context: retrieve)
        var seconds: [Double] = []
        var processorSeconds = 0.0
        var serverSeconds = 0.0
        var requests = 0
        var peaks = 0
        let isStore = arguments[1] == "store"
        let claims = isStore ? [] : try await driver.store(payloads(count, bytes: bytes), context: store)
        for _ in 0..<rounds {
            let batch = isStore ? try payloads(count, bytes: bytes) : []
            if seconds.isEmpty { forgetPeak() }
            let before = client.requests
            let (processorStart, serverStart, start) = (processorTime(), serverTime(), ContinuousClock.now)
            if isStore {
                _ = try await driver.store(batch, context: store)
            } else {
                let found = try await driver.retrieve(claims, context: retrieve)
                precondition(found.count == count)
            }
            let elapsed = ContinuousClock.now - start
            seconds.append(Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18)
            processorSeconds += processorTime() - processorStart
            serverSeconds += serverTime() - serverStart
            requests = client.requests - before
            peaks = max(peaks, peak())
        }
        let fields: [String: Any] = [
            "seconds": seconds,
            "cpuSeconds": processorSeconds,
            "serverCpuSeconds": serverSeconds,
            "requests": requests,
            "peakBytes": peaks,
        ]
        let json = try JSONSerialization.data(withJSONObject: fields, options: [.sortedKeys])
        print(String(decoding: json, as: UTF8.self))
    }
}
