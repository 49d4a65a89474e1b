//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Why a ``ByteBudget`` does not give bytes, however long one waits.
package struct ByteBudgetError: Error, Hashable, CustomStringConvertible {
    package enum Code: Hashable, Sendable {
        /// More than there is in all.
        case tooLarge
        /// All that is taken is held by shares that wait to grow.
        case stuck
    }

    package var code: Code
    /// How many bytes were asked for.
    package var requested: Int
    /// How many bytes the share held already.
    package var held: Int
    /// How many bytes there are in all.
    package var capacity: Int

    init(_ code: Code, requested: Int, held: Int, capacity: Int) {
        self.code = code
        self.requested = requested
        self.held = held
        self.capacity = capacity
    }

    package var description: String {
        let request = self.held == 0 ? "\(self.requested) bytes" : "\(self.requested) bytes besides \(self.held)"
        return switch self.code {
        case .tooLarge: "\(request) are asked for, and the memory limit is \(self.capacity) bytes: raise the limit"
        case .stuck:
            "\(request) are asked for while all of the memory limit of \(self.capacity) bytes that is in use waits for "
                + "more: try again later, or raise the limit"
        }
    }
}
