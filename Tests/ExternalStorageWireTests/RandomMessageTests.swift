//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageWire
import Foundation
import NIOCore
import Testing

/// Random messages of every type in the table, with the truth that a reflective walk over their decoded form found.
///
/// The committed sample is small; `Scripts/test` makes a large one with a new seed and names it in the environment.
@Suite("Random messages")
struct RandomMessageTests {
    @Test("ES-C1 ES-C2 The scan finds exactly the payloads that a reflective walk finds, and splicing means replacing")
    func truth() throws {
        let environment = ProcessInfo.processInfo.environment
        let path = environment["EXTERNAL_STORAGE_RANDOM_MESSAGES"] ?? Self.sample
        let corpus = try RandomMessages(contentsOf: path)
        #expect(corpus.cases.count >= 300)
        var results = ByteBuffer()
        var wrong: [String] = []
        for (index, testCase) in corpus.cases.enumerated() {
            let outcome: (spliced: ByteBuffer, reason: String?)
            do {
                outcome = try Self.run(testCase, replacement: corpus.replacement)
            } catch {
                outcome = (testCase.message, "\(error)")
            }
            if let reason = outcome.reason { wrong.append("case \(index), \(testCase.type): \(reason)") }
            results.writeInteger(UInt32(outcome.spliced.readableBytes), endianness: .little)
            results.writeImmutableBuffer(outcome.spliced)
        }
        #expect(wrong.isEmpty, "\(wrong.count) of \(corpus.cases.count): \(wrong.prefix(5).joined(separator: "; "))")
        if let output = environment["EXTERNAL_STORAGE_RANDOM_RESULTS"] {
            // The cases whose bytes are not canonical are compared by decoding, in Scripts/lib/random_messages.py.
            try Data(results.readableBytesView).write(to: URL(fileURLWithPath: output))
        }
    }

    private static let sample = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appending(path: "../Vectors/messages/sample.bin").standardizedFileURL.path

    private static func run(
        _ testCase: RandomMessages.Case,
        replacement: ByteBuffer
    ) throws -> (spliced: ByteBuffer, reason: String?) {
        guard let type = MessageType(name: testCase.type) else {
            let reason = testCase.payloads.isEmpty ? nil : "not in the table, but holds payloads"
            return (testCase.message, reason)
        }
        let scanner = PayloadScanner(purpose: testCase.isOffload ? .offload(minimumSize: 1) : .resolve)
        var message = testCase.message
        var scan = try message.scan(scanner, as: type)
        if scan.needsNormalization {
            if testCase.isCanonical { return (message, "a canonical message needs no normal form") }
            message = try MessageNormalizer.normalize(message.readableBytesUInt8Span, as: type)
            scan = try message.scan(scanner, as: type)
            if scan.needsNormalization { return (message, "the normal form is not normal") }
        }
        let spliced = try message.spliced(scan, scan.sites.map { _ in replacement })
        guard scan.sites.count == testCase.payloads.count else {
            return (spliced, "found \(scan.sites.count) payloads, there are \(testCase.payloads.count)")
        }
        if try message.spliced(scan, scan.sites.map { _ in nil }) != message {
            return (spliced, "splicing nothing changed the message")
        }
        guard testCase.isCanonical else { return (spliced, nil) }
        let found = message.bodies(scan).map { Array($0.readableBytesView) }.sorted { $0.lexicographicallyPrecedes($1) }
        if found != testCase.payloads { return (spliced, "found other payloads") }
        return (spliced, spliced == testCase.replaced ? nil : "the spliced message is another one")
    }
}

/// A file of random messages; `Tests/Vectors/messages/SOURCE.txt` has the format.
private struct RandomMessages {
    struct Case {
        var type: String
        var isOffload: Bool
        var isCanonical: Bool
        var message: ByteBuffer
        /// Sorted as bytes.
        var payloads: [[UInt8]]
        var replaced: ByteBuffer
    }

    struct Malformed: Error {}

    let replacement: ByteBuffer
    let cases: [Case]

    init(contentsOf path: String) throws {
        var buffer = ByteBuffer(bytes: try Data(contentsOf: URL(fileURLWithPath: path)))
        guard buffer.readString(length: 8) == "TESMSG01" else { throw Malformed() }
        self.replacement = try buffer.readBlob()
        let count = try buffer.read(UInt32.self)
        self.cases = try (0..<count).map { _ in
            let nameLength = Int(try buffer.read(UInt16.self))
            guard let name = buffer.readString(length: nameLength) else { throw Malformed() }
            let (direction, flags) = (try buffer.read(UInt8.self), try buffer.read(UInt8.self))
            let message = try buffer.readBlob()
            let payloads = try (0..<(try buffer.read(UInt32.self))).map { _ in
                Array(try buffer.readBlob().readableBytesView)
            }
            return Case(
                type: name,
                isOffload: direction == 0,
                isCanonical: flags == 1,
                message: message,
                payloads: payloads,
                replaced: try buffer.readBlob()
            )
        }
    }
}

extension ByteBuffer {
    fileprivate mutating func read<Value: FixedWidthInteger>(_ type: Value.Type) throws -> Value {
        guard let value = self.readInteger(endianness: .little, as: type) else { throw RandomMessages.Malformed() }
        return value
    }

    fileprivate mutating func readBlob() throws -> ByteBuffer {
        guard let blob = self.readSlice(length: Int(try self.read(UInt32.self))) else {
            throw RandomMessages.Malformed()
        }
        return blob
    }
}
