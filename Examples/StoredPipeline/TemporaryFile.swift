//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Crypto
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

    func append(_ bytes: Data) throws {
        try self.handle.write(contentsOf: bytes)
    }

    /// Writes bytes of which no two blocks are the same, and returns what they hash to so far.
    func fill(sizeInBytes: Int) throws -> SHA256 {
        var (hash, block, rest): (SHA256, Data, Int) = (SHA256(), Data(count: 1_048_576), sizeInBytes)
        while rest > 0 {
            let number = Data("block \(rest)".utf8)
            block.replaceSubrange(0..<number.count, with: number)
            let bytes = block.prefix(rest)
            try self.append(bytes)
            hash.update(data: bytes)
            rest -= bytes.count
        }
        return hash
    }
}
