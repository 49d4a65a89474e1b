//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// What is wrong with a configuration, where it stands, and what to do about it; in one line.
package struct ConfigurationError: Error, Sendable {
    package var message: String

    package init(_ message: String) {
        self.message = message
    }
}
