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

@Suite("ES-D6 Addresses: AWS's endpoint rules for Amazon S3")
struct S3EndpointTests {
    struct Case: Decodable, Sendable, CustomTestStringConvertible {
        struct Expectation: Decodable, Sendable {
            struct Endpoint: Decodable, Sendable {
                struct Properties: Decodable, Sendable {
                    var authSchemes: [AuthScheme]?
                }
                var url: String
                var properties: Properties?
            }
            var endpoint: Endpoint?
            var error: String?
            // The derived cases have both at the top.
            var url: String?
            var properties: Endpoint.Properties?

            var resolved: Endpoint? { self.endpoint ?? self.url.map { Endpoint(url: $0, properties: self.properties) } }
        }
        struct AuthScheme: Decodable, Sendable {
            var name: String
            var signingName: String
            var signingRegion: String?
            var signingRegionSet: [String]?
        }
        struct Parameters: Decodable, Sendable {
            var region: String?
            var bucket: String?
            var endpoint: String?
            var forcePathStyle: Bool?
            var useFIPS: Bool?
            var useDualStack: Bool?
            var accelerate: Bool?
            var useArnRegion: Bool?
            var useGlobalEndpoint: Bool?
            var useObjectLambdaEndpoint: Bool?
            var disableAccessPoints: Bool?
            var disableMultiRegionAccessPoints: Bool?

            enum CodingKeys: String, CodingKey {
                case region = "Region"
                case bucket = "Bucket"
                case endpoint = "Endpoint"
                case forcePathStyle = "ForcePathStyle"
                case useFIPS = "UseFIPS"
                case useDualStack = "UseDualStack"
                case accelerate = "Accelerate"
                case useArnRegion = "UseArnRegion"
                case useGlobalEndpoint = "UseGlobalEndpoint"
                case useObjectLambdaEndpoint = "UseObjectLambdaEndpoint"
                case disableAccessPoints = "DisableAccessPoints"
                case disableMultiRegionAccessPoints = "DisableMultiRegionAccessPoints"
            }
        }
        var documentation: String?
        var group: String?
        var params: Parameters
        var expect: Expectation
        var testDescription: String {
            "\(self.documentation ?? self.group ?? "") \(self.params.bucket ?? "") \(self.params.region ?? "")"
        }

        /// Directory buckets and aliases of Outposts access points, which we refuse, and requests without a bucket.
        var isOutOfScope: Bool {
            guard let bucket = self.params.bucket else { return true }
            return ["--x-s3", "--xa-s3", "--op-s3"].contains { bucket.hasSuffix($0) }
        }

        func resolve() -> Result<S3Endpoint, S3EndpointError> {
            var options = S3Endpoint.Options(region: self.params.region, endpointURL: self.params.endpoint)
            options.addressing = self.params.forcePathStyle == true ? .path : .virtualHost
            options.usesFIPS = self.params.useFIPS ?? false
            options.usesDualStack = self.params.useDualStack ?? false
            options.usesAccelerate = self.params.accelerate ?? false
            options.usesARNRegion = self.params.useArnRegion ?? true
            options.usesLegacyGlobalHost = self.params.useGlobalEndpoint ?? false
            options.disablesAccessPoints = self.params.disableAccessPoints ?? false
            options.disablesMultiRegionAccessPoints = self.params.disableMultiRegionAccessPoints ?? false
            do {
                return .success(try S3Endpoint(bucket: self.params.bucket ?? "", options: options))
            } catch {
                return .failure(error)
            }
        }
    }

    struct OfficialFile: Decodable { var testCases: [Case] }
    struct DerivedFile: Decodable { var cases: [Case] }

    static func official() throws -> [Case] {
        let file: OfficialFile = try Vectors.decode("s3-endpoint/official-endpoint-tests.json", keys: .useDefaultKeys)
        return file.testCases
    }

    static func derived() throws -> [Case] {
        let file: DerivedFile = try Vectors.decode("s3-endpoint/derived-cases.json", keys: .useDefaultKeys)
        return file.cases
    }

    /// Compares one case; nil if it agrees.
    private static func difference(_ vector: Case) -> String? {
        switch vector.resolve() {
        case .success(let endpoint):
            guard let expected = vector.expect.resolved else {
                return "gave \(endpoint), expected the error \(vector.expect.error ?? "?")"
            }
            var url = expected.url
            while url.last == "/" { url.removeLast() }
            let ours = "\(endpoint.scheme)://\(endpoint.authority)\(endpoint.basePath)"
            guard ours == url else { return "gave \(ours), expected \(url)" }
            guard let scheme = expected.properties?.authSchemes?.first else { return "no scheme" }
            guard endpoint.service == scheme.signingName else { return "service \(endpoint.service)" }
            let algorithm: SigningScope.Algorithm =
                scheme.name == "sigv4a"
                ? .sigV4A(regionSet: (scheme.signingRegionSet ?? []).joined(separator: ","))
                : .sigV4(region: scheme.signingRegion ?? "")
            return endpoint.algorithm == algorithm ? nil : "algorithm \(endpoint.algorithm), expected \(algorithm)"
        case .failure(let error):
            guard let expected = vector.expect.error else {
                return "gave the error \(error), expected \(vector.expect.resolved?.url ?? "?")"
            }
            return error.message == expected ? nil : "gave the error \(error), expected \(expected)"
        }
    }

    @Test("The official cases: same address, scheme and error text")
    func officialCases() throws {
        let all = try Self.official()
        #expect(all.count == 393)
        let cases = all.filter { !$0.isOutOfScope }
        #expect(cases.count == 224)
        for vector in cases {
            if let difference = Self.difference(vector) { Issue.record("\(vector.testDescription): \(difference)") }
        }
    }

    @Test("The cases derived from AWS's rule set; we are stricter with the ARN of a Multi-Region Access Point")
    func derivedCases() throws {
        let all = try Self.derived()
        #expect(all.count == 415)
        var stricter: [String] = []
        for vector in all where !vector.isOutOfScope {
            guard let difference = Self.difference(vector) else { continue }
            let isStricter =
                ["mrap-grammar", "arn-grammar"].contains(vector.group) && (try? vector.resolve().get()) == nil
                && vector.expect.error == nil
            if isStricter {
                stricter.append(vector.params.bucket ?? "")
            } else {
                Issue.record("\(vector.testDescription): \(difference)")
            }
        }
        #expect(
            stricter == [
                "arn:aws:s3::123456789012:accesspoint:mfzwi23gnjvgw.mrap/extra",
                "arn:aws:s3::123456789012:accesspoint/mfzwi23gnjvgw.mrap/extra",
                "arn:aws:s3:::accesspoint:mfzwi23gnjvgw.mrap",
                "arn:aws:s3::12345678901:accesspoint:m.mrap",
                "arn:aws:s3::123456789012:accesspoint:m.mrap:object",
            ]
        )
    }

    @Test("Directory buckets and Outposts aliases are refused by name")
    func refused() throws {
        let cases = try (Self.official() + Self.derived()).filter { $0.params.bucket != nil && $0.isOutOfScope }
        #expect(cases.count > 100)
        for vector in cases {
            #expect(throws: S3EndpointError.self) { try vector.resolve().get() }
        }
        let error = #expect(throws: S3EndpointError.self) {
            try S3Endpoint(bucket: "a--use1-az1--x-s3", options: .init(region: "us-east-1"))
        }
        #expect(error?.message.contains("S3 Express") == true)
    }
}
