//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOCore

/// The files of the local disk driver.
///
/// Everything here blocks the thread.
struct LocalDiskFiles: Equatable, Sendable {
    /// Where files are before they are whole; no key begins with it.
    static let temporaryDirectory = ".tmp"
    /// How often a directory may vanish under the driver, because somebody removes empty ones, before it gives up.
    private static let attempts = 4

    let root: String

    /// - Throws: `misconfigured`.
    func checkRoot() throws(ExternalStorageError) {
        _ = try self.openRoot()
    }

    /// Writes a file, unless one of the same size is there, which then is touched.
    func write(_ bytes: ByteBuffer, to key: String) throws(ExternalStorageError) {
        let (segments, name) = Self.path(of: key)
        let root = try self.openRoot()
        try self.repeating(key) { () throws(SystemError) in
            let directory = try root.openDirectories(segments)
            guard try !Self.touch(name, in: directory, sizeInBytes: bytes.readableBytes) else { return }
            try Self.replace(name, in: directory, of: root, with: bytes)
        }
    }

    /// The names on the way from the root to the file, and that of the file.
    static func path(of key: String) -> (directories: [String], name: String) {
        var segments = key.utf8.split(separator: UInt8(ascii: "/")).map { String(Substring($0)) }
        let name = segments.removeLast()
        return (segments, name)
    }

    /// Writes again if a directory vanishes under the driver.
    func repeating(_ key: String, _ write: () throws(SystemError) -> Void) throws(ExternalStorageError) {
        for attempt in 1...Self.attempts {
            do throws(SystemError) {
                return try write()
            } catch {
                guard error.isMissing, attempt < Self.attempts else { throw self.failure(error, writing: key) }
            }
        }
    }

    /// Whether the file was there, and now is as good as new.
    ///
    /// A file of another size is damaged, and one that cannot be touched could be too old: both are written again.
    static func touch(
        _ name: String,
        in directory: borrowing FileDescriptor,
        sizeInBytes: Int
    ) throws(SystemError) -> Bool {
        guard try directory.sizeOfRegularFile(name) == sizeInBytes, directory.touch(name) else { return false }
        // Whoever wrote it may not have got this far yet.
        try directory.synchronize()
        return true
    }

    private static func replace(
        _ name: String,
        in directory: borrowing FileDescriptor,
        of root: borrowing FileDescriptor,
        with bytes: ByteBuffer
    ) throws(SystemError) {
        let temporary = try root.openDirectories([self.temporaryDirectory])
        let temporaryName = "\(name).\(UInt64.random(in: .min ... .max))"
        do throws(SystemError) {
            let file = try temporary.createFile(temporaryName)
            try file.writeAll(bytes)
            try file.synchronize()
            try temporary.rename(temporaryName, to: name, in: directory)
        } catch {
            temporary.remove(temporaryName)
            throw error
        }
        try directory.synchronize()
    }

    /// Reads a payload, if there is room for it, and checks its digest.
    func readPayload(at place: LocalDiskClaim, into room: RetrievalRoom) throws(ExternalStorageError) -> Payload {
        let bytes = try self.read(place, into: room)
        let digest = PayloadDigest(hashing: bytes)
        guard digest == place.digest else {
            throw ExternalStorageError(
                code: .corrupted,
                message: "integrity check failed [root=\(self.root), key=\(place.key)]: expected sha256:"
                    + "\(place.digest), got sha256:\(digest)"
            )
        }
        do throws(ExternalStorageError) {
            return try Payload(serializedBytes: bytes).withDigest(digest)
        } catch {
            throw ExternalStorageError(
                code: .corrupted,
                message: "the file is not a payload [root=\(self.root), key=\(place.key)]",
                cause: error
            )
        }
    }

    private func read(
        _ place: LocalDiskClaim,
        into room: RetrievalRoom
    ) throws(ExternalStorageError) -> ByteBuffer {
        let (file, size) = try self.open(place)
        try room.reserve(size)
        do throws(SystemError) {
            return try file.descriptor.readBytes(size)
        } catch {
            throw self.failure(error, reading: place.key)
        }
    }

    func openRoot() throws(ExternalStorageError) -> FileDescriptor {
        do throws(SystemError) {
            return try FileDescriptor(openingDirectory: self.root)
        } catch {
            let reason =
                switch error.kind {
                case .missing: "there is no directory \(self.root); create it, or mount it"
                case .notADirectory: "\(self.root) is not a directory"
                case .forbidden: "the directory \(self.root) cannot be opened: \(error)"
                default: "the directory \(self.root) cannot be opened: \(error)"
                }
            let code: ExternalStorageError.Code = error.kind == .forbidden ? .forbidden : .misconfigured
            throw ExternalStorageError(code: code, message: reason, cause: error)
        }
    }
}
