//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import ExternalStorageCore

/// Codecs one after another: encoding goes from the last to the first, decoding from the first to the last, as in the
/// Go SDK.
struct CodecChain: Sendable {
    var codecs: [any PayloadCodec]

    var isEmpty: Bool { self.codecs.isEmpty }

    /// - Throws: ``RequestFailure``; `CancellationError`.
    func encode(_ payloads: [Payload]) async throws -> [Payload] {
        var payloads = payloads
        guard !payloads.isEmpty else { return payloads }
        for codec in self.codecs.reversed() {
            payloads = try await Self.run("encode", payloads) { try await codec.encode($0) }
        }
        return payloads
    }

    /// - Throws: ``RequestFailure``; `CancellationError`.
    func decode(_ payloads: [Payload]) async throws -> [Payload] {
        var payloads = payloads
        guard !payloads.isEmpty else { return payloads }
        for codec in self.codecs {
            payloads = try await Self.run("decode", payloads) { try await codec.decode($0) }
        }
        return payloads
    }

    private static func run(
        _ verb: String,
        _ payloads: [Payload],
        _ codec: ([Payload]) async throws -> [Payload]
    ) async throws -> [Payload] {
        let results: [Payload]
        do {
            results = try await codec(payloads)
        } catch let error as CancellationError {
            throw error
        } catch {
            throw RequestFailure.codecFailed(verb, detail: String(reflecting: error))
        }
        guard results.count == payloads.count else {
            throw RequestFailure.codecFailed(
                verb,
                detail: "a codec returned \(results.count) payloads for \(payloads.count)"
            )
        }
        return results
    }
}
