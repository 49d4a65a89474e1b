//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension HostUsage {
    /// Nil where there is no `/proc`.
    static func currentTicks() -> Ticks? {
        self.text(of: "/proc/stat").flatMap { Ticks(stat: $0) }
    }

    /// Nil where there is no `/proc`.
    static func currentMemoryUsage() -> Float? {
        self.text(of: "/proc/meminfo").flatMap { self.memoryUsage(meminfo: $0) }
    }

    /// Nil where the container has no limit of its own.
    static func currentContainerMemoryUsage() -> Float? {
        guard let limit = self.text(of: "/sys/fs/cgroup/memory.max"),
            let used = self.text(of: "/sys/fs/cgroup/memory.current")
        else { return nil }
        return self.memoryUsage(limit: limit, used: used)
    }

    private static func text(of path: String) -> String? {
        try? String(contentsOfFile: path, encoding: .utf8)
    }
}
