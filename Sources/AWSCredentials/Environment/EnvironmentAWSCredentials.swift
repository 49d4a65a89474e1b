//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import AWSSigning

/// The access key in the environment variables.
///
/// `AWS_ACCESS_KEY_ID` (or `AWS_ACCESS_KEY`), `AWS_SECRET_ACCESS_KEY` (or `AWS_SECRET_KEY`) and, for temporary keys,
/// `AWS_SESSION_TOKEN`. A blank variable counts as not set.
public struct EnvironmentAWSCredentials: AWSCredentialsProvider {
    private let environment: AWSEnvironment

    /// Creates the source.
    ///
    /// - Parameter environment: Whose variables are read.
    public init(_ environment: AWSEnvironment = .process()) {
        self.environment = environment
    }

    /// The access key.
    ///
    /// - Returns: Credentials without an expiration.
    /// - Throws: ``AWSCredentialsError``: `notConfigured` if neither variable is set, `invalidConfiguration` if one is.
    public func credentials() async throws -> AWSCredentials {
        try Self.credentials(in: self.environment)
    }

    static func credentials(in environment: AWSEnvironment) throws(AWSCredentialsError) -> AWSCredentials {
        let keyID = environment.value("AWS_ACCESS_KEY_ID") ?? environment.value("AWS_ACCESS_KEY")
        let secret = environment.value("AWS_SECRET_ACCESS_KEY") ?? environment.value("AWS_SECRET_KEY")
        switch (keyID, secret) {
        case (let keyID?, let secret?):
            return AWSCredentials(
                accessKeyID: keyID,
                secretAccessKey: secret,
                sessionToken: environment.value("AWS_SESSION_TOKEN")
            )
        case (nil, nil):
            throw AWSCredentialsError(
                .notConfigured,
                source: "environment",
                "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set"
            )
        case (nil, _):
            throw AWSCredentialsError(
                .invalidConfiguration,
                source: "environment",
                "AWS_SECRET_ACCESS_KEY is set, but AWS_ACCESS_KEY_ID is not"
            )
        case (_, nil):
            throw AWSCredentialsError(
                .invalidConfiguration,
                source: "environment",
                "AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not"
            )
        }
    }
}
