//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// The values of a parameter pack, in their order.
func list<each Value: Sendable>(_ values: repeat each Value) -> [any Sendable] {
    var list: [any Sendable] = []
    for value in repeat each values { list.append(value) }
    return list
}
