//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Foundation

/// A key-value store in one file, to which it only ever appends. It stands for the database that you have.
public actor KeyValueStore {
    /// The file cannot be opened, read or written.
    public struct Failure: Error {
        /// What the system said.
        public let reason: String
    }

    private let file: FileHandle
    private var values: [String: [UInt8]] = [:]

    /// Opens a store; the file is made if there is none.
    ///
    /// - Parameter path: The path of the file.
    /// - Throws: ``Failure``.
    public init(path: String) throws(Failure) {
        do {
            if !FileManager.default.fileExists(atPath: path) { try Data().write(to: URL(filePath: path)) }
            self.file = try FileHandle(forUpdating: URL(filePath: path))
            self.values = Self.read(try self.file.readToEnd() ?? Data())
        } catch {
            throw Failure(reason: "\(error)")
        }
    }

    /// The value of a key, or nil if it has none.
    ///
    /// - Parameter key: The key.
    /// - Returns: The value.
    public func value(forKey key: String) -> [UInt8]? {
        self.values[key]
    }

    /// Writes a value, unless the key has one, and waits until it is on the disk.
    ///
    /// - Parameters:
    ///   - value: The value.
    ///   - key: The key; without line breaks.
    /// - Throws: ``Failure``.
    public func set(_ value: [UInt8], forKey key: String) throws(Failure) {
        guard self.values[key] == nil else { return }
        do {
            try self.file.write(contentsOf: Data("\(key) \(value.count)\n".utf8) + value)
            try self.file.synchronize()
        } catch {
            throw Failure(reason: "\(error)")
        }
        self.values[key] = value
    }

    /// Reads all records: a line with key and size, then the value.
    ///
    /// One that is not whole was being written in a crash.
    private static func read(_ data: Data) -> [String: [UInt8]] {
        var values: [String: [UInt8]] = [:]
        var rest = data[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let header = String(decoding: rest[..<end], as: UTF8.self).split(separator: " ")
            guard header.count == 2, let count = Int(header[1]), count <= rest.endIndex - end - 1 else { break }
            values[String(header[0])] = Array(rest[(end + 1)..<(end + 1 + count)])
            rest = rest[(end + 1 + count)...]
        }
        return values
    }
}
