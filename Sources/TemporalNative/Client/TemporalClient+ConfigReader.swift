//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import Configuration
internal import SettingsReading

extension TemporalClient.Configuration {
    /// Reads the settings of a client.
    ///
    /// | key | type | unit, default |
    /// |---|---|---|
    /// | `namespace` | string | `default` |
    /// | `identity` | string | process id and host |
    /// | `apiKey` | string, a secret | none |
    /// | `headers` | strings | none; each `NAME=VALUE` |
    /// | `authority` | string | that of the target |
    /// | `connections` | int | 4 |
    /// | `callTimeout` | int | seconds; 30 |
    /// | `longPollTimeout` | int | seconds; 70 |
    ///
    /// `dataConverter` is not read: it is code.
    ///
    /// - Parameter configReader: The reader, scoped to where the keys stand.
    /// - Throws: ``TemporalError/Code/invalidConfiguration`` if a value has another type than in the table, or cannot be.
    public init(configReader: ConfigReader) throws(TemporalError) {
        self = try SettingsReader.read(configReader, failure: TemporalError.init(_:)) {
            settings throws(SettingsError) in try Self(settings)
        }
        try self.validate()
    }

    private init(_ settings: SettingsReader) throws(SettingsError) {
        self.init(
            namespace: settings.string("namespace") ?? "default",
            identity: settings.string("identity") ?? Self.processIdentity,
            apiKey: settings.secret("apiKey").map { .fixed($0) },
            headers: try (settings.strings("headers") ?? []).map { text throws(SettingsError) in
                guard let separator = text.firstIndex(of: "="), separator > text.startIndex else {
                    // What stands there may be a secret.
                    throw SettingsError(message: "\"headers\" must be a list of NAME=VALUE, and one is not")
                }
                return (String(text[..<separator]), String(text[text.index(after: separator)...]))
            }
        )
        self.authority = settings.string("authority")
        self.connections = try settings.int("connections", atLeast: 1) ?? self.connections
        self.callTimeout = try settings.seconds("callTimeout") ?? self.callTimeout
        self.longPollTimeout = try settings.seconds("longPollTimeout") ?? self.longPollTimeout
    }
}

extension TemporalError {
    /// A setting that is missing or wrong.
    init(_ error: SettingsError) {
        self.init(code: .invalidConfiguration, message: error.message)
    }
}
