//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Groundwork

/// The text of a status as the header `grpc-message` carries it: UTF-8, percent-encoded.
enum StatusMessage {
    /// Encodes a text.
    static func encoded(_ message: String) -> String {
        PercentEncoding.grpcMessage.encode(message)
    }

    /// Decodes a text.
    ///
    /// What is no encoding stays as it is, for a broken text says more than none.
    static func decoded(_ value: String) -> String {
        guard value.utf8.contains(UInt8(ascii: "%")) else { return value }
        return String(decoding: PercentEncoding.decode(value), as: UTF8.self)
    }
}
