//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore

extension StorageDriverConformance {
    static let claimChecks: [Check] = [
        Check("A claim without entries is refused") { driver in
            try await Self.refuses([:], by: driver)
        },
        Check("A claim of another driver is refused") { driver in
            try await Self.refuses(["place": "somewhere", "": "", "\u{0}": "\u{0}"], by: driver)
        },
        Check("A claim for an object that was never stored is refused") { driver in
            // Same shape as a real claim: every digit is another one.
            let real = try await Self.store([.sample(7, sizeInBytes: 700)], in: driver)[0]
            let digits = Dictionary(uniqueKeysWithValues: zip("0123456789abcdef", "123456789abcdef0"))
            let entries = real.entries.mapValues { value in String(value.map { digits[$0] ?? $0 }) }
            try Self.require(entries != real.entries, "the claim \(real) has nothing in it that tells objects apart")
            try await Self.refuses(StorageDriverClaim(entries), by: driver)
        },
        Check("A claim that was tampered with never yields what nobody stored") { driver in
            let payloads = [Payload.sample(8, sizeInBytes: 800), .sample(9, sizeInBytes: 900)]
            let claims = try await Self.store(payloads, in: driver)
            for (key, value) in claims[0].entries {
                for other in [nil, "", claims[1][key], value + "/../x", "../" + value, value + "\u{0}", "/etc/passwd"] {
                    var claim = claims[0]
                    claim[key] = other
                    try await Self.yieldsNothingElse(claim, than: payloads, from: driver)
                }
            }
        },
        Check("One claim that is refused fails the call") { driver in
            let claims = try await Self.store([.sample(10, sizeInBytes: 1_000)], in: driver)
            do {
                _ = try await Self.retrieve(claims + [[:]], from: driver)
            } catch is Failure {
                throw Failure("retrieve left out the claim that it refuses")
            } catch {
                return
            }
            throw Failure("retrieve returned a payload for a claim without entries")
        },
    ]

    private static func yieldsNothingElse(
        _ claim: StorageDriverClaim,
        than payloads: [Payload],
        from driver: any StorageDriver
    ) async throws {
        let found: [Payload]
        do {
            found = try await Self.retrieve([claim], from: driver)
        } catch let failure as Failure {
            throw failure
        } catch {
            return
        }
        try Self.require(payloads.contains(found[0]), "the claim \(claim) yields what was never stored")
    }
}
