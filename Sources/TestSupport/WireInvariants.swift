//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageWire
import NIOCore

/// What holds for every message, whatever its bytes: the fuzzer's oracle, and that of the tests of its findings.
package enum WireInvariants {
    /// A violation; the fuzzer stops at the first one.
    package struct Violation: Error, CustomStringConvertible {
        package var description: String
    }

    /// Checks one input: two bytes choose the type and the way to scan, the rest is the message.
    ///
    /// - Throws: ``Violation`` if the engine is wrong. Input that is not protobuf is not a violation.
    package static func check(_ input: [UInt8]) throws(Violation) {
        let bytes = input.span
        try self.check(bytes)
    }

    private static func check(_ input: Span<UInt8>) throws(Violation) {
        guard input.count >= 2 else { return }
        let type = MessageType(rawValue: (UInt16(input[0]) | UInt16(input[1] & 0x3) << 8) % self.typeCount)
        let message = input.extracting(2..<input.count)
        let purposes: [PayloadScanner.Purpose] =
            switch input[1] >> 2 & 3 {
            case 0: [.offload(minimumSize: 1)]
            case 1: [.offload(minimumSize: 16)]
            default: [.resolve]
            }
        for purpose in purposes {
            let scanner = PayloadScanner(
                purpose: purpose,
                findsTaskTokens: input[1] & 0x10 != 0,
                readsLegacyReferences: input[1] & 0x20 != 0
            )
            try self.check(message, as: type, by: scanner)
        }
    }

    private static let typeCount = PayloadPaths.typeCount

    private static func check(_ message: Span<UInt8>, as type: MessageType, by scanner: PayloadScanner)
        throws(Violation)
    {
        // What nobody can read may be an error; what can be read is none, whatever the bytes inside of it claim to be.
        let isReadable = MessageCheck.isReadable(0..<message.count, as: type, of: message, depth: 0)
        let scan: PayloadScan
        do throws(WireError) {
            scan = try scanner.scan(message, as: type)
        } catch {
            if isReadable { throw Violation(description: "the scan of a message failed: \(error)") }
            return
        }
        try self.checkOrder(scan, count: message.count)
        if scan.needsNormalization {
            try self.checkNormalization(message, as: type, by: scanner, isReadable: isReadable)
        } else {
            try self.checkSplicing(message, scan, as: type, isReadable: isReadable)
        }
    }

    /// Sites and frames lie within what encloses them, and sites follow each other.
    private static func checkOrder(_ scan: PayloadScan, count: Int) throws(Violation) {
        var end = 0
        for site in scan.sites {
            let outer = site.frame < 0 ? 0..<count : scan.frames[Int(site.frame)].body
            guard site.lengthStart >= end, site.bodyStart >= site.lengthStart, site.bodyEnd >= site.bodyStart,
                outer.lowerBound <= site.lengthStart, site.bodyEnd <= outer.upperBound
            else { throw Violation(description: "a site lies outside of its frame: \(site)") }
            end = site.bodyEnd
        }
        for (index, frame) in scan.frames.enumerated() {
            let outer = frame.parent < 0 ? 0..<count : scan.frames[Int(frame.parent)].body
            guard frame.parent < index, outer.lowerBound <= frame.start, frame.bodyEnd <= outer.upperBound else {
                throw Violation(description: "a frame lies outside of its parent: \(frame)")
            }
        }
    }

    /// Nothing replaced is the identity; and what is put in place of a site is found there again.
    private static func checkSplicing(
        _ message: Span<UInt8>,
        _ scan: PayloadScan,
        as type: MessageType,
        isReadable: Bool
    ) throws(Violation) {
        let nothing = [ByteBuffer?](repeating: nil, count: scan.sites.count)
        var whole = ByteBuffer()
        whole.write(message, in: 0..<message.count)
        guard try self.splice(message, scan, nothing) == whole else {
            throw Violation(description: "splicing nothing changed the message")
        }
        let replacements = scan.sites.map { $0.kind == .payload ? Self.reference : nil }
        let spliced = try self.splice(message, scan, replacements)
        let expected = replacements.count { $0 != nil }
        let again: PayloadScan
        do throws(WireError) {
            again = try PayloadScanner(purpose: .resolve).scan(spliced.readableBytesUInt8Span, as: type)
        } catch {
            // A part that the first scan skipped by its length may be malformed; the second one looks into all parts.
            if isReadable { throw Violation(description: "the scan of a spliced message failed: \(error)") }
            return
        }
        let found = again.sites.count { site in
            var body = ByteBuffer()
            body.write(spliced.readableBytesUInt8Span, in: site.body)
            return body == Self.reference
        }
        guard found >= expected else {
            throw Violation(description: "of \(expected) references that were put in, \(found) were found")
        }
    }

    /// The normal form is a message, has nothing left to normalize, and keeps what holds for every message.
    private static func checkNormalization(
        _ message: Span<UInt8>,
        as type: MessageType,
        by scanner: PayloadScanner,
        isReadable: Bool
    ) throws(Violation) {
        let normal: ByteBuffer
        let scan: PayloadScan
        do throws(WireError) {
            normal = try MessageNormalizer.normalize(message, as: type)
            scan = try scanner.scan(normal.readableBytesUInt8Span, as: type)
        } catch {
            if isReadable { throw Violation(description: "a message has no normal form: \(error)") }
            return
        }
        if scan.needsNormalization { throw Violation(description: "the normal form is not normal") }
        try self.checkNormalForm(normal.readableBytesUInt8Span, scan, as: type, isReadable: isReadable)
    }

    private static func checkNormalForm(
        _ normal: Span<UInt8>,
        _ scan: PayloadScan,
        as type: MessageType,
        isReadable: Bool
    ) throws(Violation) {
        let isStillReadable = MessageCheck.isReadable(0..<normal.count, as: type, of: normal, depth: 0)
        guard isStillReadable || !isReadable else { throw Violation(description: "the normal form cannot be read") }
        try self.checkOrder(scan, count: normal.count)
        try self.checkSplicing(normal, scan, as: type, isReadable: isStillReadable)
    }

    private static func splice(
        _ message: Span<UInt8>,
        _ scan: PayloadScan,
        _ replacements: [ByteBuffer?]
    ) throws(Violation) -> ByteBuffer {
        do throws(WireError) {
            return try PayloadSplicer(scan: scan, replacements: replacements, sourceCount: message.count).splice(
                message
            )
        } catch {
            throw Violation(description: "splicing failed: \(error)")
        }
    }

    private static let reference: ByteBuffer = {
        var payload = ByteBuffer()
        for (key, value) in [
            ("encoding", "json/protobuf"), ("messageType", "temporal.api.sdk.v1.ExternalStorageReference"),
        ] {
            var entry = ByteBuffer()
            entry.writeField(1, string: key)
            entry.writeField(2, string: value)
            payload.writeField(1, bytes: entry)
        }
        payload.writeField(2, string: "{}")
        return payload
    }()
}
