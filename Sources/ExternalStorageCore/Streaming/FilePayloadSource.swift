//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import NIOCore

/// A file, or a part of one, as the value of a payload.
///
/// The file is opened once, and read from wherever a range is asked for: renaming or removing it afterwards does no
/// harm. Writing to it does: the store then fails. Reading blocks a thread of a pool that is there for it.
public struct FilePayloadSource: PayloadSource {
    /// How many bytes there are.
    public let sizeInBytes: Int

    private let file: OpenFile
    private let offset: Int
    private let path: String

    /// Opens a file.
    ///
    /// - Parameter path: The path of a regular file, or of a symbolic link to one.
    /// - Throws: ``ExternalStorageError/Code/invalidConfiguration`` if there is no such file, if it may not be read, or
    ///   if it is no regular file. `CancellationError`.
    public init(path: String) async throws {
        self.path = path
        do {
            (self.file, self.sizeInBytes) = try await BlockingWork.run {
                let file = OpenFile(try FileDescriptor(openingFileAtPath: path))
                guard let size = try file.descriptor.sizeOfRegularFile() else { throw SystemError.notAFile }
                return (file, size)
            }
        } catch let error as SystemError {
            throw Self.failure("the file \(path) cannot be read: \(error)", error)
        }
        self.offset = 0
    }

    private init(_ whole: Self, range: Range<Int>) throws {
        guard range.lowerBound >= 0, range.upperBound <= whole.sizeInBytes else {
            throw Self.failure(
                "the file \(whole.path) has \(whole.sizeInBytes) bytes, but bytes \(range) are to be read"
            )
        }
        self.path = whole.path
        self.file = whole.file
        self.offset = whole.offset + range.lowerBound
        self.sizeInBytes = range.count
    }

    /// Some of the bytes, as a source of their own that shares the open file.
    ///
    /// - Parameter range: Which bytes.
    /// - Returns: The source.
    /// - Throws: ``ExternalStorageError/Code/invalidConfiguration`` if there are no such bytes.
    public func part(_ range: Range<Int>) throws -> Self {
        try Self(self, range: range)
    }

    /// Reads some of the bytes; see ``PayloadSource/read(_:)``.
    ///
    /// - Parameter range: Which bytes.
    /// - Returns: These bytes.
    /// - Throws: ``ExternalStorageError/Code/corrupted`` if the file has become shorter;
    ///   ``ExternalStorageError/Code/unavailable`` if reading fails. `CancellationError` before it begins.
    public func read(_ range: Range<Int>) async throws -> ByteBuffer {
        let (file, start) = (self.file, self.offset + range.lowerBound)
        do {
            let bytes = try await BlockingWork.run { try file.descriptor.readBytes(range.count, at: start) }
            guard bytes.readableBytes == range.count else {
                throw ExternalStorageError(
                    code: .corrupted,
                    message: "the file \(self.path) became shorter while it was stored; store it again"
                )
            }
            return bytes
        } catch let error as SystemError {
            throw ExternalStorageError(
                code: .unavailable,
                message: "the file \(self.path) cannot be read: \(error)",
                cause: error
            )
        }
    }

    private static func failure(_ message: String, _ cause: SystemError? = nil) -> ExternalStorageError {
        ExternalStorageError(code: .invalidConfiguration, message: message, cause: cause)
    }
}
