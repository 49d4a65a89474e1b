//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// What a client knows about its clock: how far the server's is ahead.
///
/// The rules are those of the AWS SDKs of 2026: a refusal is worth one more attempt only if it could have come from
/// the clock, that is if the server's time is more than four minutes off the time that was signed.
public struct ClockSkew: Sendable, Hashable {
    /// Seconds to add to the local clock before signing.
    public private(set) var offsetInSeconds: Int64

    /// A difference of this many seconds or less is not worth another attempt.
    public static let toleranceInSeconds: Int64 = 240

    private static let codes: Set<String> = [
        "InvalidSignatureException", "SignatureDoesNotMatch", "AuthFailure", "RequestTimeTooSkewed",
        "AccessDeniedException",
    ]

    /// Creates a state.
    ///
    /// - Parameter offsetInSeconds: Seconds to add to the local clock.
    public init(offsetInSeconds: Int64 = 0) {
        self.offsetInSeconds = offsetInSeconds
    }

    /// The time to sign with.
    ///
    /// - Parameter now: The local clock, in seconds since 1970-01-01T00:00:00Z.
    /// - Returns: The time, corrected.
    public func time(now: Int64) -> SigningTime {
        SigningTime(secondsSince1970: now + self.offsetInSeconds)
    }

    /// Says whether a refused request should be signed again with the server's time, and takes over that time.
    ///
    /// - Parameters:
    ///   - code: The error code of the response.
    ///   - serverTime: The response's `Date`; nil if it had none or came out of a cache.
    ///   - signedTime: The time the request was signed with.
    ///   - now: The local clock when the response came.
    /// - Returns: True if the request is worth repeating. ``offsetInSeconds`` is then changed.
    public mutating func shouldRetry(
        code: String,
        serverTime: SigningTime?,
        signedTime: SigningTime,
        now: Int64
    ) -> Bool {
        guard let serverTime, Self.codes.contains(code) else { return false }
        let difference = serverTime.secondsSince1970 - signedTime.secondsSince1970
        guard difference.magnitude > UInt64(Self.toleranceInSeconds) else { return false }
        self.offsetInSeconds = serverTime.secondsSince1970 - now
        return true
    }
}
