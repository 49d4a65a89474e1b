//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Where and when a signature counts.
public struct SigningScope: Sendable, Hashable {
    /// Which signature is made.
    public enum Algorithm: Sendable, Hashable {
        /// HMAC with a key derived for one day, region and service.
        case sigV4(region: String)

        /// ECDSA, good in a set of regions: names and wildcards joined with commas, `*` for all.
        case sigV4A(regionSet: String)
    }

    /// Which signature is made, and for which region or regions.
    public var algorithm: Algorithm

    /// The service's name for signing, as in `s3` or `sts`.
    public var service: String

    /// The time that is signed.
    public var time: SigningTime

    /// Creates a scope.
    ///
    /// - Parameters:
    ///   - algorithm: Which signature, for which region or regions.
    ///   - service: The service's name for signing.
    ///   - time: The time that is signed; add the clock's known offset first (``ClockSkew``).
    public init(_ algorithm: Algorithm, service: String, time: SigningTime) {
        self.algorithm = algorithm
        self.service = service
        self.time = time
    }

    /// The algorithm's name in headers and in the string to sign.
    public var algorithmName: String {
        switch self.algorithm {
        case .sigV4: "AWS4-HMAC-SHA256"
        case .sigV4A: "AWS4-ECDSA-P256-SHA256"
        }
    }

    /// The scope as it is written into the string to sign.
    ///
    /// SigV4A has no region in it.
    public var description: String {
        switch self.algorithm {
        case .sigV4(let region): "\(self.time.date)/\(region)/\(self.service)/aws4_request"
        case .sigV4A: "\(self.time.date)/\(self.service)/aws4_request"
        }
    }

    /// The text that is signed.
    ///
    /// - Parameter request: The request in canonical form.
    /// - Returns: Four lines: algorithm, time, scope, digest of the canonical request.
    public func stringToSign(_ request: CanonicalRequest) -> String {
        "\(self.algorithmName)\n\(self.time.timestamp)\n\(self.description)\n\(request.digest)"
    }

    /// The region set as a header or query value; nil for SigV4.
    var regionSet: String? {
        guard case .sigV4A(let regionSet) = self.algorithm else { return nil }
        return regionSet
    }
}

extension SigningScope: CustomStringConvertible {}
