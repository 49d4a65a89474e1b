//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Changes payloads on their way, for example by encrypting them.
///
/// External storage uses a codec only for new references, see ``ExternalStorage/Configuration/References`` (ES-W4).
/// Payloads themselves have been through the codec of the SDK before they get here.
public protocol PayloadCodec: Sendable {
    /// Encodes payloads.
    ///
    /// - Parameter payloads: What to encode.
    /// - Returns: One payload per input, in order.
    /// - Throws: Anything; the store fails with ``ExternalStorageError/Code/codecFailed``.
    func encode(_ payloads: [Payload]) async throws -> [Payload]

    /// Decodes what ``encode(_:)`` made.
    ///
    /// A payload that this codec did not encode is returned unchanged.
    ///
    /// - Parameter payloads: What to decode.
    /// - Returns: One payload per input, in order.
    /// - Throws: Anything; the retrieve fails with ``ExternalStorageError/Code/undecodableReference``.
    func decode(_ payloads: [Payload]) async throws -> [Payload]
}
