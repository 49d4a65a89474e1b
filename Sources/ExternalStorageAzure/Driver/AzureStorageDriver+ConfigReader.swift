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

extension AzureStorageDriver {
    /// Creates a driver from configuration.
    ///
    /// | key | type | unit, default |
    /// |---|---|---|
    /// | `container` | string | required |
    /// | `account` | string | what the environment says |
    /// | `managedIdentityClientID` | string | the search of Azure's libraries |
    /// | and all keys of ``Configuration/init(configReader:)`` | | |
    ///
    /// None of these is a secret: keys, signatures and connection strings come from the environment.
    ///
    /// - Parameters:
    ///   - configReader: The reader, scoped to where the keys stand.
    ///   - credentials: What requests are authorised with; nil for what the environment says.
    ///   - httpClient: Whose connections are used; nil for one that all drivers share.
    ///   - logger: Is told when credentials could not be refreshed and the present ones stay in use.
    /// - Throws: `ExternalStorageError` of code `invalidConfiguration` for a value that is missing, of another type or
    ///   out of range.
    public convenience init(
        configReader: ConfigReader,
        credentials: AzureCredentials? = nil,
        httpClient: HTTPClient? = nil,
        logger: Logger = .current
    ) throws {
        let settings = SettingsReader(configReader)
        let identity = settings.string("managedIdentityClientID").map { AzureCredentials.managedIdentity(clientID: $0) }
        let container = try SettingsReader.read(configReader, failure: ExternalStorageError.init(_:)) {
            settings throws(SettingsError) in try settings.required("container")
        }
        try self.init(
            container: container,
            account: settings.string("account"),
            credentials: credentials ?? identity,
            configuration: Configuration(configReader: configReader),
            httpClient: httpClient,
            logger: logger
        )
    }
}

extension AzureStorageDriver.Configuration {
    /// Reads what the driver does beyond the common case.
    ///
    /// | key | type | unit, default |
    /// |---|---|---|
    /// | `name` | string | `azure.blobdriver` |
    /// | `payloadSizeLimit` | int | bytes; 52428800 |
    /// | `refreshAfter` | int | seconds; not set: never |
    /// | `downloadPartSizeInBytes` | int | bytes; 16777216. 0 reads in one go |
    /// | `blockThresholdInBytes` | int | bytes; 67108864. 0 never writes in blocks |
    /// | `blockSizeInBytes` | int | bytes; 16777216 |
    /// | `streamedBlocksAtATime` | int | 2 |
    /// | `readableContainers` | strings | any container; the container of new payloads needs no entry |
    /// | `endpointURL` | string | that of the account |
    /// | `accessTier` | string | `Hot`, `Cool` or `Cold`; the account's |
    /// | `encryptionScope` | string | the container's |
    /// | `maximumAttempts` | int | 4 |
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
        if let size = try settings.int("blockThresholdInBytes") { self.blockThresholdInBytes = size == 0 ? nil : size }
        self.blockSizeInBytes = try settings.int("blockSizeInBytes") ?? self.blockSizeInBytes
        self.streamedBlocksAtATime = try settings.int("streamedBlocksAtATime") ?? self.streamedBlocksAtATime
        if let readable = try settings.strings("readableContainers") {
            self.readableContainers = Set(readable + [settings.string("container")].compactMap(\.self))
        }
        self.accessTier = try settings.choice("accessTier", ["Hot": "Hot", "Cool": "Cool", "Cold": "Cold"])
        self.encryptionScope = settings.string("encryptionScope")
    }
}
