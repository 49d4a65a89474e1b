//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import Groundwork

extension Base64 {
    /// With `-` and `_`, without padding, as JSON web tokens have it (RFC 4648, section 5).
    static func encodeForURL(_ bytes: some Sequence<UInt8>) -> String {
        String(
            Self.encode(bytes).compactMap { character -> Character? in
                switch character {
                case "+": "-"
                case "/": "_"
                case "=": nil
                default: character
                }
            }
        )
    }
}
