//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import CredentialExchange
internal import Groundwork

/// What STS says about a request that failed.
struct STSFailure {
    var code: String
    /// The text for people.
    private var message: String?

    /// Nil if there is no code in the answer.
    init?(_ response: CredentialsResponse) {
        guard response.status != 200, let answer = XMLNode(parsing: response.body), let code = answer.first("Code")
        else {
            return nil
        }
        self.code = code.text.trimmingASCIIWhitespace()
        self.message = answer.first("Message")?.text.trimmingASCIIWhitespace()
    }

    /// The text for people, unless it could show what was sent.
    ///
    /// An answer to a wrong signature quotes the canonical request, with the session token in it.
    ///
    /// - Parameter secrets: What was sent and must not be shown.
    /// - Returns: The text, or nil.
    func message(without secrets: [Redacted]) -> String? {
        guard let message, self.code != "SignatureDoesNotMatch",
            !secrets.contains(where: { message.contains($0.value) })
        else { return nil }
        return message
    }

    var isThrottling: Bool {
        [
            "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestThrottledException",
            "TooManyRequestsException", "RequestLimitExceeded", "BandwidthLimitExceeded", "SlowDown",
            "LimitExceededException", "PriorRequestNotComplete",
        ].contains(self.code)
    }

    /// The provider of identities could not be reached, or its keys were not known yet.
    var isIdentityHiccup: Bool {
        self.code == "IDPCommunicationError" || self.code == "InvalidIdentityToken"
    }
}
