//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Groundwork

/// What arrives of a request, for the one who reads it.
enum RequestPart: Sendable {
    case message(IncomingMessage)
    /// A message that is large has begun, and the client waits until there is memory for it.
    case needsMemory(Int)
}
