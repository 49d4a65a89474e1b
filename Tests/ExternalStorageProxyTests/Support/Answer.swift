//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore

/// What a caller got.
struct Answer: Sendable {
    var initialMetadata: Metadata?
    var messages: [[UInt8]] = []
    var status = Status(code: .unknown, message: "no status came")
    var trailers: Metadata = [:]
}

extension ClientTransport {
    /// Makes a call with any number of messages.
    ///
    /// - Throws: The transport's error if no stream could be opened.
    @concurrent
    func call(
        _ method: String,
        _ messages: [[UInt8]] = [[1]],
        metadata: Metadata = [:],
        waitForReady: Bool = true
    ) async throws -> Answer {
        let descriptor = MethodDescriptor(fullyQualifiedService: "test.Service", method: method)
        var options = CallOptions.defaults
        options.maxRequestMessageBytes = 64 * 1_048_576
        options.maxResponseMessageBytes = 64 * 1_048_576
        options.waitForReady = waitForReady
        return try await self.withStream(descriptor: descriptor, options: options) { stream, _ in
            try await stream.outbound.write(.metadata(metadata))
            do {
                for message in messages { try await stream.outbound.write(.message(Bytes(message))) }
            } catch {
                // Answered before all was sent: the rest has nowhere to go, and the answer is there to be read.
                if Task.isCancelled { throw error }
            }
            await stream.outbound.finish()
            return try await Answer(stream.inbound)
        }
    }
}

extension Answer {
    init<Bytes: GRPCContiguousBytes>(_ inbound: RPCAsyncSequence<RPCResponsePart<Bytes>, any Error>) async throws {
        for try await part in inbound {
            switch part {
            case .metadata(let metadata): self.initialMetadata = metadata
            case .message(let bytes): self.messages.append(unsafe bytes.withUnsafeBytes { unsafe Array($0) })
            case .status(let status, let metadata):
                self.status = status
                self.trailers = metadata
            }
        }
    }
}

extension Metadata {
    /// The values of a key as text, in order.
    func strings(_ key: String) -> [String] { Array(self[stringValues: key]) }

    /// The values of a key as bytes, in order.
    func binaries(_ key: String) -> [[UInt8]] { Array(self[binaryValues: key]) }
}
