//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import AWSSigning
internal import Crypto
internal import Groundwork

/// The file in which `aws sso login` keeps a bearer token.
///
/// Members that are not known here are kept.
struct SSOTokenFile: Sendable {
    private var file: JSONValue

    /// Nil if the bytes are no JSON object; they are quoted nowhere.
    init?(_ bytes: [UInt8]) {
        guard let file = try? JSONValue(parsing: bytes), file.members != nil else { return nil }
        self.file = file
    }

    /// The file's name: the digest of the session's name, in the older form of the start URL.
    static func name(for settings: SSOSettings) -> String {
        Hex.encode(Insecure.SHA1.hash(data: Array((settings.session ?? settings.startURL).utf8))) + ".json"
    }

    var accessToken: Redacted? { self.redacted("accessToken") }
    var refreshToken: Redacted? { self.redacted("refreshToken") }
    var clientID: Redacted? { self.redacted("clientId") }
    var clientSecret: Redacted? { self.redacted("clientSecret") }
    var expiration: Int64? { self.time("expiresAt") }
    var registrationExpiration: Int64? { self.time("registrationExpiresAt") }

    /// Puts a new token in.
    mutating func refresh(accessToken: Redacted, refreshToken: Redacted?, expiration: SigningTime) {
        self.file["accessToken"] = .string(accessToken.value)
        if let refreshToken { self.file["refreshToken"] = .string(refreshToken.value) }
        self.file["expiresAt"] = .string(expiration.rfc3339)
    }

    var encoded: [UInt8] { self.file.bytes }

    private func redacted(_ name: String) -> Redacted? {
        self.file[name]?.string.map(Redacted.init)
    }

    private func time(_ name: String) -> Int64? {
        // Old versions of the AWS CLI write `UTC` for `Z`.
        self.file[name]?.string.flatMap { SigningTime(expiration: $0) }?.secondsSince1970
    }
}

extension SigningTime {
    /// The time as in `2026-11-24T06:48:09Z`.
    fileprivate var rfc3339: String {
        let text = Array(self.timestamp)
        let parts = [text[0..<4], text[4..<6], text[6..<8], text[9..<11], text[11..<13], text[13..<15]]
            .map { String($0) }
        return "\(parts[0])-\(parts[1])-\(parts[2])T\(parts[3]):\(parts[4]):\(parts[5])Z"
    }
}
