//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// What STS says about a request that failed.
struct STSFailure {
    var code: String
    /// The text for people; nil if it could hold what was sent.
    var message: String?

    /// Nil if there is no code in the answer.
    init?(_ response: CredentialsResponse) {
        guard response.status != 200, let code = XMLText.value(of: "Code", in: response.text) else { return nil }
        self.code = code
        self.message = XMLText.value(of: "Message", in: response.text)
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
