//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import CredentialExchange
import Testing

@testable import AWSCredentials

@Suite(.timeLimit(.minutes(1)))
struct RegionTests {
    @Test("The region is looked for in the order of the AWS SDKs")
    func order() async throws {
        let files = InMemoryFiles(["/h/.aws/config": "[default]\nregion = profile-1\n[profile p]\nregion = profile-2\n"]
        )
        try await TestServer.run { request in
            .init(body: request.method == "PUT" ? "t" : "instance-1")
        } _: { (port: Int) async throws in
            var context = CredentialsContext.test(
                ["HOME": "/h", "AWS_REGION": "env-1", "AWS_DEFAULT_REGION": "env-2"],
                files: files,
                port: port
            )
            #expect(try await AWSRegion.resolve(profile: nil, context: context) == "env-1")
            context.environment.variables["AWS_REGION"] = " "
            #expect(try await AWSRegion.resolve(profile: nil, context: context) == "env-2")
            context.environment.variables["AWS_DEFAULT_REGION"] = nil
            #expect(try await AWSRegion.resolve(profile: nil, context: context) == "profile-1")
            #expect(try await AWSRegion.resolve(profile: "p", context: context) == "profile-2")
            context.environment.variables["AWS_PROFILE"] = "p"
            #expect(try await AWSRegion.resolve(profile: nil, context: context) == "profile-2")
            context.environment.variables["HOME"] = "/nowhere"
            #expect(try await AWSRegion.resolve(profile: nil, context: context) == "instance-1")
        }
    }

    @Test("Where nothing names a region, the error says where to name one")
    func none() async {
        for variables in [["AWS_EC2_METADATA_DISABLED": "true"], [:]] {
            let error = await #expect(throws: AWSCredentialsError.self) {
                try await AWSRegion.resolve(profile: nil, context: .test(variables))
            }
            #expect(error?.code == .notConfigured)
            #expect(error?.message.contains("AWS_REGION") == true)
        }
    }

    @Test("A region cannot smuggle in another host", arguments: ["a.evil.com/", "x@evil", "", "a b"])
    func smuggling(_ region: String) throws {
        let settings = try AWSServiceSettings(
            environment: AWSEnvironment(variables: [:]),
            profile: [:],
            configuration: SharedConfiguration(),
            region: region
        )
        #expect(throws: AWSCredentialsError.self) { try settings.url(of: .sts, region: region, source: "test") }
    }

    @Test(
        "A region's partition gives the end of the host",
        arguments: [
            ("eu-central-1", "sts.eu-central-1.amazonaws.com"), ("cn-north-1", "sts.cn-north-1.amazonaws.com.cn"),
            ("us-iso-east-1", "sts.us-iso-east-1.c2s.ic.gov"), ("us-isob-east-1", "sts.us-isob-east-1.sc2s.sgov.gov"),
            ("us-gov-west-1", "sts.us-gov-west-1.amazonaws.com"), ("eusc-de-east-1", "sts.eusc-de-east-1.amazonaws.eu"),
            ("eu-isoe-west-1", "sts.eu-isoe-west-1.cloud.adc-e.uk"),
            ("us-isof-south-1", "sts.us-isof-south-1.csp.hci.ic.gov"),
        ]
    )
    func partition(region: String, host: String) throws {
        let settings = try AWSServiceSettings(
            environment: AWSEnvironment(variables: [:]),
            profile: [:],
            configuration: SharedConfiguration(),
            region: region
        )
        #expect(try settings.url(of: .sts, region: region, source: "test").host == host)
    }
}
