//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Synchronization

/// Parts that wait for somebody to read them.
final class PartQueue<Part: Sendable>: Sendable {
    private let parts: Mutex<[Part]>

    init(_ parts: [Part]) {
        self.parts = Mutex(parts.reversed())
    }

    func next() -> Part? {
        self.parts.withLock { $0.popLast() }
    }
}
