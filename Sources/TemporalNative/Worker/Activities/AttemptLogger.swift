//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Logging
import NIOConcurrencyHelpers

/// A logger with the ids of an attempt, made when it is asked for: most attempts log nothing, and a handler may do a lot
/// with each id.
final class AttemptLogger: Sendable {
    private let base: Logger
    private let info: ActivityInfo
    private let made = NIOLockedValueBox<Logger?>(nil)

    init(_ base: Logger, _ info: ActivityInfo) {
        self.base = base
        self.info = info
    }

    var logger: Logger {
        self.made.withLockedValue { made in
            if let made { return made }
            var logger = self.base
            for (key, value) in self.info.logMetadata { logger[metadataKey: key] = value }
            made = logger
            return logger
        }
    }
}
