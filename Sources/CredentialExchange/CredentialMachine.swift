//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import AsyncHTTPClient
internal import NIOCore
internal import _NIOFileSystem

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The machine that a source of credentials runs on: everything outside of the process, and every clock.
package struct CredentialMachine: Sendable {
    /// The bytes of a file, or nil if there is no such file.
    package typealias ReadFile = @Sendable (_ path: String) async throws -> [UInt8]?

    /// The environment variables by name.
    package var environment: [String: String]
    package var readFile: ReadFile
    /// For services on the network.
    package var transport: any CredentialsTransport
    /// For addresses of the machine or container itself, which no HTTP proxy may see.
    package var localTransport: any CredentialsTransport
    package var commands: any CommandRunner
    package var clock: any Clock<Duration>
    /// Seconds since 1970-01-01T00:00:00Z.
    package var now: @Sendable () -> Int64
    /// A number in 0..<1.
    package var random: @Sendable () -> Double

    package init(
        environment: [String: String],
        readFile: @escaping ReadFile,
        transport: any CredentialsTransport,
        localTransport: any CredentialsTransport,
        commands: any CommandRunner,
        clock: any Clock<Duration>,
        now: @escaping @Sendable () -> Int64,
        random: @escaping @Sendable () -> Double
    ) {
        self.environment = environment
        self.readFile = readFile
        self.transport = transport
        self.localTransport = localTransport
        self.commands = commands
        self.clock = clock
        self.now = now
        self.random = random
    }

    /// This machine, and the variables of this process as they are now.
    ///
    /// - Parameters:
    ///   - transport: What reaches services on the network; nil for clients that all sources share, through the proxies
    ///     of the environment.
    ///   - now: Seconds since 1970-01-01T00:00:00Z.
    /// - Returns: The machine.
    package static func live(
        transport: (any CredentialsTransport)? = nil,
        now: @escaping @Sendable () -> Int64
    ) -> Self {
        let environment = ProcessInfo.processInfo.environment
        return Self(
            environment: environment,
            readFile: { try await Self.read($0) },
            transport: transport ?? HTTPClientTransport.routed(ProxySettings(environment)),
            localTransport: HTTPClientTransport.shared,
            commands: ShellCommandRunner(),
            clock: ContinuousClock(),
            now: now,
            random: { Double.random(in: 0..<1) }
        )
    }

    /// The largest file that is read is one mebibyte: what holds credentials is small.
    private static func read(_ path: String) async throws -> [UInt8]? {
        do {
            let bytes = try await ByteBuffer(contentsOf: FilePath(path), maximumSizeAllowed: .mebibytes(1))
            return Array(bytes.readableBytesView)
        } catch let error as FileSystemError where error.code == .notFound {
            return nil
        }
    }

    /// A variable's value without the white space around it; nil if nothing else is there.
    package func value(_ name: String) -> String? {
        guard let value = self.environment[name]?.trimmingSpace(), !value.isEmpty else { return nil }
        return value
    }

    /// The text of a file that has to be there.
    ///
    /// - Throws: ``CredentialsError``, which quotes nothing of the file; `CancellationError`.
    package func text(of path: String, source: String) async throws -> String {
        let bytes: [UInt8]?
        do {
            bytes = try await self.readFile(path)
        } catch {
            try Task.checkCancellation()
            throw CredentialsError(.unavailable, source: source, "\(path) could not be read", cause: error)
        }
        guard let bytes else {
            throw CredentialsError(.invalidConfiguration, source: source, "\(path): there is no such file")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CredentialsError(.invalidConfiguration, source: source, "\(path) is not UTF-8")
        }
        return text
    }

    /// Sends a request until there is an answer worth having.
    ///
    /// - Parameters:
    ///   - request: What is asked.
    ///   - source: Who asks, for errors.
    ///   - isLocal: Whether it goes to the machine itself.
    ///   - pauses: How long to wait before each repetition; each is cut by chance to half of it or more.
    ///   - isPassing: Whether an answer may be another one in a moment.
    /// - Returns: The last answer, whatever its status.
    /// - Throws: ``CredentialsError/Code/unavailable`` if no attempt was answered; `CancellationError`.
    package func send(
        _ request: CredentialsRequest,
        source: String,
        isLocal: Bool = false,
        pauses: [Duration] = [.seconds(1), .seconds(2)],
        isPassing: (CredentialsResponse) -> Bool = { [408, 429, 500, 502, 503, 504].contains($0.status) }
    ) async throws -> CredentialsResponse {
        let transport = isLocal ? self.localTransport : self.transport
        var pauses = pauses[...]
        while true {
            let pause = pauses.popFirst()
            do {
                let response = try await transport.send(request)
                guard pause != nil, isPassing(response) else { return response }
            } catch {
                try Task.checkCancellation()
                guard pause != nil else {
                    throw CredentialsError(
                        .unavailable,
                        source: source,
                        "no answer from \(request.url.authority) (\(type(of: error)))",
                        cause: error
                    )
                }
            }
            if let pause {
                let wait = pause * (0.5 + self.random() / 2)
                try await self.clock.sleep(for: wait)
            }
        }
    }
}

extension CredentialMachine: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "CredentialMachine(\(self.environment.count) variables)" }

    package var debugDescription: String { self.description }

    /// Shows nothing: variables may hold secrets, and so may the buffers of connections.
    package var customMirror: Mirror { Mirror(self, children: []) }
}

extension StringProtocol {
    /// Without blanks, tabs and line ends at either end.
    package func trimmingSpace() -> String {
        let isSpace = { (byte: UInt8) in byte == 0x20 || (0x09...0x0D).contains(byte) }
        let rest = Array(self.utf8.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
        // What is cut off are whole characters of ASCII: the rest is as good UTF-8 as the whole.
        return String(decoding: rest, as: UTF8.self)
    }
}
