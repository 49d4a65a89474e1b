//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import NIOConcurrencyHelpers

/// The first error of several.
final class FirstError: Sendable {
    private let first = NIOLockedValueBox<(any Error)?>(nil)

    var error: (any Error)? { self.first.withLockedValue { $0 } }

    func set(_ error: any Error) {
        self.first.withLockedValue { $0 = $0 ?? error }
    }
}
