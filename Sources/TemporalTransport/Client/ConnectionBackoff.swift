//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// How long to wait before the next try to connect.
///
/// A server that restarts is back within seconds, so the pause grows to five seconds and no further.
struct ConnectionBackoff: Hashable, Sendable {
    private var pause = Duration.milliseconds(200)

    /// The pause after one more failure.
    ///
    /// - Parameter chance: From -1 to 1; spreads the tries of many clients by a fifth.
    /// - Returns: The pause.
    mutating func next(chance: Double) -> Duration {
        defer { self.pause = min(self.pause * 1.6, .seconds(5)) }
        return self.pause * (1 + 0.2 * chance)
    }
    /// The pause after a connection that came about and ended.
    ///
    /// None after one that lived longer than the pause that is due: servers end connections by age. One that ends sooner
    /// counts as a failure, however well it began, or a server that takes connections and closes them would be asked
    /// without end.
    ///
    /// - Parameters:
    ///   - life: How long it lived.
    ///   - chance: From -1 to 1.
    /// - Returns: The pause.
    mutating func pause(afterLiving life: Duration, chance: Double) -> Duration {
        guard life < self.pause else {
            self = Self()
            return .zero
        }
        return self.next(chance: chance)
    }
}
