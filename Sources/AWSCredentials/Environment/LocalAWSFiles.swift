//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import NIOPosix

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// The files of this machine, read on NIO's threads for blocking work.
public struct LocalAWSFiles: AWSFiles {
    /// A failed call of the operating system.
    struct Failure: Error, CustomStringConvertible {
        var call: String
        /// The number that the system gave (`errno`).
        var number: Int32

        var description: String { "\(self.call) failed with errno \(self.number)" }
    }

    /// The largest file that is read, in bytes.
    static let largestSize = 1_048_576

    /// Creates the files of this machine.
    public init() {}

    /// The bytes of a file.
    ///
    /// - Parameter path: Where it lies.
    /// - Returns: All of it, or nil if there is no such file.
    /// - Throws: Which call of the system failed, and how; also for a file above one mebibyte.
    public func contents(atPath path: String) async throws -> [UInt8]? {
        try await NIOThreadPool.singleton.runIfActive { try Self.read(path) }
    }

    /// Writes a file beside the old one and then renames it.
    ///
    /// - Parameters:
    ///   - path: Where it lies; its folder exists.
    ///   - bytes: What it holds from now on.
    /// - Throws: Which call of the system failed, and how.
    public func replace(atPath path: String, with bytes: [UInt8]) async throws {
        try await NIOThreadPool.singleton.runIfActive { try Self.write(path, bytes) }
    }

    // The calls below get pointers that are valid for the call, and keep none of them.

    private static func read(_ path: String) throws -> [UInt8]? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let number = errno
            if number == ENOENT || number == ENOTDIR { return nil }
            throw Failure(call: "open", number: number)
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = unsafe chunk.withUnsafeMutableBytes { unsafe Self.readSome(descriptor, $0) }
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                throw Failure(call: "read", number: errno)
            }
            bytes.append(contentsOf: chunk[..<count])
            guard bytes.count <= Self.largestSize else { throw Failure(call: "read", number: EFBIG) }
        }
    }

    private static func readSome(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
        #if canImport(Glibc)
        unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        #elseif canImport(Musl)
        unsafe Musl.read(descriptor, buffer.baseAddress, buffer.count)
        #else
        unsafe Darwin.read(descriptor, buffer.baseAddress, buffer.count)
        #endif
    }

    private static func write(_ path: String, _ bytes: [UInt8]) throws {
        let temporary = "\(path).\(UInt64.random(in: .min ... .max)).tmp"
        let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Failure(call: "open", number: errno) }
        do {
            defer { close(descriptor) }
            try Self.writeAll(descriptor, bytes)
            guard fsync(descriptor) == 0 else { throw Failure(call: "fsync", number: errno) }
        } catch {
            unsafe unlink(temporary)
            throw error
        }
        guard unsafe rename(temporary, path) == 0 else {
            let number = errno
            unsafe unlink(temporary)
            throw Failure(call: "rename", number: number)
        }
    }

    private static func writeAll(_ descriptor: Int32, _ bytes: [UInt8]) throws {
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes[written...].withUnsafeBytes { unsafe Self.writeSome(descriptor, $0) }
            if count < 0 {
                if errno == EINTR { continue }
                throw Failure(call: "write", number: errno)
            }
            written += count
        }
    }

    private static func writeSome(_ descriptor: Int32, _ buffer: UnsafeRawBufferPointer) -> Int {
        #if canImport(Glibc)
        unsafe Glibc.write(descriptor, buffer.baseAddress, buffer.count)
        #elseif canImport(Musl)
        unsafe Musl.write(descriptor, buffer.baseAddress, buffer.count)
        #else
        unsafe Darwin.write(descriptor, buffer.baseAddress, buffer.count)
        #endif
    }
}
