//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// When credentials are fetched again; a pure function of their lifetime and the time.
struct RefreshSchedule: Sendable, Hashable {
    /// What to do for a caller.
    enum Advice: Sendable, Hashable {
        /// Use what is there.
        case use
        /// Fetch new ones, but use the old ones if that fails.
        case mayRefresh
        /// Fetch new ones.
        case mustRefresh
    }

    /// The time from which new ones should be fetched; nil for credentials that do not expire.
    private var advisory: Int64?
    /// The time from which new ones must be fetched.
    private var mandatory: Int64?

    /// Plans for credentials that were fetched now.
    ///
    /// New ones should be there 5 minutes before the end for a lifetime up to 20 minutes, 15 minutes below 90 minutes,
    /// else an hour; and must be there in the last minute.
    ///
    /// - Parameters:
    ///   - expiration: When they stop to be valid, in seconds since 1970; nil if they do not expire.
    ///   - refresh: When the issuer wants to be asked again, in seconds since 1970; nil if it did not say.
    ///   - now: The time they were fetched at.
    init(expiration: Int64?, refresh: Int64? = nil, now: Int64) {
        guard let expiration else { return }
        let lifetime = expiration - now
        let window: Int64 =
            switch lifetime {
            case ...1_200: 300
            case ..<5_400: 900
            default: 3_600
            }
        // A lifetime shorter than its window would ask for new ones at once, again and again.
        let advisory = window < lifetime ? window : lifetime / 2
        self.mandatory = expiration - min(60, advisory)
        self.advisory = refresh.map { min(max($0, now), expiration) } ?? expiration - advisory
    }

    func advice(at now: Int64) -> Advice {
        guard let advisory, let mandatory else { return .use }
        return now >= mandatory ? .mustRefresh : now >= advisory ? .mayRefresh : .use
    }

    /// After a failed attempt to fetch new ones early, leaves the source alone for a while.
    mutating func postpone(until time: Int64) { self.advisory = time }
}
