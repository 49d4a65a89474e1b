//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import AWSSigning

/// Several providers, of which the first that is configured counts.
///
/// A provider that throws ``AWSCredentialsError/Code/notConfigured`` is passed over. One that is configured and fails
/// ends the search with its error: falling through to another identity would be worse than failing.
public struct AWSCredentialsChain: AWSCredentialsProvider {
    private let providers: [any AWSCredentialsProvider]

    /// Creates a chain.
    ///
    /// - Parameter providers: In the order in which they are asked; yours may be among them.
    public init(_ providers: [any AWSCredentialsProvider]) {
        self.providers = providers
    }

    /// The credentials of the first provider that is configured.
    ///
    /// - Returns: What that provider gave.
    /// - Throws: What it threw; ``AWSCredentialsError/Code/notConfigured`` with the reason of each if none is
    ///   configured; `CancellationError`.
    public func credentials() async throws -> AWSCredentials {
        var reasons: [String] = []
        for provider in self.providers {
            do {
                return try await provider.credentials()
            } catch let error as AWSCredentialsError where error.code == .notConfigured {
                reasons.append(error.description)
            } catch let error as AWSCredentialsError where !reasons.isEmpty {
                var error = error
                error.message += " (before: \(reasons.joined(separator: "; ")))"
                throw error
            }
        }
        throw AWSCredentialsError(
            .notConfigured,
            source: "AWS credentials",
            "there are none; tried " + reasons.joined(separator: "; ")
        )
    }

    /// As ``credentials()``, with the kind of the provider in words.
    package func credentialsAndSource() async throws -> (AWSCredentials, source: String) {
        for provider in self.providers {
            do {
                return (try await provider.credentials(), Self.name(of: provider))
            } catch let error as AWSCredentialsError where error.code == .notConfigured {
                continue
            }
        }
        // None is configured: the error that says what was tried.
        return (try await self.credentials(), "")
    }

    private static func name(of provider: any AWSCredentialsProvider) -> String {
        switch provider {
        case is EnvironmentAWSCredentials: "the environment"
        case is WebIdentityAWSCredentials: "a role for the token in a file"
        case is ProfileAWSCredentials: "a profile of the AWS files"
        case is ContainerAWSCredentials: "the agent of the container"
        case is InstanceMetadataAWSCredentials: "the metadata service of the instance"
        default: "\(type(of: provider))"
        }
    }

    /// Passes the news on to all providers.
    ///
    /// - Parameter credentials: What the refused request was signed with.
    public func invalidate(_ credentials: AWSCredentials) async {
        for provider in self.providers { await provider.invalidate(credentials) }
    }
}
