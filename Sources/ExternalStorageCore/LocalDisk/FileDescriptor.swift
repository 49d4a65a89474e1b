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

/// An open file or directory, closed when it goes.
package struct FileDescriptor: ~Copyable, Sendable {
    let raw: Int32

    init(raw: Int32) {
        self.raw = raw
    }

    deinit {
        // Nothing is to be done about an error here: what matters was synchronized before.
        _ = close(self.raw)
    }

    /// Opens a directory, following links.
    package init(openingDirectory path: String) throws(SystemError) {
        self.init(raw: try Self.check("open") { unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) })
    }

    /// Opens directories one inside the other, without following links.
    ///
    /// - Parameters:
    ///   - names: Their names; with none, this directory is opened again.
    ///   - creating: Whether those that are missing are made, and made to last.
    /// - Returns: The innermost directory.
    /// - Throws: `SystemError`; directories that were made stay.
    package func openDirectories(_ names: [String], creating: Bool = true) throws(SystemError) -> FileDescriptor {
        var directory = try self.openDirectory(".")
        for name in names {
            do throws(SystemError) {
                directory = try directory.openDirectory(name)
            } catch {
                guard error.isMissing, creating else { throw error }
                try directory.makeDirectory(name)
                directory = try directory.openDirectory(name)
            }
        }
        return directory
    }

    private func openDirectory(_ name: String) throws(SystemError) -> FileDescriptor {
        FileDescriptor(
            raw: try Self.check("open") {
                unsafe openat(self.raw, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            }
        )
    }

    private func makeDirectory(_ name: String) throws(SystemError) {
        do throws(SystemError) {
            _ = try Self.check("mkdir") { unsafe mkdirat(self.raw, name, 0o777) }
        } catch {
            // Somebody else may have been faster.
            guard error.number == EEXIST else { throw error }
        }
        try self.synchronize()
    }

    /// Opens a file for reading; a link is not followed, and a pipe does not block.
    package func openFile(_ name: String) throws(SystemError) -> FileDescriptor {
        FileDescriptor(
            raw: try Self.check("open") {
                unsafe openat(self.raw, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
            }
        )
    }

    /// Makes a file that must not be there yet.
    package func createFile(_ name: String) throws(SystemError) -> FileDescriptor {
        FileDescriptor(
            raw: try Self.check("open") {
                unsafe openat(self.raw, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o666)
            }
        )
    }

    /// Opens what is there already for writing.
    ///
    /// For tests: the driver never changes a file.
    func openForWriting(_ name: String) throws(SystemError) -> FileDescriptor {
        FileDescriptor(raw: try Self.check("open") { unsafe openat(self.raw, name, O_WRONLY | O_CLOEXEC) })
    }

    /// The size of a file, or nil if there is nothing, or something else.
    func sizeOfRegularFile(_ name: String) throws(SystemError) -> Int? {
        var status = stat()
        do throws(SystemError) {
            _ = try Self.check("stat") { unsafe fstatat(self.raw, name, &status, AT_SYMLINK_NOFOLLOW) }
        } catch {
            guard error.isMissing else { throw error }
            return nil
        }
        return Self.sizeOfRegularFile(status)
    }

    /// The size of this file, or nil if it is something else.
    package func sizeOfRegularFile() throws(SystemError) -> Int? {
        var status = stat()
        _ = try Self.check("stat") { unsafe fstat(self.raw, &status) }
        return Self.sizeOfRegularFile(status)
    }

    private static func sizeOfRegularFile(_ status: stat) -> Int? {
        status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil
    }

    /// Sets the modification time of a file to the present; whether that was possible.
    func touch(_ name: String) -> Bool {
        unsafe utimensat(self.raw, name, nil, AT_SYMLINK_NOFOLLOW) == 0
    }

    /// Waits until what was written is on the disk.
    package func synchronize() throws(SystemError) {
        _ = try Self.check("fsync") { fsync(self.raw) }
    }

    package func rename(_ name: String, to newName: String, in directory: borrowing FileDescriptor) throws(SystemError)
    {
        let target = directory.raw
        _ = try Self.check("rename") { unsafe renameat(self.raw, name, target, newName) }
    }

    /// Removes a file, if it is there.
    package func remove(_ name: String) {
        _ = unsafe unlinkat(self.raw, name, 0)
    }

    func readChunk(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
        try Self.check("read") { unsafe read(self.raw, buffer.baseAddress, buffer.count) }
    }

    func writeChunk(from buffer: UnsafeRawBufferPointer) throws(SystemError) -> Int {
        try Self.check("write") { unsafe write(self.raw, buffer.baseAddress, buffer.count) }
    }

    /// Calls `body` until no signal interrupts it.
    static func check<Result: SignedInteger>(_ call: String, _ body: () -> Result) throws(SystemError) -> Result {
        while true {
            let result = body()
            if result >= 0 { return result }
            let number = errno
            if number != EINTR { throw SystemError(call, number: number) }
        }
    }
}
