//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AWSCredentials
public import AWSSigning
public import AsyncHTTPClient
public import Configuration
public import ExternalStorageCore
public import Logging

extension S3StorageDriver {
    /// Creates a driver from configuration.
    ///
    /// | key | type | unit, default |
    /// |---|---|---|
    /// | `bucket` | string | required; a name or an ARN |
    /// | and all keys of ``S3HTTPClient/Configuration/init(configReader:)`` | | |
    /// | and all keys of ``Configuration/init(configReader:)`` | | |
    ///
    /// None of these is a secret: credentials are not configuration.
    ///
    /// - Parameters:
    ///   - configReader: The reader, scoped to where the keys stand.
    ///   - credentials: What requests are signed with; nil for the chain of the AWS SDKs.
    ///   - httpClient: Whose connections are used; nil for one that all S3 clients share.
    ///   - logger: Is told what the driver had to work around.
    /// - Throws: ``ExternalStorageError`` of code `invalidConfiguration` for a value that is missing, of another type
    ///   or out of range; ``S3EndpointError`` if bucket and region do not lead to an address.
    public convenience init(
        configReader: ConfigReader,
        credentials: (any AWSCredentialsProvider)? = nil,
        httpClient: HTTPClient? = nil,
        logger: Logger = .current
    ) throws {
        let values = S3ConfigValues(reader: configReader)
        guard let bucket = values.string("bucket"), !bucket.isEmpty else {
            throw ExternalStorageError(code: .invalidConfiguration, message: "\"bucket\" is not set")
        }
        let settings = try S3HTTPClient.Configuration(configReader: configReader)
        _ = try S3Endpoint(bucket: bucket, options: settings.endpoint)
        try self.init(
            bucket: .fixed(bucket),
            client: S3HTTPClient(
                configuration: settings,
                credentials: credentials ?? AWSCredentialsChain.default(logger: logger),
                httpClient: httpClient
            ),
            configuration: Configuration(configReader: configReader),
            logger: logger
        )
    }
}

extension S3StorageDriver.Configuration {
    /// Reads what the driver does beyond the common case.
    ///
    /// | key | type | unit, default |
    /// |---|---|---|
    /// | `name` | string | `aws.s3driver` |
    /// | `payloadSizeLimit` | int | bytes; 52428800 |
    /// | `existenceCheck` | string | `conditionalWrite` or `head`; `conditionalWrite` |
    /// | `refreshAfter` | int | seconds; not set: never |
    /// | `downloadPartSizeInBytes` | int | bytes; 16777216. 0 reads in one go |
    /// | `multipartThresholdInBytes` | int | bytes; 67108864. 0 never writes in parts |
    /// | `uploadPartSizeInBytes` | int | bytes; 16777216 |
    /// | `replicaBuckets` | strings | none; each `NAME@REGION` |
    ///
    /// - Parameter configReader: The reader, scoped to where the keys stand.
    /// - Throws: ``ExternalStorageError`` of code `invalidConfiguration` if a value has another type than in the table.
    ///   Ranges are checked when the driver is created.
    public init(configReader: ConfigReader) throws(ExternalStorageError) {
        self.init()
        let values = S3ConfigValues(reader: configReader)
        self.name = values.string("name") ?? self.name
        self.payloadSizeLimit =
            try values.int("payloadSizeLimit") ?? self.payloadSizeLimit
        switch values.string("existenceCheck") {
        case nil, "conditionalWrite": self.existenceCheck = .conditionalWrite
        case "head": self.existenceCheck = .head
        case .some(let text): throw values.refuse("existenceCheck", "conditionalWrite or head", text)
        }
        if let seconds = try values.int("refreshAfter") { self.refreshAfter = .seconds(seconds) }
        if let size = try values.int("downloadPartSizeInBytes") {
            self.downloadPartSizeInBytes = size == 0 ? nil : size
        }
        if let size = try values.int("multipartThresholdInBytes") {
            self.multipartThresholdInBytes = size == 0 ? nil : size
        }
        self.uploadPartSizeInBytes = try values.int("uploadPartSizeInBytes") ?? self.uploadPartSizeInBytes
        self.replicaBuckets = try values.strings("replicaBuckets").map { text throws(ExternalStorageError) in
            guard let bucket = S3ReplicaBucket(text) else {
                throw values.refuse("replicaBuckets", "a list of NAME@REGION", text)
            }
            return bucket
        }
    }
}

