//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// How busy the machine is, from the texts that Linux has in `/proc`.
struct HostUsage: Hashable, Sendable {
    /// Busy and all ticks of all processors since boot.
    struct Ticks: Hashable, Sendable {
        var busy: UInt64
        var all: UInt64

        /// Reads the first line of `/proc/stat`.
        ///
        /// Nil if it is something else.
        init?(stat: String) {
            guard let line = stat.split(separator: "\n").first, line.hasPrefix("cpu ") else { return nil }
            let numbers = line.split(separator: " ").dropFirst().prefix(8).compactMap { UInt64($0) }
            guard numbers.count >= 5 else { return nil }
            self.all = numbers.reduce(0, +)
            // Idle and waiting for disks.
            self.busy = self.all - numbers[3] - numbers[4]
        }

        /// The part of the time since `earlier` that processors were busy, 0 to 1.
        func usage(since earlier: Self?) -> Float {
            let (busy, all) = (self.busy &- (earlier?.busy ?? 0), self.all &- (earlier?.all ?? 0))
            return all > 0 && busy <= all ? Float(busy) / Float(all) : 0
        }
    }

    /// The part of a container's memory that is in use, 0 to 1, from the texts of `memory.max` and `memory.current`.
    ///
    /// Nil if it has no limit, or if they are something else.
    static func memoryUsage(limit: String, used: String) -> Float? {
        func bytes(_ text: String) -> Float? { text.split(whereSeparator: \.isWhitespace).first.flatMap { Float($0) } }
        guard let limit = bytes(limit), let used = bytes(used), limit > 0 else { return nil }
        return min(used / limit, 1)
    }

    /// The part of the memory that is in use, 0 to 1, from the text of `/proc/meminfo`.
    ///
    /// Nil if it is something else.
    static func memoryUsage(meminfo: String) -> Float? {
        func kibibytes(_ name: String) -> Float? {
            for line in meminfo.split(separator: "\n") where line.hasPrefix("\(name):") {
                return line.split(separator: " ").dropFirst().first.flatMap { Float($0) }
            }
            return nil
        }
        guard let total = kibibytes("MemTotal"), let free = kibibytes("MemAvailable"), total > 0 else { return nil }
        return (total - free) / total
    }
}
