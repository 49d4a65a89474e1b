//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A file or directory, as its directory lists it.
package struct DirectoryEntry: Hashable, Sendable {
    package var name: String
    package var isDirectory: Bool
}

/// What the system says of a file.
struct FileState: Hashable, Sendable {
    var sizeInBytes: Int
    var modifiedSeconds: Int64
    var modifiedNanoseconds: Int64
    var inode: UInt64

    /// Nil if it is not a regular file.
    fileprivate init?(_ status: stat) {
        guard status.st_mode & S_IFMT == S_IFREG else { return nil }
        self.sizeInBytes = Int(status.st_size)
        self.inode = UInt64(status.st_ino)
        #if canImport(Darwin)
        self.modifiedSeconds = Int64(status.st_mtimespec.tv_sec)
        self.modifiedNanoseconds = Int64(status.st_mtimespec.tv_nsec)
        #else
        self.modifiedSeconds = Int64(status.st_mtim.tv_sec)
        self.modifiedNanoseconds = Int64(status.st_mtim.tv_nsec)
        #endif
    }
}

extension FileDescriptor {
    /// The regular files and the directories in this directory, in no order; links and all else are left out.
    package func entries() throws(SystemError) -> [DirectoryEntry] {
        var entries: [DirectoryEntry] = []
        try self.forEachEntry { entries.append($0) }
        return entries
    }

    /// Goes through the regular files and the directories in this directory, in no order; links and all else are left out.
    func forEachEntry(_ body: (DirectoryEntry) -> Void) throws(SystemError) {
        // A descriptor of its own: the stream closes it, and moves its position.
        let own = try Self.check("open") { unsafe openat(self.raw, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        guard let stream = unsafe fdopendir(own) else {
            let number = errno
            _ = close(own)
            throw SystemError("fdopendir", number: number)
        }
        defer { _ = unsafe closedir(stream) }
        while true {
            errno = 0
            guard let entry = unsafe readdir(stream) else {
                let number = errno
                guard number == 0 else { throw SystemError("readdir", number: number) }
                return
            }
            // The name ends with a zero within the entry, which is valid until the next call.
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 1) { unsafe String(cString: $0) }
            }
            guard name != ".", name != ".." else { continue }
            // Most file systems say what it is; where one does not, the file does.
            let kind = unsafe entry.pointee.d_type
            guard kind == UInt8(DT_UNKNOWN) else {
                if kind == UInt8(DT_REG) || kind == UInt8(DT_DIR) {
                    body(DirectoryEntry(name: name, isDirectory: kind == UInt8(DT_DIR)))
                }
                continue
            }
            var status = stat()
            do throws(SystemError) {
                _ = try Self.check("stat") { unsafe fstatat(self.raw, name, &status, AT_SYMLINK_NOFOLLOW) }
            } catch {
                // Gone in between.
                guard error.isMissing else { throw error }
                continue
            }
            switch status.st_mode & S_IFMT {
            case S_IFREG: body(DirectoryEntry(name: name, isDirectory: false))
            case S_IFDIR: body(DirectoryEntry(name: name, isDirectory: true))
            default: break
            }
        }
    }

    /// What the system says of a file, or nil if there is nothing, or something else.
    func state(of name: String) throws(SystemError) -> FileState? {
        var status = stat()
        do throws(SystemError) {
            _ = try Self.check("stat") { unsafe fstatat(self.raw, name, &status, AT_SYMLINK_NOFOLLOW) }
        } catch {
            guard error.isMissing else { throw error }
            return nil
        }
        return FileState(status)
    }

    /// Gives a file a second name, unless there is something of that name; whether it did.
    func link(_ name: String, to newName: String, in directory: borrowing FileDescriptor) throws(SystemError) -> Bool {
        let target = directory.raw
        do throws(SystemError) {
            _ = try Self.check("link") { unsafe linkat(self.raw, name, target, newName, 0) }
            return true
        } catch {
            guard error.number == EEXIST else { throw error }
            return false
        }
    }
}
