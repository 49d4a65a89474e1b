//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import BufferTransport
import ExternalStorageGRPC
import ExternalStorageWire
import GRPCCore
import NIOCore
import NIOPosix
import TemporalTransport

/// Asks the server who it is, and what it says of the namespace.
struct TemporalCheck {
    var settings: ProxySettings
    var namespace: String

    /// - Throws: ``CommandError`` if the certificates cannot be used; `CancellationError`.
    func run(_ examination: Examination) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        var settings = self.settings
        settings.upstreamConnections = 1
        let transport = try settings.upstream(on: group)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await transport.connect() }
            do {
                try await self.ask(transport, examination)
            } catch let error as CancellationError {
                throw error
            } catch {
                examination.bad("server", "\(self.settings.target) answers what is no answer: \(error)")
            }
            transport.beginGracefulShutdown()
            tasks.cancelAll()
            // What ends a connection that is not needed any more is no news.
            while let result = await tasks.nextResult() { _ = result }
        }
        try? await group.shutdownGracefully()
    }

    private func ask(_ transport: some UnaryTransport, _ examination: Examination) async throws {
        do {
            let system = try await self.call(transport, "GetSystemInfo", ByteBuffer())
            let version = try Self.text(1, in: system)
            examination.good("server", "\(self.settings.target), version \(version.isEmpty ? "unknown" : version)")
        } catch let error as RPCError {
            examination.bad(
                "server",
                "\(self.settings.target): \(error.message) (\(error.code)); \(Self.advice(error))"
            )
            return
        }
        var request = ByteBuffer()
        // DescribeNamespaceRequest.namespace
        request.writeInteger(UInt8(0x0A))
        request.writeVarint(UInt64(self.namespace.utf8.count))
        request.writeString(self.namespace)
        do {
            let answer = try await self.call(transport, "DescribeNamespace", request)
            let info = try Self.message(1, in: answer)
            let limits = try Self.message(8, in: info)
            let retention = try Self.number(1, in: Self.message(1, in: Self.message(2, in: answer)))
            examination.good("namespace", "\(self.namespace), retention \(retention / 86_400) days")
            let blob = try Self.number(1, in: limits)
            guard blob > 0 else {
                examination.doubtful(
                    "limits",
                    "the server does not say what it takes; 2 MiB per payload is its default"
                )
                return
            }
            let memo = try Self.number(2, in: limits)
            let text = "\(blob) bytes per payload, \(memo) bytes per memo"
            if blob < 2 * 1_048_576 - 65_536 {
                examination.doubtful(
                    "limits",
                    "\(text): less than the default of 2 MiB; set requestPartSizeLimit in the section storage to less"
                )
            } else {
                examination.good("limits", text)
            }
        } catch let error as RPCError {
            let advice =
                error.code == .notFound
                ? "create it (temporal operator namespace create), or name another with --namespace"
                : Self.advice(error)
            examination.bad("namespace", "\(self.namespace): \(error.message) (\(error.code)); \(advice)")
        }
    }

    private func call<Transport: UnaryTransport>(
        _ transport: Transport,
        _ method: String,
        _ request: ByteBuffer
    ) async throws -> ByteBuffer {
        var options = CallOptions.defaults
        options.timeout = .seconds(10)
        options.waitForReady = false
        let service = ServiceDescriptor(fullyQualifiedService: "temporal.api.workflowservice.v1.WorkflowService")
        let response = try await transport.unary(
            MethodDescriptor(service: service, method: method, type: .unary),
            TransportMessage(request).bytes,
            metadata: [:],
            options: options,
            opened: {}
        )
        let message = TransportMessage(bytes: response)
        return message.slices([0..<message.count])[0]
    }

    private static func advice(_ error: RPCError) -> String {
        switch error.code {
        case .unavailable: "check --target, that the server runs, and whether it wants TLS (--target-tls)"
        case .deadlineExceeded: "it did not answer in 10 s; check --target, and firewalls on the way"
        case .unauthenticated, .permissionDenied: "the server wants a client certificate (--target-tls-cert) or a token"
        default: "check --target"
        }
    }

    private static func message(_ number: UInt32, in bytes: ByteBuffer) throws -> ByteBuffer {
        let span = bytes.readableBytesUInt8Span
        guard let range = try WireReader.lastBytes(number, in: 0..<span.count, of: span) else { return ByteBuffer() }
        return bytes.getSlice(at: bytes.readerIndex + range.lowerBound, length: range.count) ?? ByteBuffer()
    }

    private static func text(_ number: UInt32, in bytes: ByteBuffer) throws -> String {
        String(buffer: try Self.message(number, in: bytes))
    }

    private static func number(_ number: UInt32, in bytes: ByteBuffer) throws -> Int {
        let span = bytes.readableBytesUInt8Span
        return Int(clamping: try WireReader.lastVarint(number, in: 0..<span.count, of: span))
    }
}
