//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import AWSSigning

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// What requests are signed with if the user says nothing.
enum DefaultCredentials {
    /// The access key in the environment: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`.
    static func provider() -> any AWSCredentialsProvider { EnvironmentCredentials() }
}

/// Reads the access key in the environment anew for every request.
private struct EnvironmentCredentials: AWSCredentialsProvider {
    struct Missing: Error, CustomStringConvertible {
        var description: String {
            "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set; set them or pass a credentials provider"
        }
    }

    func credentials() async throws -> AWSCredentials {
        guard let keyID = Self.value("AWS_ACCESS_KEY_ID"), let secret = Self.value("AWS_SECRET_ACCESS_KEY") else {
            throw Missing()
        }
        return AWSCredentials(
            accessKeyID: keyID,
            secretAccessKey: secret,
            sessionToken: Self.value("AWS_SESSION_TOKEN")
        )
    }

    private static func value(_ name: String) -> String? {
        // `getenv` gives a zero-terminated string or nothing; it is copied before anybody could change it.
        guard let text = unsafe getenv(name) else { return nil }
        let value = unsafe String(cString: text)
        return value.isEmpty ? nil : value
    }
}
