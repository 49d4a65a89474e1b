//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOCore

/// What the commands of operators need.
extension LocalDiskFiles {
    /// The files of which the keys begin with `prefix` and come after `previous`, in the order of their keys.
    ///
    /// One directory at a time is in memory, and those around it.
    func list(
        prefix: String,
        after previous: String?,
        maximumCount: Int
    ) throws(ExternalStorageError) -> [(key: String, state: FileState)] {
        var walk = ListingWalk(prefix: prefix, previous: previous, maximumCount: maximumCount)
        let root = try self.openRoot()
        do throws(SystemError) {
            try walk.directory(root, "")
        } catch {
            throw self.failure(error, reading: walk.place)
        }
        return walk.found
    }

    /// What is at a key, or nil if nothing is.
    func state(of key: String) throws(ExternalStorageError) -> FileState? {
        let (segments, name) = Self.path(of: key)
        let root = try self.openRoot()
        do throws(SystemError) {
            return try root.openDirectories(segments, creating: false).state(of: name)
        } catch {
            guard !error.isMissing else { return nil }
            throw self.failure(error, reading: key)
        }
    }

    /// The bytes of a file, whatever they are.
    func readBytes(of key: String, sizeLimit: Int) throws(ExternalStorageError) -> ByteBuffer {
        let (segments, name) = Self.path(of: key)
        let root = try self.openRoot()
        let bytes: ByteBuffer?
        do throws(SystemError) {
            let file = try root.openDirectories(segments, creating: false).openFile(name)
            guard let size = try file.sizeOfRegularFile() else { throw .notAFile }
            bytes = size <= sizeLimit ? try file.readRegularFile() : nil
        } catch {
            throw self.failure(error, reading: key)
        }
        guard let bytes else {
            throw ExternalStorageError(
                code: .payloadTooLarge,
                message: "the file has more than \(sizeLimit) bytes, which is the most that is accepted "
                    + "[root=\(self.root), key=\(key)]"
            )
        }
        return bytes
    }

    /// Writes a file, if there is none; whether it did.
    func create(_ bytes: ByteBuffer, at key: String) throws(ExternalStorageError) -> Bool {
        let (segments, name) = Self.path(of: key)
        let root = try self.openRoot()
        var isNew = false
        try self.repeating(key) { () throws(SystemError) in
            let directory = try root.openDirectories(segments)
            let temporary = try root.openDirectories([Self.temporaryDirectory])
            let temporaryName = "\(name).\(UInt64.random(in: .min ... .max))"
            let file = try temporary.createFile(temporaryName)
            defer { temporary.remove(temporaryName) }
            try file.writeAll(bytes)
            try file.synchronize()
            isNew = try temporary.link(temporaryName, to: name, in: directory)
            try directory.synchronize()
        }
        return isNew
    }

    /// Deletes a file, if it still is in `state`.
    ///
    /// It is taken out of the way first and looked at then: whoever stores the same payload in between either has touched
    /// it before, which shows, or finds nothing and writes it again.
    func delete(_ key: String, ifStill state: FileState) throws(ExternalStorageError) -> StoredObjectDeletion {
        let (segments, name) = Self.path(of: key)
        let root = try self.openRoot()
        do throws(SystemError) {
            let directory: FileDescriptor
            do throws(SystemError) {
                directory = try root.openDirectories(segments, creating: false)
            } catch {
                guard error.isMissing else { throw error }
                return .missing
            }
            guard let found = try directory.state(of: name) else { return .missing }
            guard found == state else { return .changed }
            let temporary = try root.openDirectories([Self.temporaryDirectory])
            let temporaryName = "\(name).deleted.\(UInt64.random(in: .min ... .max))"
            do throws(SystemError) {
                try directory.rename(name, to: temporaryName, in: temporary)
            } catch {
                guard error.isMissing else { throw error }
                return .missing
            }
            if try temporary.state(of: temporaryName) != state {
                // If somebody has written it again in the meantime, theirs stays.
                _ = try temporary.link(temporaryName, to: name, in: directory)
                temporary.remove(temporaryName)
                try directory.synchronize()
                return .changed
            }
            temporary.remove(temporaryName)
            try directory.synchronize()
            return .deleted
        } catch {
            throw self.failure(error, writing: key)
        }
    }

