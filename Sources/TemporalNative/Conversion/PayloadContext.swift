//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import ExternalStorageCore

/// What is needed to turn values into the payloads of one message, and back.
///
/// Made by clients and workers for each message. A ``PayloadConvertible`` value is given it.
public struct PayloadContext: Sendable {
    /// Converters and codecs.
    public var converter: DataConverter
    /// The external storage of the client, if it has one.
    public var externalStorage: ExternalStorage?
    /// The namespace of the call.
    public var namespace: String
    /// Whose payloads these are, where that is known.
    public var target: StorageDriverTarget?
    /// Whether the values are those of workflow code, which may not wait for storage.
    var isOfWorkflowCode = false

    /// Creates a context.
    ///
    /// - Parameters:
    ///   - converter: Converters and codecs.
    ///   - externalStorage: Resolves references, if there are any.
    ///   - namespace: The namespace of the call.
    ///   - target: Whose payloads these are.
    public init(
        converter: DataConverter = DataConverter(),
        externalStorage: ExternalStorage? = nil,
        namespace: String = "default",
        target: StorageDriverTarget? = nil
    ) {
        self.converter = converter
        self.externalStorage = externalStorage
        self.namespace = namespace
        self.target = target
    }
}
