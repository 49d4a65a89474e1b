//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Foundation

/// A file that goes when it is no longer needed, also after a failure in the middle.
struct TemporaryFile {
    let path: String
    private let handle: FileHandle

    /// Creates an empty file for as long as `body` runs.
    static func with<Result>(_ body: (TemporaryFile) async throws -> Result) async throws -> Result {
        let path = NSTemporaryDirectory() + "stored-pipeline-\(UUID().uuidString)"
        guard FileManager.default.createFile(atPath: path, contents: nil) else { throw CocoaError(.fileWriteUnknown) }
        defer { try? FileManager.default.removeItem(atPath: path) }
        let handle = try FileHandle(forWritingTo: URL(filePath: path))
        defer { try? handle.close() }
        return try await body(TemporaryFile(path: path, handle: handle))
    }

    func append(_ bytes: [UInt8]) throws {
        try self.handle.write(contentsOf: Data(bytes))
    }

    /// Writes bytes that look random, the same every time, and returns their checksum.
    func fill(sizeInBytes: Int) throws -> Checksum {
        var (checksum, state, rest): (Checksum, UInt64, Int) = (Checksum(), 1, sizeInBytes)
        while rest > 0 {
            var block: [UInt8] = []
            block.reserveCapacity(1_048_576)
            while block.count < min(rest, 1_048_576) {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                for shift in stride(from: 0, to: 64, by: 8) { block.append(UInt8(truncatingIfNeeded: state >> shift)) }
            }
            block.removeLast(block.count - min(rest, block.count))
            try self.append(block)
            checksum.add(block)
            rest -= block.count
        }
        return checksum
    }
}
