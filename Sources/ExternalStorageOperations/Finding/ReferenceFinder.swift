//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import ExternalStorageCore
import ExternalStorageGRPC
package import ExternalStorageWire
package import NIOCore

/// Finds the references in what a server answered, and where each of them stands (ES-G1).
///
/// It looks in two ways. The engine's scan walks along all fields that can hold payloads, by the table that is generated
/// from the API. And because a server may know fields that the table does not, and keeps references inside of values of its
/// own, the bytes are searched for what every reference has in it. What is found by the search and cannot be read as a
/// reference is a problem: none is overlooked in silence.
///
/// Bytes in, references out; nothing waits but a codec, for references that are encoded.
package struct ReferenceFinder: Sendable {
    private let storage: ExternalStorage
    private let driverNames: Set<String>

    package init(storage: ExternalStorage) {
        self.storage = storage
        self.driverNames = Set(storage.drivers.map(\.name))
    }

    /// Finds the references in a message.
    ///
    /// Those of early previews count, whatever the configuration says: nothing is lost by keeping what they name.
    ///
    /// - Parameters:
    ///   - message: The serialized message.
    ///   - type: Its type; nil if messages of its type hold no payload that the table knows of.
    /// - Returns: What was found, in the order of the bytes, and what is not known.
    /// - Throws: `CancellationError`.
    package func find(in message: ByteBuffer, as type: MessageType?) async throws -> ReferenceFindings {
        var message = message
        var scan = PayloadScan()
        if let type {
            do {
                (message, scan) = try Self.scan(message, as: type)
            } catch {
                let text = "the answer of \(message.readableBytes) bytes is not a message of \(type.name): \(error)"
                return ReferenceFindings(problems: [ReadingProblem(.unreadable, text)])
            }
        }
        var findings = ReferenceFindings()
        var counts: [Int64?: Int] = [:]
        for site in scan.sites {
            var place = Self.place(of: site, in: scan, of: message, as: type)
            place.index = counts[place.eventID, default: 0]
            counts[place.eventID] = place.index + 1
            try await self.add(
                Payload(unchecked: message.slices([site.body])[0]),
                at: place,
                to: &findings
            )
        }
        try await self.addNested(in: message, sites: scan.sites.map(\.body), &counts, to: &findings)
        return findings
    }

    /// Looks at references that somebody gave.
    ///
    /// - Parameter payloads: References.
    /// - Returns: What they are, numbered in their order, and what is not known.
    /// - Throws: `CancellationError`.
    package func find(given payloads: [Payload]) async throws -> ReferenceFindings {
        var findings = ReferenceFindings()
        for (index, payload) in payloads.enumerated() {
            try await self.add(payload, at: ReferencePlace(path: "(given)", index: index), to: &findings)
        }
        return findings
    }

    /// Finds what the table knows nothing of, by what every reference has in it.
    private func addNested(
        in message: ByteBuffer,
        sites: [Range<Int>],
        _ counts: inout [Int64?: Int],
        to findings: inout ReferenceFindings
    ) async throws {
        // Both in the order of the bytes, so that a message of many references is gone through once.
        var rest = sites.sorted { $0.lowerBound < $1.lowerBound }[...]
        var known = 0
        for position in Self.suspiciousPositions(in: message) {
            while let site = rest.first, site.lowerBound <= position {
                known = max(known, site.upperBound)
                rest.removeFirst()
            }
            guard position >= known else { continue }
            let surroundings = NestedReferences.surroundings(of: position, in: message.readableBytesUInt8Span)
            var payloads: [Payload] = []
            if let reference = surroundings.reference {
                payloads = [Payload(unchecked: message.slices([reference])[0])]
            } else {
                let text = message.slices([surroundings.innermost])[0]
                payloads = NestedReferences.payloads(inJSON: text.readableBytesView)
            }
            var place = ReferencePlace(path: "(inside of a value, or in a field that is not known)", index: 0)
            place.eventID = NestedReferences.eventID(around: position, in: message.readableBytesUInt8Span)
            guard !payloads.isEmpty else {
                findings.problems.append(
                    ReadingProblem(
                        .unknownPlace,
                        """
                        something that looks like a storage reference, and cannot be read as one, stands at byte \
                        \(position) of an answer: in a field that this version does not know, or inside of a value
                        """,
                        at: place
                    )
                )
                continue
            }
            known = max(known, surroundings.innermost.upperBound)
            for payload in payloads {
                place.index = counts[place.eventID, default: 0]
                counts[place.eventID] = place.index + 1
                try await self.add(payload, at: place, to: &findings)
            }
        }
    }

    private func add(
        _ payload: Payload,
        at place: ReferencePlace,
        to findings: inout ReferenceFindings
    ) async throws {
        let reference: StorageReference
        do {
            reference = try await self.storage.reference(of: payload)
        } catch let error as CancellationError {
            throw error
        } catch {
            findings.problems.append(ReadingProblem(.undecodable, "\(error)", at: place))
            return
        }
        let size = payload.externalPayloadSizes.first.map { Int(clamping: $0) }
        findings.sightings.append(
            ReferenceSighting(reference: reference, claimedSizeInBytes: size, place: place, payload: payload)
        )
        guard !self.driverNames.contains(reference.driverName) else { return }
        let known = self.driverNames.sorted().joined(separator: ", ")
        findings.problems.append(
            ReadingProblem(
                .unregisteredDriver,
                "a reference names the driver \"\(reference.driverName)\"; registered here: \(known)",
                at: place
            )
        )
    }

    private static func scan(
        _ message: ByteBuffer,
        as type: MessageType
    ) throws(WireError) -> (ByteBuffer, PayloadScan) {
        let scanner = PayloadScanner(purpose: .resolve, readsLegacyReferences: true)
        let scan = try scanner.scan(message.readableBytesUInt8Span, as: type)
        guard scan.needsNormalization else { return (message, scan) }
        let normal = try MessageNormalizer.normalize(message.readableBytesUInt8Span, as: type)
        return (normal, try scanner.scan(normal.readableBytesUInt8Span, as: type))
    }

    // MARK: Places

    private static func place(
        of site: PayloadSite,
        in scan: PayloadScan,
        of message: ByteBuffer,
        as type: MessageType?
    ) -> ReferencePlace {
        let bytes = message.readableBytesUInt8Span
        var eventID: Int64?
        var names: [String] = []
        var parent = type
        for index in scan.enclosingFrames(of: site).map({ $0 }).reversed() {
            let frame = scan.frames[index]
            names.append(Self.name(frame.field, of: parent))
            if frame.type == .historyEvent {
                let id = (try? WireReader.lastVarint(1, in: frame.body, of: bytes)) ?? 0
                eventID = Int64(truncatingIfNeeded: id)
                names = []
            }
            if frame.type.name.hasSuffix("Entry"), let last = names.popLast() {
                let key = (try? WireReader.string(1, in: frame.body, of: bytes)) ?? ""
                names.append("\(last)[\"\(key)\"]")
            }
            parent = frame.type
        }
        if parent?.name.hasSuffix("Entry") != true { names.append(Self.name(site.field, of: parent)) }
        // The list inside of `Payloads` has the name of its type; it says nothing.
        if parent == .payloads { names.removeLast() }
        return ReferencePlace(eventID: eventID, path: names.joined(separator: "."), index: 0)
    }

    private static func name(_ field: UInt32, of type: MessageType?) -> String {
        type.flatMap { PayloadPaths.fieldName(field, of: $0) } ?? "#\(field)"
    }

    // MARK: What the table does not know

    /// What every reference has in it, as it stands in a message, and as it stands in JSON of a message.
    private static let needles: [ByteNeedle] = [
        // The value of an entry of the metadata: its tag, its length, its text.
        ByteNeedle([0x12, 44] + Array("temporal.api.sdk.v1.ExternalStorageReference".utf8)),
        ByteNeedle([0x12, 31] + Array("json/external-storage-reference".utf8)),
        // The key of one.
        ByteNeedle([0x0A, 37] + Array("__temporal_external_storage_reference".utf8)),
        // Base64 of the first two of them, without the end that depends on what follows.
        ByteNeedle(Array("dGVtcG9yYWwuYXBpLnNkay52MS5FeHRlcm5hbFN0b3JhZ2VSZWZlcmVuY".utf8)),
        ByteNeedle(Array("anNvbi9leHRlcm5hbC1zdG9yYWdlLXJlZmVyZW5jZ".utf8)),
        // The key in JSON: of an encoded reference nothing else can be read.
        ByteNeedle(Array(#""__temporal_external_storage_reference""#.utf8)),
    ]

    private static func suspiciousPositions(in message: ByteBuffer) -> [Int] {
        let bytes = message.readableBytesUInt8Span
        var positions: [Int] = []
        for needle in Self.needles { positions += needle.positions(in: bytes) }
        return positions.sorted()
    }
}
