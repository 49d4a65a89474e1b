//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import ExternalStorageOperations
import Foundation
import NIOCore
import Testing

@Suite("Files of marks")
struct HashSetTests {
    private func hash(_ number: Int) -> PayloadDigest { PayloadDigest(hashing: ByteBuffer(string: "\(number)")) }

    private func withDirectory(_ body: (StateDirectory) throws -> Void) throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "marks-\(UUID().uuidString)").path()
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(StateDirectory(path: path))
    }

    @Test("ES-G1 what was written is found, and nothing else", arguments: [0, 1, 2, 127, 128, 129, 5_000])
    func lookup(count: Int) throws {
        try self.withDirectory { directory in
            try HashSetBuilder.write((0..<count).map(self.hash), to: "marks", in: directory)
            let file = try HashSetFile("marks", in: directory)
            #expect(file.count == count)
            for number in 0..<count { #expect(try file.contains(self.hash(number))) }
            for number in count..<count + 500 { #expect(try !file.contains(self.hash(number))) }
        }
    }

    @Test("Hashes that are not spread evenly are found as well")
    func uneven() throws {
        try self.withDirectory { directory in
            let hashes = (0..<3_000).compactMap { number in
                let tail = String(number, radix: 16)
                return PayloadDigest(hexadecimal: String(repeating: "f", count: 64 - tail.count) + tail)
            }
            try HashSetBuilder.write(hashes, to: "marks", in: directory)
            let file = try HashSetFile("marks", in: directory)
            for hash in hashes { #expect(try file.contains(hash)) }
            #expect(try !file.contains(self.hash(1)))
        }
    }

    @Test("Many files make one, each hash once, in several rounds")
    func merge() throws {
        try self.withDirectory { directory in
            var names: [String] = []
            for part in 0..<150 {
                let name = "part-\(part)"
                // Neighbours overlap.
                try HashSetBuilder.write((part * 10..<part * 10 + 15).map(self.hash), to: name, in: directory)
                names.append(name)
            }
            try HashSetBuilder.merge(names, to: "all", in: directory)
            let file = try HashSetFile("all", in: directory)
            #expect(file.count == 150 * 10 + 5)
            for number in 0..<1_505 { #expect(try file.contains(self.hash(number))) }
            #expect(try directory.fileNames().count == 151)
        }
    }

    @Test("ES-G1 a file that was cut short is an error, not fewer marks")
    func damaged() throws {
        try self.withDirectory { directory in
            try directory.write(ByteBuffer(repeating: 1, count: 33), to: "marks")
            #expect(throws: OperationsError.self) { try HashSetFile("marks", in: directory) }
            #expect(throws: OperationsError.self) { try HashSetBuilder.merge(["marks"], to: "all", in: directory) }
            #expect(try directory.read("all") == nil)
        }
    }

    @Test("ES-G1 a file that lost its end is an error wherever it was cut, and so is an empty one, and another's")
    func cut() throws {
        try self.withDirectory { directory in
            try HashSetBuilder.write((0..<300).map(self.hash), to: "written", in: directory)
            try HashSetBuilder.merge(["written"], to: "merged", in: directory)
            let whole = try #require(try directory.read("written"))
            #expect(try directory.read("merged") == whole)
            for length in [0, 32, 4_096, whole.readableBytes - 32, whole.readableBytes - 1] {
                try directory.write(try #require(whole.getSlice(at: 0, length: length)), to: "cut")
                #expect(throws: OperationsError.self, "\(length)") { try HashSetFile("cut", in: directory) }
                #expect(throws: OperationsError.self) { try HashSetBuilder.merge(["cut"], to: "all", in: directory) }
            }
            // Hashes are missing in the middle, and the end is there.
            var torn = try #require(whole.getSlice(at: 0, length: 64))
            torn.writeImmutableBuffer(try #require(whole.getSlice(at: whole.readableBytes - 32, length: 32)))
            try directory.write(torn, to: "cut")
            #expect(throws: OperationsError.self) { try HashSetFile("cut", in: directory) }
            #expect(try HashSetFile("merged", in: directory).count == 300)
        }
    }
}
