//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOCore

extension LocalDiskFiles {
    /// A file that is not whole yet, under its temporary name.
    final class UnfinishedFile: Sendable {
        fileprivate let key: String
        fileprivate let temporaryName: String
        fileprivate let temporaryDirectory: FileDescriptor
        fileprivate let root: FileDescriptor
        fileprivate let file: FileDescriptor

        fileprivate init(
            key: String,
            temporaryName: String,
            temporaryDirectory: consuming FileDescriptor,
            root: consuming FileDescriptor,
            file: consuming FileDescriptor
        ) {
            self.key = key
            self.temporaryName = temporaryName
            self.temporaryDirectory = temporaryDirectory
            self.root = root
            self.file = file
        }

        /// Removes the file; no harm if it has been renamed.
        func discard() {
            self.temporaryDirectory.remove(self.temporaryName)
        }
    }

    /// Whether a file of that size is there, which then is as good as new.
    func touch(_ key: String, sizeInBytes: Int) throws(ExternalStorageError) -> Bool {
        let (segments, name) = Self.path(of: key)
        let root = try self.openRoot()
        do throws(SystemError) {
            let directory = try root.openDirectories(segments, creating: false)
            return try Self.touch(name, in: directory, sizeInBytes: sizeInBytes)
        } catch {
            guard error.isMissing else { throw self.failure(error, writing: key) }
            return false
        }
    }

    /// Creates an empty file under a temporary name.
    func beginFile(for key: String) throws(ExternalStorageError) -> UnfinishedFile {
        let (_, name) = Self.path(of: key)
        let root = try self.openRoot()
        do throws(SystemError) {
            let directory = try root.openDirectories([Self.temporaryDirectory])
            let temporaryName = "\(name).\(UInt64.random(in: .min ... .max))"
            let file = try directory.createFile(temporaryName)
            return UnfinishedFile(
                key: key,
                temporaryName: temporaryName,
                temporaryDirectory: directory,
                root: root,
                file: file
            )
        } catch {
            throw self.failure(error, writing: key)
        }
    }

    func append(_ bytes: ByteBuffer, to unfinished: UnfinishedFile) throws(ExternalStorageError) {
        do throws(SystemError) {
            try unfinished.file.writeAll(bytes)
        } catch {
            throw self.failure(error, writing: unfinished.key)
        }
    }

    /// Makes a whole file last, and gives it its name.
    func finish(_ unfinished: UnfinishedFile) throws(ExternalStorageError) {
        let (segments, name) = Self.path(of: unfinished.key)
        do throws(SystemError) {
            try unfinished.file.synchronize()
        } catch {
            throw self.failure(error, writing: unfinished.key)
        }
        try self.repeating(unfinished.key) { () throws(SystemError) in
            let directory = try unfinished.root.openDirectories(segments)
            try unfinished.temporaryDirectory.rename(unfinished.temporaryName, to: name, in: directory)
            try directory.synchronize()
        }
    }

    /// Opens a payload's file for reading.
    ///
    /// - Returns: The file and its size in bytes.
    func open(_ place: LocalDiskClaim) throws(ExternalStorageError) -> (file: OpenFile, sizeInBytes: Int) {
        var segments = place.segments
        let name = segments.removeLast()
        let root = try self.openRoot()
        do throws(SystemError) {
            let file = try root.openDirectories(segments, creating: false).openFile(name)
            guard let size = try file.sizeOfRegularFile() else { throw SystemError.notAFile }
            return (OpenFile(file), size)
        } catch {
            throw self.failure(error, reading: place.key)
        }
    }

    func read(
        _ file: OpenFile,
        key: String,
        count: Int,
        at position: Int
    ) throws(ExternalStorageError) -> ByteBuffer {
        do throws(SystemError) {
            return try file.descriptor.readBytes(count, at: position)
        } catch {
            throw self.failure(error, reading: key)
        }
    }
}
