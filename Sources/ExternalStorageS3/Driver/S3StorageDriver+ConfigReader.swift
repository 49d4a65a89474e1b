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
internal import SettingsReading

extension S3StorageDriver {
    /// Creates a driver from configuration.
    ///
    /// | key | type | unit, default |
    /// |---|---|---|
    /// | `bucket` | string | required; a name or an ARN |
    /// | `allowsCredentialProcess` | bool | true; false: no `credential_process` of a profile is started |
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
        let (bucket, allowsCommands) = try SettingsReader.read(configReader, failure: ExternalStorageError.init(_:)) {
            settings throws(SettingsError) in
            (try settings.required("bucket"), try settings.bool("allowsCredentialProcess") ?? true)
        }
        let client = try S3HTTPClient.Configuration(configReader: configReader)
        _ = try S3Endpoint(bucket: bucket, options: client.endpoint)
        try self.init(
            bucket: .fixed(bucket),
            client: S3HTTPClient(
                configuration: client,
                credentials: credentials
                    ?? AWSCredentialsChain.default(
                        profile: client.profile,
                        region: client.endpoint.region,
                        allowsCommands: allowsCommands,
                        logger: logger
                    ),
                httpClient: httpClient,
                logger: logger
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
    /// | `streamedPartsAtATime` | int | 2 |
    /// | `readableBuckets` | strings | any bucket; the bucket of new payloads needs no entry |
    /// | `movedBuckets` | strings | none; each `OLD=NEW`: objects of the bucket OLD are read from NEW |
    /// | `replicaBuckets` | strings | none; each `NAME@REGION` |
    /// | `replicaPatience` | int | milliseconds; 2000 |
    ///
    /// - Parameter configReader: The reader, scoped to where the keys stand.
    /// - Throws: ``ExternalStorageError`` of code `invalidConfiguration` if a value has another type than in the table.
    ///   Ranges are checked when the driver is created.
    public init(configReader: ConfigReader) throws(ExternalStorageError) {
        self = try SettingsReader.read(configReader, failure: ExternalStorageError.init(_:)) {
            settings throws(SettingsError) in try Self(settings)
        }
    }

    private init(_ settings: SettingsReader) throws(SettingsError) {
        self.init()
        self.name = settings.string("name") ?? self.name
        self.payloadSizeLimit =
            try settings.int("payloadSizeLimit") ?? self.payloadSizeLimit
        self.existenceCheck =
            try settings.choice("existenceCheck", ["conditionalWrite": .conditionalWrite, "head": .head])
            ?? self.existenceCheck
        if let seconds = try settings.int("refreshAfter") { self.refreshAfter = .seconds(seconds) }
        if let size = try settings.int("downloadPartSizeInBytes") {
            self.downloadPartSizeInBytes = size == 0 ? nil : size
        }
        if let size = try settings.int("multipartThresholdInBytes") {
            self.multipartThresholdInBytes = size == 0 ? nil : size
        }
        self.uploadPartSizeInBytes = try settings.int("uploadPartSizeInBytes") ?? self.uploadPartSizeInBytes
        if let milliseconds = try settings.int("replicaPatience") { self.replicaPatience = .milliseconds(milliseconds) }
        self.streamedPartsAtATime = try settings.int("streamedPartsAtATime") ?? self.streamedPartsAtATime
        let readable = try settings.strings("readableBuckets") ?? []
        if !readable.isEmpty { self.readableBuckets = Set(readable + [settings.string("bucket")].compactMap(\.self)) }
        for text in try settings.strings("movedBuckets") ?? [] {
            let names = text.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
            guard names.count == 2, !names.contains(""), names[0] != names[1], self.movedBuckets[names[0]] == nil else {
                throw settings.refusal("movedBuckets", "a list of OLD=NEW, each OLD once", text)
            }
            self.movedBuckets[names[0]] = names[1]
        }
        self.replicaBuckets = try (settings.strings("replicaBuckets") ?? []).map { text throws(SettingsError) in
            guard let bucket = S3ReplicaBucket(text) else {
                throw settings.refusal("replicaBuckets", "a list of NAME@REGION", text)
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
    /// | `usesARNRegion` | bool | true |
    /// | `disablesMultiRegionAccessPoints` | bool | false |
    /// | `encryption` | string | `AES256`, `aws:kms` or `aws:kms:dsse`; the bucket's |
    /// | `encryptionKeyID` | string | the account's default key; for `aws:kms` and `aws:kms:dsse` |
    /// | `storageClass` | string | `STANDARD`, `STANDARD_IA`, `ONEZONE_IA`, `INTELLIGENT_TIERING` or `GLACIER_IR`; the bucket's |
    /// | `tags` | strings | none; each `NAME=VALUE` |
    /// | `contentType` | string | `application/octet-stream` |
    /// | `expectedBucketOwner` | string | not checked; 12 digits |
    /// | `payerIsRequester` | bool | false |
    /// | `maximumAttempts` | int | 3 |
    /// | `attemptTimeout` | int | seconds; 30 |
    /// | `minimumBytesPerSecond` | int | 262144 |
    /// | `firstByteTimeout` | int | seconds; 10 |
    /// | `completionTimeout` | int | seconds; 300 |
    /// | `checksums` | string | `whenSupported` or `whenRequired`; as the environment says |
    /// | `profile` | string | the one that the environment names |
    ///
    /// What is not set here, the environment and the profile say: ``environment``.
    ///
    /// - Parameter configReader: The reader, scoped to where the keys stand.
    /// - Throws: ``ExternalStorageError`` of code `invalidConfiguration` if a value is missing, of another type than in
    ///   the table or not among the values it names.
    public init(configReader: ConfigReader) throws(ExternalStorageError) {
        self = try SettingsReader.read(configReader, failure: ExternalStorageError.init(_:)) {
            settings throws(SettingsError) in try Self(settings)
        }
    }

    private init(_ settings: SettingsReader) throws(SettingsError) {
        self.init(region: try settings.required("region"), endpointURL: settings.string("endpointURL"))
        if let isPathStyle = try settings.bool("pathStyle") {
            self.endpoint.addressing = isPathStyle ? .path : .virtualHost
        }
        self.endpoint.usesFIPS = try settings.bool("usesFIPS") ?? false
        self.endpoint.usesDualStack = try settings.bool("usesDualStack") ?? false
        self.endpoint.usesAccelerate = try settings.bool("usesAccelerate") ?? false
        self.endpoint.usesARNRegion = try settings.bool("usesARNRegion") ?? true
        self.endpoint.disablesMultiRegionAccessPoints = try settings.bool("disablesMultiRegionAccessPoints") ?? false
        let keyID = settings.string("encryptionKeyID")
        self.encryption = try settings.choice(
            "encryption",
            ["AES256": .s3Managed, "aws:kms": .kms(keyID: keyID), "aws:kms:dsse": .dualLayerKMS(keyID: keyID)]
        )
        if let text = settings.string("storageClass") {
            guard let storageClass = S3StorageClass(text) else {
                throw settings.refusal("storageClass", S3StorageClass.names.joined(separator: ", "), text)
            }
            self.storageClass = storageClass
        }
        self.tags = try (settings.strings("tags") ?? []).map { text throws(SettingsError) in
            guard let separator = text.firstIndex(of: "="), separator > text.startIndex else {
                throw settings.refusal("tags", "a list of NAME=VALUE", text)
            }
            return S3Tag(String(text[..<separator]), String(text[text.index(after: separator)...]))
        }
        self.contentType = settings.string("contentType") ?? self.contentType
        self.expectedBucketOwner = settings.string("expectedBucketOwner")
        self.payerIsRequester = try settings.bool("payerIsRequester") ?? false
        self.retry.maximumAttempts = try settings.int("maximumAttempts", atLeast: 1) ?? self.retry.maximumAttempts
        self.attemptTimeout = try settings.seconds("attemptTimeout") ?? self.attemptTimeout
        self.firstByteTimeout = try settings.seconds("firstByteTimeout") ?? self.firstByteTimeout
        self.completionTimeout = try settings.seconds("completionTimeout") ?? self.completionTimeout
        self.checksums = try settings.choice(
            "checksums",
            ["whenSupported": .whenSupported, "whenRequired": .whenRequired]
        )
        self.profile = settings.string("profile")
        self.minimumBytesPerSecond = try settings.int("minimumBytesPerSecond", atLeast: 1) ?? self.minimumBytesPerSecond
    }
}
