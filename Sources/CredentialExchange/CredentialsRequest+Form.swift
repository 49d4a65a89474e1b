//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import Groundwork

extension CredentialsRequest {
    /// A form, as browsers send it.
    package static func form(
        _ fields: [(String, String)],
        to url: ServiceURL,
        headers: [(name: String, value: String)] = []
    ) -> Self {
        let body = fields.map { name, value in
            "\(PercentEncoding.unreserved.encode(name))=\(PercentEncoding.unreserved.encode(value))"
        }.joined(separator: "&")
        return Self(
            method: "POST",
            url: url,
            headers: [("Content-Type", "application/x-www-form-urlencoded")] + headers,
            body: Array(body.utf8)
        )
    }
}
