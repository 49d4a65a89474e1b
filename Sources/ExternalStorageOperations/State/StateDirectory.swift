//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
package import NIOCore

/// A directory with what a pass has found so far: files that are whole or not there.
///
/// Everything here blocks the thread; ``ExternalStorageCore/BlockingWork`` is where to call it.
package struct StateDirectory: Sendable {
    package let path: String

    /// Opens a directory, or makes it; the one around it has to be there.
    ///
    /// - Throws: `OperationsError`.
    package init(path: String) throws(OperationsError) {
        self.path = path
        let (parent, name) = Self.split(path)
        do throws(SystemError) {
            let directory = try ExternalStorageCore.FileDescriptor(openingDirectory: parent)
            _ = try directory.openDirectories([name])
        } catch {
            throw OperationsError(.state, "the directory \(path) can neither be opened nor made: \(error)")
        }
    }

    /// A directory inside; made if there is none.
    package func directory(_ name: String) throws(OperationsError) -> StateDirectory {
        try StateDirectory(path: "\(self.path)/\(name)")
    }

    /// Writes a file: it is there as a whole, and on the disk, or as it was before.
    package func write(_ bytes: ByteBuffer, to name: String) throws(OperationsError) {
        try self.replace(name) { file throws(SystemError) in try file.writeAll(bytes) }
    }

    /// Writes a file piece by piece; see ``write(_:to:)``.
    func replace(
        _ name: String,
        _ body: (borrowing ExternalStorageCore.FileDescriptor) throws(SystemError) -> Void
    ) throws(OperationsError) {
        do throws(SystemError) {
            let directory = try ExternalStorageCore.FileDescriptor(openingDirectory: self.path)
            let temporaryName = ".\(name).\(UInt64.random(in: .min ... .max))"
            do throws(SystemError) {
                let file = try directory.createFile(temporaryName)
                try body(file)
                try file.synchronize()
                try directory.rename(temporaryName, to: name, in: directory)
            } catch {
                directory.remove(temporaryName)
                throw error
            }
            try directory.synchronize()
        } catch {
            throw OperationsError(.state, "the file \(self.path)/\(name) cannot be written: \(error)")
        }
    }

    /// Reads a file; nil if there is none.
    package func read(_ name: String) throws(OperationsError) -> ByteBuffer? {
        do throws(SystemError) {
            let directory = try ExternalStorageCore.FileDescriptor(openingDirectory: self.path)
            return try directory.openFile(name).readRegularFile()
        } catch {
            guard !error.isMissing else { return nil }
            throw OperationsError(.state, "the file \(self.path)/\(name) cannot be read: \(error)")
        }
    }

    /// The names of all files, sorted; those that are being written are left out.
    package func fileNames() throws(OperationsError) -> [String] {
        do throws(SystemError) {
            let entries = try ExternalStorageCore.FileDescriptor(openingDirectory: self.path).entries()
            return entries.filter { !$0.isDirectory && !$0.name.hasPrefix(".") }.map(\.name).sorted()
        } catch {
            throw OperationsError(.state, "the directory \(self.path) cannot be read: \(error)")
        }
    }

    /// The names of all directories inside, sorted.
    package func directoryNames() throws(OperationsError) -> [String] {
        do throws(SystemError) {
            return try ExternalStorageCore.FileDescriptor(openingDirectory: self.path).entries().filter(\.isDirectory)
                .map(\.name).sorted()
        } catch {
            throw OperationsError(.state, "the directory \(self.path) cannot be read: \(error)")
        }
    }

    /// Removes a file, if it is there.
    package func remove(_ name: String) throws(OperationsError) {
        do throws(SystemError) {
            let directory = try ExternalStorageCore.FileDescriptor(openingDirectory: self.path)
            directory.remove(name)
            try directory.synchronize()
        } catch {
            throw OperationsError(.state, "the file \(self.path)/\(name) cannot be removed: \(error)")
        }
    }

    /// A file for reading at any position.
    func open(_ name: String) throws(OperationsError) -> ExternalStorageCore.FileDescriptor {
        do throws(SystemError) {
            return try ExternalStorageCore.FileDescriptor(openingDirectory: self.path).openFile(name)
        } catch {
            throw OperationsError(.state, "the file \(self.path)/\(name) cannot be opened: \(error)")
        }
    }

    private static func split(_ path: String) -> (parent: String, name: String) {
        let trimmed = path.last == "/" && path.count > 1 ? String(path.dropLast()) : path
        guard let slash = trimmed.lastIndex(of: "/") else { return (".", trimmed) }
        let parent = trimmed[..<slash]
        return (parent.isEmpty ? "/" : String(parent), String(trimmed[trimmed.index(after: slash)...]))
    }
}
