//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import ExternalStorageCore

/// A value that may be in external storage, and is not loaded before it is asked for.
///
/// As an input of an activity, or as a result that a client waits for, it holds the reference as it stands in history:
///
/// ```swift
/// Activity("thumbnail") { (image: Stored<ByteBuffer>) -> Stored<ByteBuffer> in
///     guard needsThumbnail else { return image }                  // the reference, unread and not stored again
///     return try await .store(scale(image.value(), to: 80))
/// }
/// ```
///
/// A reference that goes on as it is, is not stored again (ES-W7). To workflows and to other SDKs it is the plain value: they read it as any input or result, and what they send can be
/// taken as `Stored`. A value that was small enough to stay in history is held as it is.
///
/// Workflow code takes it and hands it on in the same way: from its input or the result of an activity to the next one, and
/// nothing is loaded, in a replay neither. It cannot look into it; see ``value()``.
///
/// The values of an activity's input that are not `Stored` are loaded before it runs. Nested in another value, `Stored`
/// has no place: it is an input, a result, a signal, an update or a detail as a whole, or an optional of that.
public struct Stored<Value: Sendable>: Sendable {
    /// The payload as it stands in a message: a reference, or the value itself.
    public let payload: Payload

    let context: PayloadContext
    let flight: SingleFlight<Value>

    init(holding payload: Payload, in context: PayloadContext, value: Value? = nil) {
        self.payload = payload
        self.context = context
        self.flight = SingleFlight(value)
    }

    /// Whether the value is in external storage.
    public var isReference: Bool { self.context.isReference(self.payload) }

    /// The size of the value as a serialized payload, in bytes: in external storage or here.
    ///
    /// Nil for a reference that does not tell.
    public var sizeInBytes: Int? {
        guard self.isReference else { return self.payload.sizeInBytes }
        return self.payload.externalPayloadSizes.first.map { Int(clamping: $0) }
    }

    /// The value: loaded when it is asked for the first time, and kept as long as a copy of this is.
    ///
    /// Several tasks that ask at the same time share one download. A failure is not kept: the next one to ask tries
    /// again.
    ///
    /// - Returns: The value, through the codecs and converters of the client.
    /// - Throws: ``TemporalError/Code/invalidArgument`` in workflow code, which waits for nothing but history: have an
    ///   activity look into the value. `ExternalStorageError` if it cannot be loaded; thrown on by an activity, it fails the attempt with the
    ///   cause of storage failures, to be retried by its policy (ES-F3). ``TemporalError``: `conversionFailed`,
    ///   `codecFailed`. `CancellationError` if cancelled.
    public func value() async throws -> Value {
        guard !self.context.isOfWorkflowCode else { throw Self.loadedByWorkflow }
        return try await self.flight.value { try await self.context.decode(self.payload, as: Value.self) }
    }
}

extension Stored {
    static var loadedByWorkflow: TemporalError {
        TemporalError(
            code: .invalidArgument,
            message: """
                workflow code cannot load a Stored<\(Value.self)>: hand it on to an activity that does, or take a plain \
                \(Value.self), which is loaded before the code runs
                """
        )
    }
}

extension Stored: PayloadConvertible {
    /// The payload as it is: a reference is neither loaded nor stored again (ES-W7).
    ///
    /// - Parameter context: Not used.
    /// - Returns: ``payload``.
    /// - Throws: Nothing.
    public func payload(in context: PayloadContext) async throws -> Payload { self.payload }

    /// Holds what was received, without loading it.
    ///
    /// - Parameters:
    ///   - payload: The payload as it stood in the message.
    ///   - context: What the value will be loaded with.
    /// - Throws: Nothing.
    public init(payload: Payload, in context: PayloadContext) async throws {
        self.init(holding: payload, in: context)
    }
}

extension Stored: CustomStringConvertible {
    /// Where the value is and how large; never the value, so that it may be logged.
    public var description: String {
        let size = self.sizeInBytes.map { "\($0) bytes" } ?? "unknown size"
        return "Stored<\(Value.self)>(\(self.isReference ? "external" : "inline"), \(size))"
    }
}

extension PayloadContext {
    /// Whether a payload has to be resolved (ES-W2).
    func isReference(_ payload: Payload) -> Bool {
        self.externalStorage?.isReference(payload) ?? payload.isReference
    }
}
