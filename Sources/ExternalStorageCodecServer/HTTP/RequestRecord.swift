//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import HTTPTypes

/// What the access log and the metrics say about a request: nothing of its payloads.
struct RequestRecord: Sendable {
    /// Names the request in the answer and in the log.
    var id: String
    var method: String
    /// `encode`, `decode`, `download`, or nothing if the path is none of these.
    var route = "none"
    var address: String
    var origin: String?
    var namespace: String?
    var subject: String?
    var issuer: String?
    var status = HTTPResponse.Status.ok
    /// The kind of failure, and what only the operator may read.
    var reason: String?
    var detail: String?
    var payloads = 0
    var requestBytes = 0
    var responseBytes = 0

    /// Not a random name for anything but this: 64 bits tell requests apart.
    static func makeID() -> String {
        let digits = String(UInt64.random(in: .min ... .max), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
