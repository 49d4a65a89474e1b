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

/// Where credentials come from, and until when they are good.
enum CredentialsCheck {
    /// - Parameters:
    ///   - text: What they are; nothing secret.
    ///   - expiration: When they end, in seconds since 1970; nil if they do not.
    ///   - examination: Where the finding goes.
    /// - Returns: Whether they are good.
    static func report(_ text: String, expiration: Int64?, _ examination: Examination) -> Bool {
        guard let expiration else {
            examination.good("credentials", "\(text), without an end")
            return true
        }
        let end = Date(timeIntervalSince1970: Double(expiration))
        guard end > .now else {
            examination.bad("credentials", "\(text), expired at \(end.formatted(.iso8601)); get new ones")
            return false
        }
        examination.good("credentials", "\(text), until \(end.formatted(.iso8601))")
        return true
    }
}
