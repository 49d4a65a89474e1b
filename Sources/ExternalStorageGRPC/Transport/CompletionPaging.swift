//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Who cuts completions of workflow tasks into pages.
package enum CompletionPaging {
    /// Whether the calls of the current task are those of a worker that pages and knows of storage.
    ///
    /// It is told whether the server takes pages, which others are not.
    @TaskLocal package static var isByCaller = false
}