extension S3HTTPClient.Configuration {
    /// Reads where the store is and how objects are written.
    ///
    /// | key | type | unit, default |
    /// |---|---|---|
    /// | `region` | string | required, for access points too |
    /// | `endpointURL` | string | AWS's |
    /// | `pathStyle` | bool | true for an `endpointURL`, else false |
    /// | `usesFIPS`, `usesDualStack`, `usesAccelerate` | bool | false |
    /// | `encryption` | string | `AES256`, `aws:kms` or `aws:kms:dsse`; the bucket's |
    /// | `encryptionKeyID` | string | the account's default key; for `aws:kms` and `aws:kms:dsse` |
    /// | `expectedBucketOwner` | string | not checked; 12 digits |
    /// | `payerIsRequester` | bool | false |
    /// | `maximumAttempts` | int | 3 |
    /// | `attemptTimeout` | int | seconds; 30 |
    ///
    /// - Parameter configReader: The reader, scoped to where the keys stand.
    /// - Throws: ``ExternalStorageError`` of code `invalidConfiguration` if a value is missing, of another type than in
    ///   the table or not among the values it names.
    public init(configReader: ConfigReader) throws(ExternalStorageError) {
        let values = S3ConfigValues(reader: configReader)
        guard let region = values.string("region"), !region.isEmpty else {
            throw ExternalStorageError(code: .invalidConfiguration, message: "\"region\" is not set")
        }
        self.init(region: region, endpointURL: values.string("endpointURL"))
        if let isPathStyle = try values.bool("pathStyle") {
            self.endpoint.addressing = isPathStyle ? .path : .virtualHost
        }
        self.endpoint.usesFIPS = try values.bool("usesFIPS") ?? false
        self.endpoint.usesDualStack = try values.bool("usesDualStack") ?? false
        self.endpoint.usesAccelerate = try values.bool("usesAccelerate") ?? false
        let keyID = values.string("encryptionKeyID")
        switch values.string("encryption") {
        case nil: self.encryption = nil
        case "AES256": self.encryption = .s3Managed
        case "aws:kms": self.encryption = .kms(keyID: keyID)
        case "aws:kms:dsse": self.encryption = .dualLayerKMS(keyID: keyID)
        case .some(let text): throw values.refuse("encryption", "AES256, aws:kms or aws:kms:dsse", text)
        }
        self.expectedBucketOwner = values.string("expectedBucketOwner")
        self.payerIsRequester = try values.bool("payerIsRequester") ?? false
        if let attempts = try values.int("maximumAttempts") {
            guard attempts > 0 else { throw values.refuse("maximumAttempts", "positive", String(attempts)) }
            self.retry.maximumAttempts = attempts
        }
        if let seconds = try values.int("attemptTimeout") {
            guard seconds > 0 else { throw values.refuse("attemptTimeout", "positive", String(seconds)) }
            self.attemptTimeout = .seconds(seconds)
        }
    }
}

/// Tells a value that is not set from one that is set and wrong.
private struct S3ConfigValues {
    let reader: ConfigReader

    func string(_ key: ConfigKey) -> String? { self.reader.string(forKey: key) }

    func int(_ key: ConfigKey) throws(ExternalStorageError) -> Int? {
        if let value = self.reader.int(forKey: key) { return value }
        if let text = self.reader.string(forKey: key) { throw self.refuse(key, "an integer", text) }
        return nil
    }

    func bool(_ key: ConfigKey) throws(ExternalStorageError) -> Bool? {
        if let value = self.reader.bool(forKey: key) { return value }
        if let text = self.reader.string(forKey: key) { throw self.refuse(key, "true or false", text) }
        return nil
    }

    func strings(_ key: ConfigKey) throws(ExternalStorageError) -> [String] {
        if let values = self.reader.stringArray(forKey: key) { return values }
        if let text = self.reader.string(forKey: key) { throw self.refuse(key, "a list", text) }
        return []
    }

    func refuse(_ key: ConfigKey, _ expected: String, _ text: String) -> ExternalStorageError {
        ExternalStorageError(
            code: .invalidConfiguration,
            message: "\"\(key)\" must be \(expected), but is \"\(text)\""
        )
    }
}
