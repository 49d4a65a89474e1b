//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Finds the payloads of a message without decoding it.
///
/// A subtree that cannot hold a payload is skipped by its length, and so is one that is too short for a payload
/// of the size that is looked for. What is not protobuf is an error, never a wrong site; inside of a bytes field it is a
/// string of bytes like any other (``EmbeddedMessage``).
package struct PayloadScanner: Sendable {
    /// What is looked for.
    package enum Purpose: Hashable, Sendable {
        /// Payloads of at least so many serialized bytes that may be stored: no references (ES-W7), nothing that
        /// has to stay inline (ES-C5). The size is at least 1: an entirely empty payload has nothing to store.
        case offload(minimumSize: Int)
        /// References (ES-W2).
        case resolve
    }

    /// How deep messages may be nested: as deep as Go's reader goes; those of C++ and Java stop at 100.
    package static let depthLimit = 10_000

    /// How many messages a walk enters one inside of the other before it puts one off: a stack has an end.
    static let recursionLimit = 200

    package var purpose: Purpose
    /// Whether the tokens of tasks are sites too.
    package var findsTaskTokens: Bool
    /// Whether references of early previews are references (ES-W5).
    package var readsLegacyReferences: Bool

    package init(purpose: Purpose, findsTaskTokens: Bool = false, readsLegacyReferences: Bool = false) {
        self.purpose = purpose
        self.findsTaskTokens = findsTaskTokens
        self.readsLegacyReferences = readsLegacyReferences
    }

    /// Scans one message.
    ///
    /// - Parameters:
    ///   - bytes: The whole message.
    ///   - type: Its type.
    /// - Returns: The sites in the order of the bytes.
    /// - Throws: ``WireError`` if the bytes that were looked at are not protobuf.
    /// - Complexity: O(*n*) in the number of fields on the way to payloads; independent of the size of payloads.
    package func scan(_ bytes: Span<UInt8>, as type: MessageType) throws(WireError) -> PayloadScan {
        guard bytes.count <= Int(Int32.max) else { throw WireError(.tooLarge, at: Int(Int32.max)) }
        var walk = Walk(scanner: self)
        try walk.message(bytes, 0..<bytes.count, type: type, frame: -1, depth: 0)
        try walk.messagesPutOff(bytes)
        walk.dropFramesThatHeldNothing()
        return walk.scan
    }
}

extension PayloadScanner {
    /// The state of one scan.
    private struct Walk {
        let table = PayloadPaths.table
        /// The smallest payload that is looked for.
        let minimumSize: Int
        let isOffload: Bool
        let findsTaskTokens: Bool
        let readsLegacyReferences: Bool
        var scan = PayloadScan()
        /// How many of the frames count; those behind them held nothing, and their places are taken again.
        private var frameCount = 0
        /// Messages that stand too deep for the stack, in frames of their own.
        private var putOff: [PutOff] = []

        private struct PutOff {
            var field: WireField
            var type: MessageType
            var frame: Int32
            var depth: Int
            var skipsNil: Bool
        }

        init(scanner: PayloadScanner) {
            self.findsTaskTokens = scanner.findsTaskTokens
            self.readsLegacyReferences = scanner.readsLegacyReferences
            switch scanner.purpose {
            case .offload(let minimumSize):
                self.isOffload = true
                self.minimumSize = max(1, minimumSize)
            case .resolve:
                self.isOffload = false
                self.minimumSize = PayloadTraits.smallestReference
            }
        }

        mutating func dropFramesThatHeldNothing() {
            while self.scan.frames.count > self.frameCount { self.scan.frames.removeLast() }
        }

        /// Walks through the messages that were put off, and those that are met there.
        mutating func messagesPutOff(_ bytes: Span<UInt8>) throws(WireError) {
            guard !self.putOff.isEmpty else { return }
            while let next = self.putOff.popLast() {
                try self.message(
                    bytes,
                    next.field.body,
                    type: next.type,
                    frame: next.frame,
                    depth: next.depth,
                    skipsNil: next.skipsNil
                )
            }
            self.scan.sites.sort { $0.lengthStart < $1.lengthStart }
        }

