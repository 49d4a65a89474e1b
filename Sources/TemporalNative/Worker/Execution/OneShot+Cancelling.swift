//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

extension OneShot {
    /// Runs something in a child task, which is cancelled when this happens.
    ///
    /// - Returns: What the body returned, also if it was cancelled and came to a result all the same.
    func cancelling<Result: Sendable>(
        _ body: @escaping @Sendable () async -> Result
    ) async -> Result {
        await withTaskGroup(of: Result?.self) { group in
            group.addTask { await body() }
            group.addTask {
                await self.wait()
                return nil
            }
            while true {
                // The body is one of the two, and both are awaited: one of them has a result.
                let result = await group.next() ?? nil
                group.cancelAll()
                if let result { return result }
            }
        }
    }
}
