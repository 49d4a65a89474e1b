//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import AsyncHTTPClient
public import Configuration
public import ExternalStorageCore
public import Logging
internal import SettingsReading
internal import StoreHTTP

extension GCSStorageDriver {
    /// Creates a driver from configuration.
    ///
    /// | key | type | unit, default |
    /// |---|---|---|
    /// | `bucket` | string | required |
    /// | `credentialsFile` | string | application default credentials |
    /// | `allowsExecutables` | bool | what `GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES` says |
    /// | `anonymous` | bool | false |
    /// | and all keys of ``Configuration/init(configReader:)`` | | |
    ///
    /// None of these is a secret: credentials are not configuration.
    ///
    /// - Parameters:
    ///   - configReader: The reader, scoped to where the keys stand.
    ///   - credentials: What requests are authorised with; nil for what the keys say.
    ///   - httpClient: Whose connections are used; nil for one that all drivers share.
    ///   - logger: Is told when credentials could not be refreshed and the present ones stay in use.
    /// - Throws: `ExternalStorageError` of code `invalidConfiguration` for a value that is missing, of another type or
    ///   out of range.
    public convenience init(
        configReader: ConfigReader,
        credentials: GoogleCredentials? = nil,
        httpClient: HTTPClient? = nil,
        logger: Logger = .current
    ) throws {
        let (bucket, configured) = try SettingsReader.read(configReader, failure: ExternalStorageError.init(_:)) {
            settings throws(SettingsError) in (try settings.required("bucket"), try Self.credentials(settings))
        }
        try self.init(
            bucket: bucket,
            credentials: credentials ?? configured,
            configuration: Configuration(configReader: configReader),
            httpClient: httpClient,
            logger: logger
        )
    }

    /// What the keys say of credentials; nil if they say nothing.
    private static func credentials(_ settings: SettingsReader) throws(SettingsError) -> GoogleCredentials? {
        var options = GoogleCredentials.Options()
        options.allowsExecutables = try settings.bool("allowsExecutables")
        let file = settings.string("credentialsFile")
        if try settings.bool("anonymous") ?? false {
            guard file == nil else {
                throw SettingsError(message: "\"anonymous\" and \"credentialsFile\" exclude each other")
            }
            return .anonymous
        }
        if let file { return .file(file, options: options) }
        return options.allowsExecutables == nil ? nil : .applicationDefault(options: options)
    }
}

extension GCSStorageDriver.Configuration {
    /// Reads what the driver does beyond the common case.
    ///
    /// | key | type | unit, default |
    /// |---|---|---|
    /// | `name` | string | `gcp.gcsdriver` |
    /// | `payloadSizeLimit` | int | bytes; 52428800 |
    /// | `refreshAfter` | int | seconds; not set: never |
    /// | `downloadPartSizeInBytes` | int | bytes; 16777216. 0 reads in one go |
    /// | `readableBuckets` | strings | any bucket; the bucket of new payloads needs no entry |
    /// | `endpointURL` | string | that of `STORAGE_EMULATOR_HOST`, else Google's |
    /// | `userProject` | string | none |
    /// | `kmsKeyName` | string | the bucket's |
    /// | `storageClass` | string | the bucket's |
    /// | `maximumAttempts` | int | 6 |
    /// | `retryTimeLimit` | int | seconds; 120 |
    /// | `attemptTimeout` | int | seconds; 30 |
    /// | `minimumBytesPerSecond` | int | bytes per second; 262144 |
    ///
    /// - Parameter configReader: The reader, scoped to where the keys stand.
    /// - Throws: `ExternalStorageError` of code `invalidConfiguration` if a value has another type than in the table.
    ///   Ranges are checked when the driver is created.
    public init(configReader: ConfigReader) throws(ExternalStorageError) {
        self = try SettingsReader.read(configReader, failure: ExternalStorageError.init(_:)) {
            settings throws(SettingsError) in try Self(settings)
        }
    }

    private init(_ settings: SettingsReader) throws(SettingsError) {
        self.init()
        try self.read(settings)
        if let readable = try settings.strings("readableBuckets") {
            self.readableBuckets = Set(readable + [settings.string("bucket")].compactMap(\.self))
        }
        self.userProject = settings.string("userProject")
        self.kmsKeyName = settings.string("kmsKeyName")
        self.storageClass = settings.string("storageClass")
    }
}
