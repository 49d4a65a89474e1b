//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import CredentialExchange

@testable import AWSCredentials

/// Sends everything to one port of this machine, with the `Host` header of where it should have gone.
struct RedirectedTransport: CredentialsTransport {
    var port: Int

    func send(_ request: CredentialsRequest) async throws -> CredentialsResponse {
        var request = request
        request.headers.append((name: "x-test-scheme", value: request.url.scheme))
        request.url = ServiceURL(scheme: "http", host: "127.0.0.1", port: self.port, target: request.url.target)
        return try await HTTPClientTransport.shared.send(request)
    }
}

/// Reaches nobody.
struct UnreachableTransport: CredentialsTransport {
    struct Unreachable: Error {}

    func send(_ request: CredentialsRequest) async throws -> CredentialsResponse { throw Unreachable() }
}
