//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// A request to a service that gives credentials.
package struct CredentialsRequest: Sendable {
    package var method: String
    package var url: ServiceURL
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]
    /// How long the whole exchange may take.
    package var timeout: Duration
    /// The path of the certificates to trust; nil for the system's.
    package var certificateBundle: String?

    package init(
        method: String = "GET",
        url: ServiceURL,
        headers: [(name: String, value: String)] = [],
        body: [UInt8] = [],
        timeout: Duration = .seconds(10),
        certificateBundle: String? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.certificateBundle = certificateBundle
    }
}

/// Its answer.
package struct CredentialsResponse: Sendable {
    package var status: Int
    /// In the order they came.
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]

    package init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The first header of a name, in any case.
    package func header(_ name: String) -> String? {
        let name = name.lowercased()
        return self.headers.first { $0.name.lowercased() == name }?.value
    }

    package var text: String { String(decoding: self.body, as: UTF8.self) }
}

/// Sends one request, once.
package protocol CredentialsTransport: Sendable {
    /// - Throws: Whatever went wrong before there was a whole answer; `CancellationError`.
    func send(_ request: CredentialsRequest) async throws -> CredentialsResponse
}
