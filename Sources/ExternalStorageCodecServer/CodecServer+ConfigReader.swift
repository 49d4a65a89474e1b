//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import Configuration
internal import SettingsReading

extension CodecServer.Configuration {
    /// Reads where the server listens, what it takes and how long it waits.
    ///
    /// | key | type | unit, default |
    /// |---|---|---|
    /// | `host` | string | `127.0.0.1` |
    /// | `port` | int | 8081 |
    /// | `certificateChain`, `privateKey` | string | paths, both or none; no TLS |
    /// | `allowsAnyone` | bool | false |
    /// | `readsNamespaceFromPath` | bool | false |
    /// | `origins` | strings | none |
    /// | `allowsCredentials` | bool | false |
    /// | `requestsPerSecond` | double | 50. 0 for any number |
    /// | `burst` | int | requests; 200 |
    /// | `limits.bodySizeInBytes` | int | bytes; 8388608 |
    /// | `limits.payloadSizeInBytes` | int | bytes; 8388608 |
    /// | `limits.payloads` | int | 10000 |
    /// | `limits.resolvedSizeInBytes` | int | bytes; 67108864 |
    /// | `limits.requestMemoryInBytes` | int | bytes; 33554432 |
    /// | `limits.responseMemoryInBytes` | int | bytes; 33554432 |
    /// | `limits.connections` | int | 1000 |
    /// | `timeouts.idle` | int | seconds; 75 |
    /// | `timeouts.request`, `timeouts.admission`, `timeouts.stalledResponse` | int | seconds; 30 |
    /// | `timeouts.slowTransfer` | int | seconds; 10 |
    /// | `timeouts.processing` | int | seconds; 60 |
    /// | `timeouts.response` | int | seconds; 300 |
    /// | `timeouts.drain` | int | seconds; 30 |
    ///
    /// Codecs, ``authenticator`` and ``references`` are not read: they are code, and tokens have
    /// ``JWTAuthenticator/Configuration/init(configReader:)``. Whether the server may listen where it is told is checked
    /// when it is created, with its authenticator.
    ///
    /// - Parameter configReader: The reader, scoped to where the keys stand.
    /// - Throws: ``CodecServerError/Code/invalidConfiguration`` if a value has another type than in the table, or cannot
    ///   be, or if a file cannot be read.
    public init(configReader: ConfigReader) throws(CodecServerError) {
        self = try SettingsReader.read(configReader, failure: CodecServerError.init(_:)) {
            settings throws(SettingsError) in try Self(settings)
        }
        switch (configReader.string(forKey: "certificateChain"), configReader.string(forKey: "privateKey")) {
        case (nil, nil): break
        case (let chain?, let key?):
            self.certificates = try CodecServer.CertificateFiles(certificateChain: chain, privateKey: key)
        default: throw .invalidConfiguration("\"certificateChain\" and \"privateKey\" go together, and one is not set")
        }
    }

    private init(_ settings: SettingsReader) throws(SettingsError) {
        self.init()
        self.host = settings.string("host") ?? self.host
        self.port = try settings.int("port", atLeast: 0) ?? self.port
        self.allowsAnyone = try settings.bool("allowsAnyone") ?? self.allowsAnyone
        self.readsNamespaceFromPath = try settings.bool("readsNamespaceFromPath") ?? self.readsNamespaceFromPath
        self.crossOrigin = CodecServer.CrossOrigin(origins: Set(try settings.strings("origins") ?? []))
        self.crossOrigin.allowsCredentials =
            try settings.bool("allowsCredentials") ?? self.crossOrigin.allowsCredentials
        let rate = try settings.double("requestsPerSecond")
        let burst = try settings.int("burst", atLeast: 1)
        if rate == 0 {
            self.rateLimit = nil
        } else if let limit = self.rateLimit {
            self.rateLimit = CodecServer.RateLimit(
                requestsPerSecond: rate ?? limit.requestsPerSecond,
                burst: burst ?? limit.burst
            )
        }
        try self.limits.read(settings)
        try self.timeouts.read(settings)
    }
}

