//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AWSSigning
import Foundation
import Testing

@testable import ExternalStorageS3

/// The S3 server that the environment names, if it does.
///
/// `EXTERNAL_STORAGE_TEST_S3_ENDPOINT` and `EXTERNAL_STORAGE_TEST_S3_BUCKET`, or `S3_ENDPOINT` and `S3_BUCKET` as
/// `Scripts/dev-services env` prints them; the key in `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`.
enum RealStore {
    static let skipped: Comment =
        "SKIPPED: no S3 server; run `eval \"$(Scripts/dev-services env)\"` after `Scripts/dev-services up s3`"

    private static func value(_ names: String...) -> String? {
        names.lazy.compactMap { ProcessInfo.processInfo.environment[$0] }.first { !$0.isEmpty }
    }

    static let endpoint = value("EXTERNAL_STORAGE_TEST_S3_ENDPOINT", "S3_ENDPOINT")
    static let bucket = value("EXTERNAL_STORAGE_TEST_S3_BUCKET", "S3_BUCKET") ?? "payloads"
    static var isThere: Bool { self.endpoint != nil && self.credentials != nil }

    static var credentials: AWSCredentials? {
        guard let keyID = self.value("AWS_ACCESS_KEY_ID"), let secret = self.value("AWS_SECRET_ACCESS_KEY") else {
            return nil
        }
        return AWSCredentials(accessKeyID: keyID, secretAccessKey: secret)
    }

    static func client(
        credentials: AWSCredentials? = nil,
        bucketEndpoint: String? = nil
    ) throws -> S3HTTPClient {
        let settings = S3HTTPClient.Configuration(region: "us-east-1", endpointURL: bucketEndpoint ?? self.endpoint)
        let account = try #require(credentials ?? self.credentials)
        return S3HTTPClient(configuration: settings, credentials: StaticAWSCredentialsProvider(account))
    }
}
