//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import CredentialExchange
import Testing

@testable import AWSCredentials

struct EndpointVectorTests {
    struct ContainerRow: Decodable, Sendable, CustomTestStringConvertible {
        var docs: String
        var env: [String: String]
        var result: VectorResult<String>

        var testDescription: String { self.docs }
    }

    struct InstanceRow: Decodable, Sendable, CustomTestStringConvertible {
        var docs: String
        var env: [String: String]
        var fs: [String: String]
        var endpointOverride: String?
        var modeOverride: String?
        var result: VectorResult<String>

        enum CodingKeys: String, CodingKey {
            case docs
            case env
            case fs
            case endpointOverride = "endpoint_override"
            case modeOverride = "mode_override"
            case result
        }

        var testDescription: String { self.docs }
    }

    struct LocationRow: Decodable, Sendable, CustomTestStringConvertible {
        var name: String
        var environment: [String: String]
        var platform: String
        var profile: String?
        var configLocation: String
        var credentialsLocation: String

        var testDescription: String { self.name }
    }

    static let containers = Result { try Vectors.decode("ecs-tests.json", as: Vectors.Table<ContainerRow>.self).tests }
    static let instances = Result {
        try Vectors.decode("imds-endpoint-tests.json", as: Vectors.Table<InstanceRow>.self).tests
    }
    static let locations = Result {
        try Vectors.decode("file-location-tests.json", as: Vectors.Table<LocationRow>.self).tests
    }

    @Test("All rows are there") func count() throws {
        #expect(try Self.containers.get().count == 11)
        #expect(try Self.instances.get().count == 14)
        #expect(try Self.locations.get().count == 9)
    }

    @Test("A container's endpoint is the one the AWS SDKs take", arguments: (try? containers.get()) ?? [])
    func container(_ row: ContainerRow) throws {
        func url() throws -> String { try ContainerEndpoint(AWSEnvironment(variables: row.env)).url.description }
        if let expected = row.result.value {
            #expect(try url() == expected)
        } else {
            let text = try #require(row.result.error)
            let error = #expect(throws: AWSCredentialsError.self) { try url() }
            #expect(error?.message.contains(text) == true, "\(error?.message ?? "")")
        }
    }

    @Test("An instance's endpoint is the one the AWS SDKs take", arguments: (try? instances.get()) ?? [])
    func instance(_ row: InstanceRow) async throws {
        let environment = AWSEnvironment(variables: row.env, files: InMemoryFiles(row.fs))
        let configuration = try await SharedConfiguration(environment)
        func url() throws -> String {
            try InstanceMetadataEndpoint(
                environment: environment,
                profile: configuration.profile("default") ?? [:],
                endpoint: row.endpointOverride,
                mode: row.modeOverride
            ).tokenURL.description
        }
        if let expected = row.result.value {
            #expect(try url() == expected)
        } else {
            let text = try #require(row.result.error)
            let error = #expect(throws: AWSCredentialsError.self) { try url() }
            #expect(error?.message.contains(text) == true, "\(error?.message ?? "")")
        }
    }

    /// The five rows for Windows are left out: the package does not run there.
    @Test(
        "The shared files lie where the AWS SDKs look for them",
        arguments: ((try? locations.get()) ?? []).filter { $0.platform != "windows" }
    )
    func location(_ row: LocationRow) throws {
        let files = ConfigurationFiles(AWSEnvironment(variables: row.environment))
        #expect(files.config == row.configLocation)
        #expect(files.credentials == row.credentialsLocation)
        if let profile = row.profile { #expect((files.profile ?? "default") == profile) }
    }

    @Test(
        "An unencrypted address that leaves the machine is refused",
        arguments: [
            "http://example.com/c", "http://169.254.170.3/c", "http://127.0.0.1@example.com/c", "http://127.evil.com/c",
            "ftp://localhost/c", "http://[::2]/c", "http://127.0.0.1.example.com/c",
        ]
    )
    func leavesTheMachine(_ url: String) {
        let error = #expect(throws: AWSCredentialsError.self) {
            try ContainerEndpoint(AWSEnvironment(variables: ["AWS_CONTAINER_CREDENTIALS_FULL_URI": url]))
        }
        #expect(error?.code == .invalidConfiguration)
    }
}