extension CodecServer.Limits {
    fileprivate mutating func read(_ settings: SettingsReader) throws(SettingsError) {
        self.bodySizeInBytes = try settings.int("limits.bodySizeInBytes", atLeast: 1) ?? self.bodySizeInBytes
        self.payloadSizeInBytes = try settings.int("limits.payloadSizeInBytes", atLeast: 1) ?? self.payloadSizeInBytes
        self.payloads = try settings.int("limits.payloads", atLeast: 1) ?? self.payloads
        self.resolvedSizeInBytes =
            try settings.int("limits.resolvedSizeInBytes", atLeast: 1) ?? self.resolvedSizeInBytes
        self.requestMemoryInBytes =
            try settings.int("limits.requestMemoryInBytes", atLeast: 1) ?? self.requestMemoryInBytes
        self.responseMemoryInBytes =
            try settings.int("limits.responseMemoryInBytes", atLeast: 1) ?? self.responseMemoryInBytes
        self.connections = try settings.int("limits.connections", atLeast: 1) ?? self.connections
    }
}

extension CodecServer.Timeouts {
    fileprivate mutating func read(_ settings: SettingsReader) throws(SettingsError) {
        self.idle = try settings.seconds("timeouts.idle") ?? self.idle
        self.request = try settings.seconds("timeouts.request") ?? self.request
        self.slowTransfer = try settings.seconds("timeouts.slowTransfer") ?? self.slowTransfer
        self.admission = try settings.seconds("timeouts.admission") ?? self.admission
        self.processing = try settings.seconds("timeouts.processing") ?? self.processing
        self.stalledResponse = try settings.seconds("timeouts.stalledResponse") ?? self.stalledResponse
        self.response = try settings.seconds("timeouts.response") ?? self.response
        self.drain = try settings.seconds("timeouts.drain", atLeast: 0) ?? self.drain
    }
}

extension JWTAuthenticator.Configuration {
    /// Reads where the keys are, what tokens have to say, and what they allow.
    ///
    /// | key | type | unit, default |
    /// |---|---|---|
    /// | `keys` | string | required; a URL |
    /// | `issuers`, `audiences` | strings | required |
    /// | `permissionsClaim` | string | `permissions` |
    /// | `readingRoles` | strings | `read`, `write`, `worker`, `admin` |
    /// | `writingRoles` | strings | `write`, `worker`, `admin` |
    /// | `everywhere` | string | `temporal-system` |
    /// | `subjectClaim` | string | `sub` |
    /// | `leeway` | int | seconds; 30 |
    /// | `keyLifetime` | int | seconds; 600 |
    /// | `minimumRefreshInterval` | int | seconds; 30 |
    ///
    /// - Parameter configReader: The reader, scoped to where the keys stand.
    /// - Throws: ``CodecServerError/Code/invalidConfiguration`` if a value is missing, has another type than in the
    ///   table, or cannot be.
    public init(configReader: ConfigReader) throws(CodecServerError) {
        self = try SettingsReader.read(configReader, failure: CodecServerError.init(_:)) {
            settings throws(SettingsError) in try Self(settings)
        }
        try self.validate()
    }

    private init(_ settings: SettingsReader) throws(SettingsError) {
        self.init(
            keys: try settings.required("keys"),
            issuers: Set(try settings.strings("issuers") ?? []),
            audiences: Set(try settings.strings("audiences") ?? [])
        )
        self.permissionsClaim = settings.string("permissionsClaim") ?? self.permissionsClaim
        self.readingRoles = try settings.strings("readingRoles").map { Set($0) } ?? self.readingRoles
        self.writingRoles = try settings.strings("writingRoles").map { Set($0) } ?? self.writingRoles
        self.everywhere = settings.string("everywhere") ?? self.everywhere
        self.subjectClaim = settings.string("subjectClaim") ?? self.subjectClaim
        self.leeway = try settings.seconds("leeway", atLeast: 0) ?? self.leeway
        self.keyLifetime = try settings.seconds("keyLifetime") ?? self.keyLifetime
        self.minimumRefreshInterval =
            try settings.seconds("minimumRefreshInterval", atLeast: 0) ?? self.minimumRefreshInterval
    }
}

extension CodecServerError {
    /// A setting that is missing or wrong.
    init(_ error: SettingsError) {
        self = .invalidConfiguration(error.message)
    }
}
