//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Configuration
import ExternalStorageCore
import ExternalStorageTesting
import Testing

@Suite("Configuration")
struct ConfigurationTests {
    private func error(
        _ drivers: [any StorageDriver],
        selector: (any StorageDriverSelector)? = nil,
        _ change: (inout ExternalStorage.Configuration) -> Void = { _ in }
    ) -> ExternalStorageError? {
        var configuration = ExternalStorage.Configuration()
        change(&configuration)
        do throws(ExternalStorageError) {
            _ = try ExternalStorage(
                drivers: drivers,
                selector: selector,
                configuration: configuration,
                logger: .silent
            )
            return nil
        } catch {
            return error
        }
    }

    @Test("ES-P1 The threshold is 256 KiB by default; 0 means the default, 1 and .all everything")
    func threshold() {
        #expect(ExternalStorage.Configuration().threshold.sizeInBytes == 262_144)
        #expect(PayloadSizeThreshold.bytes(0) == .default)
        #expect(PayloadSizeThreshold.bytes(1) == .all)
        #expect(PayloadSizeThreshold.bytes(5).sizeInBytes == 5)
    }

    @Test("ES-P1 A negative threshold is refused by name")
    func negativeThreshold() {
        let error = self.error([InMemoryStorageDriver()]) { $0.threshold = .bytes(-1) }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.description.contains("threshold must not be negative") == true)
    }

    @Test("ES-P5 What cannot work is refused at construction")
    func refused() {
        let (a, b) = (InMemoryStorageDriver(name: "a"), InMemoryStorageDriver(name: "b"))
        let selector = StorageDriverSelectorClosure { _, _ in a }
        let failures: [(ExternalStorageError?, String)] = [
            (self.error([]), "at least one driver"),
            (self.error([], selector: selector), "at least one driver"),
            (self.error([InMemoryStorageDriver(name: "")]), "is empty"),
            (self.error([a, InMemoryStorageDriver(name: "a")], selector: selector), "\"a\""),
            (self.error([a, b]), "selector"),
            (self.error([a]) { $0.requestsPerMessage = 0 }, "requestsPerMessage"),
            (self.error([a]) { $0.requestsPerInstance = 0 }, "requestsPerInstance"),
            (self.error([a]) { $0.cache.entries = -1 }, "cache"),
            (self.error([a]) { $0.requestSizeLimit = 0 }, "requestSizeLimit"),
            (self.error([a]) { $0.requestPartSizeLimit = 0 }, "requestPartSizeLimit"),
        ]
        for (error, text) in failures {
            #expect(error?.code == .invalidConfiguration)
            #expect(error?.description.contains(text) == true, "\(String(describing: error))")
        }
        #expect(self.error([a, b], selector: selector) == nil)
        #expect(self.error([a]) == nil)
    }

    @Test("ES-O3 Driver types come once each, in the order of registration")
    func driverTypes() throws {
        let drivers = [("a", "x"), ("b", "y"), ("c", "x")].map { InMemoryStorageDriver(name: $0, type: $1) }
        let selector = StorageDriverSelectorClosure { _, _ in nil }
        #expect(try ExternalStorage(drivers: drivers, selector: selector, logger: .silent).driverTypes == ["x", "y"])
    }

    @Test("Every documented key is read")
    func reader() throws {
        let provider = InMemoryProvider(values: [
            "storage.threshold": 1_000,
            "storage.requestsPerMessage": 2,
            "storage.requestsPerInstance": 3,
            "storage.readsLegacyReferences": true,
            "storage.requestSizeLimit": 0,
            "storage.requestPartSizeLimit": 7,
            "storage.cache.sizeInBytes": 4,
            "storage.cache.entries": 5,
            "storage.cache.storesAreRecentFor": 6,
        ])
        let reader = ConfigReader(provider: provider).scoped(to: "storage")
        let configuration = try ExternalStorage.Configuration(configReader: reader)
        #expect(configuration.threshold == .bytes(1_000))
        #expect(configuration.requestsPerMessage == 2)
        #expect(configuration.requestsPerInstance == 3)
        #expect(configuration.readsLegacyReferences)
        #expect(configuration.requestSizeLimit == nil)
        #expect(configuration.requestPartSizeLimit == 7)
        #expect(configuration.cache.sizeInBytes == 4)
        #expect(configuration.cache.entries == 5)
        #expect(configuration.cache.storesAreRecentFor == .seconds(6))
    }

    @Test("Without keys the defaults stay; as the environment has it, numbers are text")
    func readerDefaults() throws {
        let empty = ConfigReader(provider: InMemoryProvider(values: [:]))
        let configuration = try ExternalStorage.Configuration(configReader: empty)
        #expect(configuration.threshold == .default)
        #expect(configuration.cache == .init())
        #expect(configuration.requestSizeLimit == ExternalStorage.Configuration().requestSizeLimit)

        let environment = EnvironmentVariablesProvider(environmentVariables: ["THRESHOLD": "77", "CACHE_ENTRIES": "3"])
        let read = try ExternalStorage.Configuration(configReader: ConfigReader(provider: environment))
        #expect(read.threshold == .bytes(77))
        #expect(read.cache.entries == 3)
        let all = EnvironmentVariablesProvider(environmentVariables: ["THRESHOLD": "all"])
        #expect(try ExternalStorage.Configuration(configReader: ConfigReader(provider: all)).threshold == .all)
    }

    @Test(
        "A value of the wrong type is refused by name, not ignored",
        arguments: ["threshold", "cache.entries", "readsLegacyReferences"]
    )
    func readerWrongType(key: String) {
        let provider = InMemoryProvider(values: [
            AbsoluteConfigKey(key.split(separator: ".").map(String.init)): "plenty"
        ])
        let error = #expect(throws: ExternalStorageError.self) {
            try ExternalStorage.Configuration(configReader: ConfigReader(provider: provider))
        }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.description.contains(key) == true && error?.description.contains("plenty") == true)
    }
}