        mutating func message(
            _ bytes: Span<UInt8>,
            _ range: Range<Int>,
            type: MessageType,
            frame: Int32,
            depth: Int,
            skipsNil: Bool = false
        ) throws(WireError) {
            guard depth < PayloadScanner.depthLimit else { throw WireError(.tooDeep, at: range.lowerBound) }
            // Singular fields by their row, and oneofs by their number, of which a member was seen.
            var (seen, seenOneofs): (UInt64, UInt64) = (0, 0)
            var isSystemOperation: Bool?
            let fields = self.table.fields(of: type)
            var reader = WireReader(range)
            while let field = try reader.next(in: bytes) {
                guard field.type == .lengthDelimited, let row = fields[field.number] else { continue }
                if !row.isRepeated {
                    let (bit, oneof) = (1 &<< row.ordinal, row.oneofBit)
                    if seen & bit != 0 || seenOneofs & oneof != 0 { self.scan.needsNormalization = true }
                    seen |= bit
                    seenOneofs |= oneof
                }
                if row.kind == PayloadPaths.Kind.clears.rawValue { continue }
                if row.kind == PayloadPaths.Kind.taskToken.rawValue {
                    if self.findsTaskTokens { self.append(field, kind: .taskToken, traits: [], frame: frame) }
                    continue
                }
                if self.isOffload, row.isReadOnly { continue }
                // A task is entered for its token, however short it is.
                if field.count < self.minimumSize, self.isOffload || !row.leadsToToken { continue }
                switch row.kind {
                case PayloadPaths.Kind.message.rawValue:
                    if field.bodyEnd < bytes.count { Self.fetch(bytes[field.bodyEnd]) }
                    try self.enter(
                        field,
                        as: row.child,
                        in: frame,
                        depth: depth,
                        of: bytes,
                        skipsNil: skipsNil || row.skipsNil
                    )
                case PayloadPaths.Kind.payload.rawValue:
                    let site = try self.payload(
                        field,
                        of: bytes,
                        in: range,
                        type: type,
                        frame: frame,
                        depth: depth,
                        isSystemOperation: &isSystemOperation
                    )
                    guard let traits = site else { continue }
                    if skipsNil, self.isOffload {
                        guard try !self.meansNil(field.body, traits: traits, of: bytes) else { continue }
                    }
                    self.append(field, kind: .payload, traits: traits, frame: frame)
                case PayloadPaths.Kind.anyValue.rawValue:
                    let value = try EmbeddedMessage(inAny: field.body, of: bytes, depth: depth + 1)
                    try self.enter(value, in: field, as: .anyValue, frame: frame, of: bytes)
                default:
                    let history = try EmbeddedMessage(inBlob: field.body, of: bytes, depth: depth + 1)
                    try self.enter(history, in: field, as: .dataBlob, frame: frame, of: bytes)
                }
            }
        }

        /// Asks memory for the byte behind a message before the message is read: behind a payload it is in no cache, and it
        /// is there by the time that it is needed.
        @inline(never)
        @_optimize(none)
        private static func fetch(_ byte: UInt8) {}

        @inline(__always)
        private mutating func append(_ field: WireField, kind: PayloadSite.Kind, traits: PayloadTraits, frame: Int32) {
            self.scan.sites.append(
                PayloadSite(
                    kind: kind,
                    traits: traits,
                    field: field.number,
                    frame: frame,
                    lengthStart: field.lengthStart,
                    bodyStart: field.bodyStart,
                    bodyEnd: field.bodyEnd
                )
            )
        }

