//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// How files are read and, for the one kind that is refreshed, written.
public protocol AWSFiles: Sendable {
    /// The bytes of a file.
    ///
    /// - Parameter path: Where it lies.
    /// - Returns: All of it, or nil if there is no such file.
    /// - Throws: Why it could not be read, in words that quote nothing of it; for a file above one mebibyte, too.
    func contents(atPath path: String) async throws -> [UInt8]?

    /// Replaces a file as a whole, readable for its owner alone.
    ///
    /// A reader sees the old file or the new one. After a failure the old one is still there.
    ///
    /// - Parameters:
    ///   - path: Where it lies; its folder exists.
    ///   - bytes: What it holds from now on.
    /// - Throws: Why it could not be written.
    func replace(atPath path: String, with bytes: [UInt8]) async throws
}

extension AWSFiles {
    /// A file's text; bytes that are not UTF-8 become replacement characters.
    func text(atPath path: String) async throws -> String? {
        try await self.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    }
}
