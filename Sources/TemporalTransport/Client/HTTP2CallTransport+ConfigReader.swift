//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import Configuration
public import GRPCCore
internal import SettingsReading

extension HTTP2CallTransport.Configuration {
    /// Reads limits and times.
    ///
    /// | key | type | unit, default |
    /// |---|---|---|
    /// | `authority` | string | that of the target |
    /// | `messageSizeLimit` | int | bytes; 134217728 |
    /// | `responseWindow` | int | bytes, 65535 at least; 16777216 |
    /// | `connectTimeout` | int | seconds; 20 |
    /// | `keepaliveInterval` | int | seconds; 30 |
    /// | `keepaliveTimeout` | int | seconds; 15 |
    ///
    /// - Parameter configReader: The reader, scoped to where the keys stand.
    /// - Throws: `RPCError` of code `invalidArgument` if a value has another type than in the table, or is below 1 or what the
    ///   table says.
    public init(configReader: ConfigReader) throws(RPCError) {
        self = try SettingsReader.read(configReader, failure: RPCError.init(_:)) { settings throws(SettingsError) in
            var configuration = Self()
            configuration.authority = settings.string("authority")
            configuration.messageSizeLimit =
                try settings.int("messageSizeLimit", atLeast: 1) ?? configuration.messageSizeLimit
            configuration.responseWindow =
                try settings.int("responseWindow", atLeast: ConnectionWindow.initialSize)
                ?? configuration.responseWindow
            configuration.connectTimeout = try settings.seconds("connectTimeout") ?? configuration.connectTimeout
            configuration.keepaliveInterval =
                try settings.seconds("keepaliveInterval") ?? configuration.keepaliveInterval
            configuration.keepaliveTimeout = try settings.seconds("keepaliveTimeout") ?? configuration.keepaliveTimeout
            return configuration
        }
    }
}

extension RPCError {
    /// A setting that is missing or wrong.
    fileprivate init(_ error: SettingsError) {
        self.init(code: .invalidArgument, message: error.message)
    }
}