        /// Scans a message inside another; its frame stays only if something was found in it.
        @inline(__always)
        private mutating func enter(
            _ field: WireField,
            as type: MessageType,
            in frame: Int32,
            depth: Int,
            of bytes: Span<UInt8>,
            skipsNil: Bool = false
        ) throws(WireError) {
            let (count, index) = (self.found, self.push(field, type: type, parent: frame))
            guard (depth + 1) % PayloadScanner.recursionLimit != 0 else {
                return self.putOff.append(
                    PutOff(field: field, type: type, frame: index, depth: depth + 1, skipsNil: skipsNil)
                )
            }
            try self.message(bytes, field.body, type: type, frame: index, depth: depth + 1, skipsNil: skipsNil)
            self.popFrame(unlessFoundSince: count)
        }

        /// How much was found; what was put off may hold something.
        @inline(__always)
        private var found: Int { self.scan.sites.count &+ self.putOff.count }

        @inline(__always)
        private mutating func push(_ field: WireField, type: MessageType, parent: Int32) -> Int32 {
            let index = self.frameCount
            let frame = PayloadFrame(
                type: type,
                field: field.number,
                parent: parent,
                start: field.start,
                lengthStart: field.lengthStart,
                bodyStart: field.bodyStart,
                bodyEnd: field.bodyEnd
            )
            if index < self.scan.frames.count {
                self.scan.frames[index] = frame
            } else {
                self.scan.frames.append(frame)
            }
            self.frameCount += 1
            return Int32(truncatingIfNeeded: index)
        }

        @inline(__always)
        private mutating func popFrame(unlessFoundSince count: Int) {
            guard self.found == count else { return }
            // The frames inside have gone the same way, so that this is the last one.
            self.frameCount -= 1
        }

        /// The traits of a payload if it is what is looked for; an envelope is entered instead.
        @inline(__always)
        private mutating func payload(
            _ field: WireField,
            of bytes: Span<UInt8>,
            in message: Range<Int>,
            type: MessageType,
            frame: Int32,
            depth: Int,
            isSystemOperation: inout Bool?
        ) throws(WireError) -> PayloadTraits? {
            let traits = try PayloadTraits(of: bytes, in: field.body)
            if traits.isReference || (self.readsLegacyReferences && traits.contains(.legacyReference)) {
                return self.isOffload ? nil : traits
            }
            var isEnvelope = traits.contains(.systemEnvelope)
            if !isEnvelope {
                // Once per message, however many payloads are in it.
                if isSystemOperation == nil {
                    isSystemOperation = try EmbeddedMessage.isSystemOperation(
                        CollectionOfOne(message),
                        as: type,
                        of: bytes,
                        table: self.table
                    )
                }
                isEnvelope = isSystemOperation == true
            }
            if isEnvelope {
                let request = try EmbeddedMessage(inEnvelope: field.body, of: bytes, depth: depth + 1)
                try self.enter(request, in: field, as: .payload, frame: frame, of: bytes)
                return nil
            }
            return self.isOffload ? traits : nil
        }

        /// Whether the server takes the payload for "remove this key": nil, or no bytes, or an empty JSON list.
        @inline(never)
        private func meansNil(
            _ payload: Range<Int>,
            traits: PayloadTraits,
            of bytes: Span<UInt8>
        ) throws(WireError) -> Bool {
            if traits.contains(.null) { return true }
            guard let data = try WireReader.lastBytes(2, in: payload, of: bytes) else { return true }
            return data.isEmpty || bytes.equals("[]", in: data) || bytes.equals("null", in: data)
        }

        /// Scans a message that stands serialized in a bytes field of `outer`; what surrounds it stays.
        @inline(never)
        private mutating func enter(
            _ embedded: EmbeddedMessage?,
            in outer: WireField,
            as type: MessageType,
            frame: Int32,
            of bytes: Span<UInt8>
        ) throws(WireError) {
            // What is no message, or of a type that is not in the table, holds no payload that anybody knows of.
            guard let embedded else { return }
            let (count, index) = (self.found, self.push(outer, type: type, parent: frame))
            try self.enter(embedded.field, as: embedded.type, in: index, depth: embedded.depth - 1, of: bytes)
            self.popFrame(unlessFoundSince: count)
        }
    }
}
