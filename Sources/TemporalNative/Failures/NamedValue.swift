//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// A value of an enumeration of the server: a number with a name, open for numbers to come.
protocol NamedValue: Hashable, Sendable, CustomStringConvertible {
    var rawValue: Int { get }
    static var names: [Int: String] { get }
}

extension NamedValue {
    /// The name, or the number if it has none here.
    var name: String { Self.names[self.rawValue] ?? "\(self.rawValue)" }
}