    /// The time by the clock that gives files theirs.
    func currentTime() throws(ExternalStorageError) -> Int64 {
        let root = try self.openRoot()
        do throws(SystemError) {
            let temporary = try root.openDirectories([Self.temporaryDirectory])
            let name = "clock.\(UInt64.random(in: .min ... .max))"
            _ = try temporary.createFile(name)
            defer { temporary.remove(name) }
            guard let state = try temporary.state(of: name) else { throw .notAFile }
            return state.modifiedSeconds
        } catch {
            throw self.failure(error, writing: Self.temporaryDirectory)
        }
    }
}

/// A walk through directories in the order of the keys of all files.
private struct ListingWalk {
    let prefix: [UInt8]
    let previous: [UInt8]?
    let maximumCount: Int
    var found: [(key: String, state: FileState)] = []
    /// Where the walk is, for texts.
    var place = ""

    init(prefix: String, previous: String?, maximumCount: Int) {
        self.prefix = Array(prefix.utf8)
        self.previous = previous.map { Array($0.utf8) }
        self.maximumCount = maximumCount
    }

    mutating func directory(_ directory: borrowing FileDescriptor, _ path: String) throws(SystemError) {
        self.place = path
        var last: String?
        while self.found.count < self.maximumCount {
            var first = FirstEntries(limit: self.maximumCount - self.found.count)
            try directory.forEachEntry { entry in
                guard path != "" || entry.name != LocalDiskFiles.temporaryDirectory else { return }
                let name = entry.isDirectory ? entry.name + "/" : entry.name
                if let last, !last.utf8.lexicographicallyPrecedes(name.utf8) { return }
                guard self.isWanted(path + name, isDirectory: entry.isDirectory) else { return }
                first.add(entry, name)
            }
            for (entry, name) in first.inOrder() {
                guard self.found.count < self.maximumCount else { return }
                last = name
                guard entry.isDirectory else {
                    guard let state = try directory.state(of: entry.name) else { continue }
                    self.found.append((path + name, state))
                    continue
                }
                let inner: FileDescriptor
                do throws(SystemError) {
                    inner = try directory.openDirectories([entry.name], creating: false)
                } catch {
                    // Gone in between: then there is nothing in it.
                    guard error.isMissing else { throw error }
                    continue
                }
                try self.directory(inner, path + name)
            }
            // There was less in those than there is room for: those behind them have their turn.
            guard first.isCut else { return }
        }
    }

    private func isWanted(_ path: String, isDirectory: Bool) -> Bool {
        let bytes = path.utf8
        guard isDirectory else {
            return bytes.starts(with: self.prefix) && self.previous?.lexicographicallyPrecedes(bytes) != false
        }
        guard bytes.starts(with: self.prefix) || self.prefix.starts(with: bytes) else { return false }
        guard let previous else { return true }
        return previous.starts(with: bytes) || previous.lexicographicallyPrecedes(bytes)
    }
}

/// The first entries of a directory by name, of any number that come in no order, in memory for twice as many.
private struct FirstEntries {
    private let limit: Int
    private var entries: [(entry: DirectoryEntry, name: String)] = []
    /// Whether some were left out; they come behind all others.
    private(set) var isCut = false

    init(limit: Int) {
        self.limit = limit
    }

    /// Adds an entry; `name` has a slash behind it for a directory, which makes the order that of the keys below.
    mutating func add(_ entry: DirectoryEntry, _ name: String) {
        // Cut before, the last of the first `limit` is one that no later one may come behind.
        if self.isCut, !name.utf8.lexicographicallyPrecedes(self.entries[self.limit - 1].name.utf8) { return }
        self.entries.append((entry, name))
        if self.entries.count == 2 * self.limit { self.cut() }
    }

    /// The entries in order.
    mutating func inOrder() -> [(entry: DirectoryEntry, name: String)] {
        self.cut()
        return self.entries
    }

    private mutating func cut() {
        self.entries.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        guard self.entries.count > self.limit else { return }
        self.entries.removeLast(self.entries.count - self.limit)
        self.isCut = true
    }
}
