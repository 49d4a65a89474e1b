//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore

/// A part of a response as it has arrived.
enum ResponsePart: Sendable {
    case metadata(Metadata)
    case message(IncomingMessage)
    case status(Status, Metadata)
    /// A message that is large has begun, and the server waits until there is memory for so many more bytes of it.
    case needsMemory(Int)
}
