//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageWire

/// What is uploaded for one message: which payloads, by which driver, for which target.
///
/// Pure.
struct StorePlan: Sendable {
    /// A payload and the driver that it goes to, as an index into the registry.
    struct Choice: Hashable, Sendable {
        var item: Int
        var driver: Int
    }

    /// One call of a driver's `store`.
    struct Call: Sendable {
        var driver: Int
        var target: StorageDriverTarget?
        /// No two are equal.
        var payloads: [Payload] = []
        /// For every payload, the items of the message that it stands for.
        var items: [[Int]] = []
    }

    /// A payload that needs no call: it was stored a short time ago.
    struct Known: Sendable {
        var item: Int
        var driver: Int
        var claim: StorageDriverClaim
        var sizeInBytes: Int
    }

    private(set) var calls: [Call] = []
    private(set) var known: [Known] = []

    /// The payloads that are offered to the selector, in the order of the message.
    ///
    /// At or above the threshold, or marked for storage because of the size of the request (ES-P1). Neither references
    /// (ES-W7) nor envelopes of system Nexus operations (ES-C4): their metadata is looked at only if they are large
    /// enough.
    static func candidates(
        _ items: [ExternalStorage.StoreItem],
        configuration: ExternalStorage.Configuration
    ) -> [Int] {
        items.indices.filter { index in
            let item = items[index]
            guard item.ignoresThreshold || item.payload.sizeInBytes >= configuration.threshold.sizeInBytes else {
                return false
            }
            let traits = item.payload.traits
            let isReference =
                traits.isReference || (traits.contains(.legacyReference) && configuration.readsLegacyReferences)
            return !isReference && !traits.contains(.systemEnvelope)
        }
    }

    /// Groups the chosen payloads by driver and target (ES-P2); equal payloads of a group become one.
    ///
    /// - Parameters:
    ///   - choices: What was chosen.
    ///   - items: The message.
    ///   - payloads: The payloads of the choices, with digests as far as they are known.
    ///   - recent: The claims of the choices that were stored a short time ago (ES-P10).
    init(
        _ choices: [Choice],
        of items: [ExternalStorage.StoreItem],
        payloads: [Payload],
        recent: [StorageDriverClaim?]
    ) {
        struct Group: Hashable {
            var driver: Int
            var target: StorageDriverTarget?
        }
        struct Upload: Hashable {
            var call: Int
            var payload: PayloadIdentity
        }
        var callIndices: [Group: Int] = [:]
        var uploads: [Upload: Int] = [:]
        for (index, choice) in choices.enumerated() {
            let payload = payloads[index]
            if let claim = recent[index] {
                let size = payload.sizeInBytes
                self.known.append(Known(item: choice.item, driver: choice.driver, claim: claim, sizeInBytes: size))
                continue
            }
            let group = Group(driver: choice.driver, target: items[choice.item].target)
            let call = callIndices[group] ?? self.calls.count
            if call == self.calls.count {
                callIndices[group] = call
                self.calls.append(Call(driver: group.driver, target: group.target))
            }
            let upload = Upload(call: call, payload: PayloadIdentity(payload: payload))
            if let known = uploads[upload] {
                self.calls[call].items[known].append(choice.item)
            } else {
                uploads[upload] = self.calls[call].payloads.count
                self.calls[call].payloads.append(payload)
                self.calls[call].items.append([choice.item])
            }
        }
    }
}

/// Tells payloads apart by size and digest where the digest is known, without looking at all bytes again.
private struct PayloadIdentity: Hashable {
    let payload: Payload

    static func == (left: Self, right: Self) -> Bool {
        guard left.payload.sizeInBytes == right.payload.sizeInBytes else { return false }
        guard left.payload.hasDigest, right.payload.hasDigest else { return left.payload == right.payload }
        return left.payload.digest == right.payload.digest
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(self.payload.sizeInBytes)
        // Payloads of one plan all have digests or none has. Many of the same size must not end up in one bucket.
        if self.payload.hasDigest { hasher.combine(self.payload.digest) }
    }
}
