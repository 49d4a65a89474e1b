//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Configuration
import ExternalStorageConfiguration
import ExternalStorageCore
import ExternalStorageTesting
import Logging
import NIOCore
import Testing

@Suite("Drivers, rules and a default")
struct StorageConfigurationTests {
    /// A type whose drivers keep payloads in memory, and have two keys.
    static let types = StorageDriverTypes([
        .init("memory") { reader, _ in
            guard let name = reader.string(forKey: "name") else {
                throw ExternalStorageError(code: .invalidConfiguration, message: "\"name\" is not set")
            }
            _ = reader.int(forKey: "payloadSizeLimit")
            return InMemoryStorageDriver(name: name)
        }
    ])

    static let file = """
        drivers:
          - name: hot
            type: memory
          - type: memory
            name: archive
            payloadSizeLimit: 7
        rules:
          - {namespace: Kafka, driver: archive}
          - {namespace: [billing, order*], sizeAtLeast: 1000, sizeBelow: 2000, driver: archive}
          - workflowType: Video*
            driver: inline
        default: hot
        """

    private static func selected(
        _ file: String,
        size: Int = 500,
        _ context: StorageDriverSelectContext
    ) async throws -> String? {
        let configuration = try StorageConfiguration(section: ConfigurationSection(text: file, file: "f.yaml"))
        let drivers = try await configuration.makeDrivers(Self.types, logger: Logger(label: "test"))
        let payload = Payload(metadata: [:], data: ByteBuffer(repeating: 1, count: size))
        guard let selector = try configuration.selector(among: drivers) else { return drivers.first?.name }
        return try await selector.driver(for: payload, context: context)?.name
    }

    static let cases: [(StorageDriverSelectContext, Int, String?)] = [
        (.init(namespace: "default"), 500, "hot"),
        (.init(namespace: "Kafka"), 500, "archive"),
        // A KELVIN SIGN: equal to String, and another namespace.
        (.init(namespace: "\u{212A}afka"), 500, "hot"),
        (.init(namespace: "billing"), 500, "hot"),
        (.init(namespace: "billing"), 1_500, "archive"),
        (.init(namespace: "orders-eu"), 1_500, "archive"),
        (.init(namespace: "billing"), 3_000, "hot"),
        (.init(target: .workflow(namespace: "a", id: "i", type: "VideoCut"), namespace: "a"), 500, nil),
        (.init(target: .workflow(namespace: "a", id: "i"), namespace: "a"), 500, "hot"),
        // The first that fits: the namespace of the target, which is whose the payload will be.
        (.init(target: .workflow(namespace: "Kafka", id: "i", type: "VideoCut"), namespace: "a"), 500, "archive"),
        (.init(target: .activity(namespace: "Kafka", id: "i"), namespace: "a"), 500, "archive"),
        (.init(target: .nexus(endpoint: "e", service: "s", operation: "o"), namespace: "Kafka"), 500, "archive"),
    ]

    @Test("The first rule that fits decides, else the default", arguments: cases.indices)
    func rules(_ index: Int) async throws {
        let (context, size, name) = Self.cases[index]
        #expect(try await Self.selected(Self.file, size: size, context) == name)
    }

    @Test("One driver needs neither rules nor a default")
    func single() async throws {
        #expect(try await Self.selected("drivers: [{name: a, type: memory}]", .init(namespace: "n")) == "a")
        let inline = "drivers: [{name: a, type: memory}]\ndefault: inline"
        #expect(try await Self.selected(inline, .init(namespace: "n")) == nil)
    }

    @Test(
        "What does not fit together is an error that says where and what",
        arguments: [
            ("drivers: {a: 1}", "\"drivers\" in line 1 of f.yaml has to be a list"),
            ("drivers: [a]", "has to be a list of names and values"),
            ("drivers: [{name: a}]", "line 1 of f.yaml: the driver has no \"type\""),
            ("drivers: [{name: a, type: memroy}]", "there is no driver of type \"memroy\"; did you mean \"memory\"?"),
            ("drivers: [{type: memory}]", "\"name\" is not set"),
            ("drivers: [{type: memory, name: a}, {type: memory, name: a}]\ndefault: a", "the name \"a\" is taken"),
            ("drivers: [{type: memory, name: a}, {type: memory, name: b}]", "\"default\" is missing"),
            ("drivers: [{type: memory, name: a, payloadSizelimit: 1}]", "did you mean \"payloadSizeLimit\"?"),
            ("drivers: [{type: memory, nmae: a}]", "did you mean \"name\"?"),
            ("drivers: [{type: memory, name: abc}]\ndefault: abd", "which is no driver; did you mean \"abc\"?"),
            ("drivers: [{type: memory, name: a}]\nrules: [{namespace: x}]", "the rule has no \"driver\""),
            ("drivers: [{type: memory, name: a}]\nrules: [{name-space: x, driver: a}]", "did you mean \"namespace\"?"),
            ("drivers: [{type: memory, name: a}]\nrules: [{sizeBelow: 1k, driver: a}]", "a number of bytes"),
            ("drivers: [{type: memory, name: a}]\nrules: [{sizeAtLeast: 5, sizeBelow: 5, driver: a}]", "no size is"),
        ]
    )
    func wrong(_ file: String, _ part: String) async {
        let error = await #expect(throws: ConfigurationError.self) {
            try await Self.selected(file, .init(namespace: "n"))
        }
        #expect(error?.message.contains(part) == true, "\(String(describing: error))")
    }

    @Test("The section storage holds what ExternalStorage itself has")
    func storage() async throws {
        let text = "drivers: []\nstorage: {threshold: all, requestsPerMessage: 3, cache: {sizeInBytes: 0}}"
        let section = try ConfigurationSection(text: text, file: "f.yaml")
        let configuration = try await StorageConfiguration(section: section).storageConfiguration()
        #expect(configuration.requestsPerMessage == 3)
        #expect(configuration.cache.sizeInBytes == 0)
        #expect(configuration.threshold == .all)
        let wrong = try ConfigurationSection(text: "storage: {treshold: 5}", file: "f.yaml")
        let error = await #expect(throws: ConfigurationError.self) {
            try await StorageConfiguration(section: wrong).storageConfiguration()
        }
        #expect(error?.message.contains("did you mean \"threshold\"?") == true)
    }

    @Test("Buckets that may be read from are those of all drivers")
    func places() throws {
        let text = """
            drivers:
            - {type: s3, bucket: a, readableBuckets: [b, c]}
            - {type: azure, container: d, readableContainers: [e]}
            """
        let configuration = try StorageConfiguration(section: ConfigurationSection(text: text, file: "f.yaml"))
        #expect(try configuration.places() == ["a", "b", "c", "d", "e"])
    }
}
