//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
public import NIOCore

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

extension Stored {
    /// Stores a value, and returns what to send in its place.
    ///
    /// The value goes through converters and codecs, and the rules of external storage hold: what is below the threshold
    /// is not uploaded, but sent inline.
    ///
    /// ```swift
    /// let report = try await Stored.store(text)
    /// ```
    ///
    /// Nothing refers to what was stored until it is sent; if it never is, the object stays until the store's own rules
    /// remove it.
    ///
    /// - Parameters:
    ///   - value: The value. The result keeps it, so that ``value()`` needs no download.
    ///   - context: Whose value it is, and what it is stored with; inside of an activity the activity's own.
    /// - Returns: The stored value.
    /// - Throws: `ExternalStorageError` if it cannot be stored. ``TemporalError``: `conversionFailed`, `codecFailed`;
    ///   `invalidArgument` if there is no context. `CancellationError` if cancelled.
    public static func store(_ value: Value, in context: PayloadContext? = nil) async throws -> Self {
        let context = try context ?? PayloadContext.ofActivity()
        let payload = try await context.encode(value)[0]
        return Self(holding: try await context.store(payload), in: context, value: value)
    }
}

extension Stored where Value: BinaryValue {
    /// Stores the content of a file, without having all of it in memory, and returns what to send in its place.
    ///
    /// The file is read twice: once to hash it, and once to send it, in parts where the driver can. It is sent as bytes
    /// (`binary/plain`), which other SDKs read as such. A file below the threshold is sent inline. One must not write to
    /// the file meanwhile: the store then fails.
    ///
    /// With a codec, or with a driver that is no `StreamingStorageDriver`, the whole file is loaded into memory first: a
    /// codec changes whole payloads.
    ///
    /// - Parameters:
    ///   - path: The path of a regular file.
    ///   - context: Whose value it is, and what it is stored with; inside of an activity the activity's own.
    /// - Returns: The stored value; ``Stored/value()`` loads it.
    /// - Throws: `ExternalStorageError`: `payloadTooLarge` before anything is sent (ES-P9): the limit of a driver can be
    ///   raised, that of S3 is `payloadSizeLimit`; `invalidConfiguration` if there is no such file; `corrupted`
    ///   if it was written to; else what the driver says. ``TemporalError``: `codecFailed`, `invalidArgument` if there
    ///   is no context. `CancellationError` if cancelled: an upload that was begun has then been given up.
    public static func store(contentsOf path: String, in context: PayloadContext? = nil) async throws -> Self {
        let context = try context ?? PayloadContext.ofActivity()
        let metadata = ["encoding": Array(BytesConverter().encoding.utf8)]
        let streamed = try await StreamedPayload(metadata: metadata, data: FilePayloadSource(path: path))
        if let storage = context.externalStorage, context.converter.codecs.isEmpty {
            let select = StorageDriverSelectContext(target: context.target, namespace: context.namespace)
            return Self(holding: try await storage.store(streamed, context: select), in: context)
        }
        let payload = try await context.converter.encode([streamed.load()])[0]
        return Self(holding: try await context.store(payload), in: context)
    }
}

extension PayloadContext {
    /// Stores a payload that has been through the codecs, if it is large enough.
    func store(_ payload: Payload) async throws -> Payload {
        guard let externalStorage else { return payload }
        let select = StorageDriverSelectContext(target: self.target, namespace: self.namespace)
        return try await externalStorage.store([payload], context: select)[0]
    }
}

/// A value that is bytes and nothing else, so that the content of a file is one: see ``Stored/store(contentsOf:in:)``.
///
/// `[UInt8]`, `Data` and `ByteBuffer`: the types that ``BytesConverter`` knows.
public protocol BinaryValue: Sendable {}

extension [UInt8]: BinaryValue {}
extension Data: BinaryValue {}
extension ByteBuffer: BinaryValue {}

extension PayloadContext {
    /// The context of the activity that the current task runs.
    ///
    /// - Throws: ``TemporalError/Code/invalidArgument`` outside of an activity.
    static func ofActivity() throws -> PayloadContext {
        if let context = ActivityContext.current { return context.payloads }
        throw TemporalError(
            code: .invalidArgument,
            message: "a value is stored outside of an activity: say where with TemporalClient.store(_:target:)"
        )
    }
}
