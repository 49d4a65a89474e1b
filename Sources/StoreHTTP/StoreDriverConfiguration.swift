//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import Configuration
package import ExternalStorageCore
package import SettingsReading

/// What the configurations of drivers have in common whose engine is ``ObjectStoreEngine``: read, checked and passed on
/// here.
package protocol StoreDriverConfiguration {
    var name: String { get set }
    var payloadSizeLimit: Int { get set }
    var refreshAfter: Duration? { get set }
    var downloadPartSizeInBytes: Int? { get set }
    var endpointURL: String? { get set }
    var maximumAttempts: Int { get set }
    var retryTimeLimit: Duration { get set }
    var attemptTimeout: Duration { get set }
    var minimumBytesPerSecond: Int { get set }
}

extension StoreDriverConfiguration {
    /// Takes what is set, under the names of the properties: sizes in bytes, times in whole seconds.
    package mutating func read(_ settings: SettingsReader) throws(SettingsError) {
        self.name = settings.string("name") ?? self.name
        self.payloadSizeLimit = try settings.int("payloadSizeLimit") ?? self.payloadSizeLimit
        if let seconds = try settings.int("refreshAfter") { self.refreshAfter = .seconds(seconds) }
        if let size = try settings.int("downloadPartSizeInBytes") {
            self.downloadPartSizeInBytes = size == 0 ? nil : size
        }
        self.endpointURL = settings.string("endpointURL")
        self.maximumAttempts = try settings.int("maximumAttempts") ?? self.maximumAttempts
        self.retryTimeLimit = try settings.seconds("retryTimeLimit") ?? self.retryTimeLimit
        if let seconds = try settings.int("attemptTimeout") { self.attemptTimeout = .seconds(seconds) }
        self.minimumBytesPerSecond = try settings.int("minimumBytesPerSecond") ?? self.minimumBytesPerSecond
    }

    /// - Throws: `invalidConfiguration`, which names the setting.
    package func checkWhatIsCommon() throws(ExternalStorageError) {
        func refuse(_ message: String) -> ExternalStorageError {
            ExternalStorageError(code: .invalidConfiguration, message: message)
        }
        guard !self.name.isEmpty else { throw refuse("the name of the driver is empty") }
        for (name, value) in [
            ("payloadSizeLimit", self.payloadSizeLimit), ("maximumAttempts", self.maximumAttempts),
            ("minimumBytesPerSecond", self.minimumBytesPerSecond),
            ("downloadPartSizeInBytes", self.downloadPartSizeInBytes ?? 1),
        ] {
            guard value > 0 else { throw refuse("\(name) is \(value), it has to be positive") }
        }
        for (name, value) in [
            ("attemptTimeout", self.attemptTimeout), ("retryTimeLimit", self.retryTimeLimit),
            ("refreshAfter", self.refreshAfter ?? .seconds(1)),
        ] {
            guard value > .zero else { throw refuse("\(name) is \(value), it has to be positive") }
        }
    }

    package func engineSettings<Store>() -> ObjectStoreEngine<Store>.Settings {
        .init(
            payloadSizeLimit: self.payloadSizeLimit,
            refreshAfter: self.refreshAfter,
            downloadPartSizeInBytes: self.downloadPartSizeInBytes
        )
    }

    /// - Parameter baseDelay: The bound of the delay before the first retry.
    /// - Returns: What of it the client of the store goes by.
    package func clientSettings<Service>(baseDelay: Duration) -> StoreHTTPClient<Service>.Settings {
        .init(
            retry: RetryRules(
                maximumAttempts: self.maximumAttempts,
                baseDelay: baseDelay,
                throttlingBaseDelay: baseDelay,
                maximumDelay: .seconds(60)
            ),
            patience: self.retryTimeLimit,
            attemptTimeout: self.attemptTimeout,
            minimumBytesPerSecond: self.minimumBytesPerSecond
        )
    }
}
