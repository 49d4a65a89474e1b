//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import ExternalStorageCore

/// A request to an object store that failed for good: after its retries, or at once if repeating cannot help.
///
/// The text names operation, place and what to do next, and nothing secret (ES-D7, ES-F1).
package struct StoreFailure: Error, Sendable {
    /// What kind of failure it was.
    package enum Kind: String, Sendable {
        /// No object there.
        case notFound
        /// The credentials do not permit it, or are not valid.
        case forbidden
        /// The bytes were damaged on the way, again and again.
        case corrupted
        /// The store asks for fewer requests.
        case throttled
        /// The store could not be reached, did not answer in time or failed itself.
        case unavailable
        /// The object or its name is larger than the store, or the caller, accepts.
        case tooLarge
        /// Bucket, endpoint, credentials or another setting is wrong.
        case misconfigured
        /// The object changed while it was read, or another writer was in the way.
        case conflict
        /// Refused for another reason that repeating does not change.
        case rejected
    }

    package var kind: Kind
    /// The operation as the store's documentation names it.
    package var operation: String
    /// Where: names and values in the order to show them, such as bucket, object and endpoint.
    package var place: [(name: String, value: String)]
    /// The status of the answer; nil if there was none.
    package var status: Int?
    /// The store's error code or reason.
    package var code: String?
    /// The store's own words, or what happened if there was no answer.
    package var message: String?
    /// The store's name for the request, which its support will ask for.
    package var requestID: String?
    /// How often the request was sent.
    package var attempts: Int
    /// What to do next.
    package var advice: String?
    /// What was thrown below, if the failure did not come from the store.
    package var cause: (any Error)?

    package init(
        _ kind: Kind,
        operation: String,
        place: [(name: String, value: String)],
        message: String? = nil,
        advice: String? = nil,
        attempts: Int = 1
    ) {
        self.kind = kind
        self.operation = operation
        self.place = place
        self.message = message
        self.advice = advice
        self.attempts = attempts
    }
}

extension StoreFailure: CustomStringConvertible {
    /// Operation, place, what the store said, and what to do next.
    package var description: String {
        FailureText.make(
            operation: self.operation,
            place: self.place,
            said: (self.status, self.code, self.message),
            kind: "\(self.kind)",
            attempts: self.attempts,
            requestID: self.requestID,
            advice: self.advice
        )
    }
}

/// The words of a failure, the same for all stores: operation, place, what the store said, and what to do next.
package enum FailureText {
    package static func make(
        operation: String,
        place: [(name: String, value: String)],
        said: (status: Int?, code: String?, message: String?),
        kind: String,
        attempts: Int,
        requestID: String?,
        advice: String?
    ) -> String {
        var text = "\(operation) failed [\(place.map { "\($0.name)=\($0.value)" }.joined(separator: ", "))]"
        let answer = [said.status.map(String.init), said.code].compactMap(\.self).joined(separator: " ")
        let parts = [answer.isEmpty ? nil : answer, said.message].compactMap(\.self)
        if !parts.isEmpty { text += ": \(parts.joined(separator: ": "))" }
        var notes = [kind]
        if attempts > 1 { notes.append("\(attempts) attempts") }
        if let requestID { notes.append("request id \(requestID)") }
        text += " (\(notes.joined(separator: ", ")))"
        if let advice { text += ". \(advice)" }
        return text
    }
}

extension StoreFailure {
    /// The failure as the pipeline knows failures (ES-D7).
    ///
    /// - Parameter verb: `store` or `retrieve`.
    /// - Returns: The error, with the failure as its cause.
    package func externalStorageError(_ verb: String) -> ExternalStorageError {
        let code: ExternalStorageError.Code =
            switch self.kind {
            case .notFound: verb == "store" ? .misconfigured : .notFound
            case .forbidden: .forbidden
            case .throttled: .throttled
            case .tooLarge: .payloadTooLarge
            case .misconfigured, .rejected: .misconfigured
            // Damage on the way and a race that was lost again and again may well go better the next time.
            case .corrupted, .conflict, .unavailable: .unavailable
            }
        return ExternalStorageError(code: code, message: "\(verb) failed: \(self)", cause: self)
    }
}
