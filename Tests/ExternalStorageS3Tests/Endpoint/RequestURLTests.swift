//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AWSSigning
import FakeStores
import Foundation
import Testing

@testable import ExternalStorageS3

@Suite("ES-D6 Whole requests: bucket or ARN, and key, to URL and scope")
struct RequestURLTests {
    struct Case: Decodable, Sendable, CustomTestStringConvertible {
        struct Settings: Decodable, Sendable {
            struct S3: Decodable, Sendable {
                var addressingStyle: String?
                var useAccelerateEndpoint: Bool?
                var useArnRegion: Bool?
                var s3DisableMultiregionAccessPoints: Bool?
            }
            var useFipsEndpoint: Bool?
            var useDualstackEndpoint: Bool?
            var s3: S3?
        }
        struct Expectation: Decodable, Sendable {
            var url: String?
            var algorithm: String?
            var scopeAfterDate: String?
            var regionSet: String?
            var error: String?
        }
        var name: String
        var bucket: String
        var key: String
        var region: String
        var config: Settings
        var endpointUrl: String?
        var expect: Expectation
        var testDescription: String { "\(self.name) \(self.key) \(self.endpointUrl ?? "")" }
    }

    struct File: Decodable { var cases: [Case] }

    static func cases() -> [Case] {
        let file: File? = try? Vectors.decode("s3-endpoint/request-urls.json")
        return file?.cases ?? []
    }

    @Test("144 cases are there")
    func count() {
        #expect(Self.cases().count == 144)
    }

    @Test("URL, algorithm and scope equal those of AWS's SDK for Python", arguments: cases())
    func url(_ vector: Case) throws {
        var options = S3Endpoint.Options(region: vector.region, endpointURL: vector.endpointUrl)
        options.usesFIPS = vector.config.useFipsEndpoint ?? false
        options.usesDualStack = vector.config.useDualstackEndpoint ?? false
        options.addressing = vector.config.s3?.addressingStyle == "path" ? .path : .automatic
        options.usesAccelerate = vector.config.s3?.useAccelerateEndpoint ?? false
        options.usesARNRegion = vector.config.s3?.useArnRegion ?? true
        options.disablesMultiRegionAccessPoints = vector.config.s3?.s3DisableMultiregionAccessPoints ?? false
        options.usesLegacyGlobalHost = true
        guard let url = vector.expect.url else {
            let error = #expect(throws: S3EndpointError.self) {
                try S3Endpoint(bucket: vector.bucket, options: options)
            }
            #expect(try vector.expect.error?.contains(#require(error).message) == true)
            return
        }
        let endpoint = try S3Endpoint(bucket: vector.bucket, options: options)
        #expect(endpoint.url(key: vector.key) == url)
        let scope = SigningScope(
            endpoint.algorithm,
            service: endpoint.service,
            time: SigningTime(secondsSince1970: 0)
        )
        #expect(scope.algorithmName == vector.expect.algorithm)
        #expect(scope.description == "19700101/\(vector.expect.scopeAfterDate ?? "")")
        if let regionSet = vector.expect.regionSet { #expect(endpoint.region == regionSet) }
    }
}
