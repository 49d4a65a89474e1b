//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import AWSSigning

/// Times as Google's services write them.
enum Timestamp {
    /// Seconds since 1970-01-01T00:00:00Z; nil for text that is no time in UTC.
    static func secondsSince1970(rfc3339 text: String) -> Int64? {
        SigningTime(rfc3339: text)?.secondsSince1970
    }
}
