//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import Groundwork

/// The answer of a token endpoint (RFC 6749, section 5).
package enum OAuthToken {
    /// A token, with the times that its issuer gave.
    package struct Grant: Sendable {
        package var token: String
        /// In seconds from now on; nil if the issuer did not say.
        package var lifetime: Int64?
        /// When to ask again, in seconds from now on.
        package var refreshIn: Int64?
        /// When it ends, in seconds since 1970.
        package var expiresOn: Int64?
    }

    /// Reads an answer.
    ///
    /// - Parameters:
    ///   - response: The answer.
    ///   - source: Who asked, for errors.
    ///   - advice: What to do about a refusal, by its `error`; nil if nothing is known.
    /// - Returns: The token.
    /// - Throws: ``CredentialsError``: `refused` with the issuer's `error` and description, `unavailable` for what
    ///   passes, `invalidResponse`.
    package static func grant(
        _ response: CredentialsResponse,
        source: String,
        advice: (_ error: String, _ fields: JSONValue) -> String? = { _, _ in nil }
    ) throws(CredentialsError) -> Grant {
        let fields = try? JSONValue(parsing: response.body)
        guard response.status == 200 else {
            throw Self.refusal(response, fields, source: source, advice: advice)
        }
        guard let token = fields?["access_token"]?.string, !token.isEmpty,
            token.utf8.allSatisfy({ 0x20 < $0 && $0 < 0x7f })
        else {
            throw CredentialsError(.invalidResponse, source: source, "the answer holds no access token")
        }
        return Grant(
            token: token,
            lifetime: fields?["expires_in"]?.anyInteger,
            refreshIn: fields?["refresh_in"]?.anyInteger,
            expiresOn: fields?["expires_on"]?.anyInteger
        )
    }

    /// Whether the same request may succeed in a moment.
    package static func isPassing(_ response: CredentialsResponse) -> Bool {
        if [408, 429, 500, 502, 503, 504].contains(response.status) { return true }
        guard response.status != 200, let fields = try? JSONValue(parsing: response.body),
            let error = fields["error"]?.string
        else { return false }
        return ["internal_failure", "server_error", "temporarily_unavailable"].contains(error)
    }

    private static func refusal(
        _ response: CredentialsResponse,
        _ fields: JSONValue?,
        source: String,
        advice: (String, JSONValue) -> String?
    ) -> CredentialsError {
        var text = "the token was refused with status \(response.status)"
        var hint: String?
        if let fields, let error = fields["error"]?.string {
            text += ", \(Self.line(error))"
            if let detail = fields["error_description"]?.string { text += ": \(Self.line(detail))" }
            hint = advice(error, fields)
        }
        if let hint { text += ". \(hint)" }
        return CredentialsError(Self.isPassing(response) ? .unavailable : .refused, source: source, text)
    }

    /// At most 300 characters of one line, without what does not print.
    package static func line(_ text: String) -> String {
        let line = text.unicodeScalars.prefix { $0 != "\r" && $0 != "\n" }
        let printable = line.filter { $0.value >= 0x20 && !(0x7f...0x9f).contains($0.value) }
        return String(String.UnicodeScalarView(printable.prefix(300)))
    }
}

extension JSONValue {
    /// A whole number, also one that is written as text, as some token endpoints do.
    fileprivate var anyInteger: Int64? { self.integer ?? self.string.flatMap { Int64($0) } }
}
