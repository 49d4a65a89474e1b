//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Groundwork

extension HostAndPort {
    /// - Parameters:
    ///   - value: The text.
    ///   - acceptsAnyPort: Whether port 0 is allowed, for "a free one".
    /// - Throws: ``CommandError`` that names the origin of the value.
    init(_ value: Settings.Value, acceptsAnyPort: Bool) throws {
        guard let parsed = Self(value.text), parsed.port > 0 || acceptsAnyPort else {
            throw value.isNot("HOST:PORT, such as 127.0.0.1:7233")
        }
        self = parsed
    }
}
