//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import Configuration
import ExternalStorageCore
import NIOConcurrencyHelpers

extension ConfigurationSection {
    /// Lets something be read from the section, and then refuses what nobody asked for.
    ///
    /// So whoever reads is the only one who knows which names there are.
    ///
    /// - Parameters:
    ///   - defaults: What holds where the section says nothing.
    ///   - body: Reads.
    /// - Returns: What `body` returns.
    /// - Throws: ``ConfigurationError``, which names the nearest known name for one that is not; what `body` throws.
    package func read<Value>(
        defaults: [AbsoluteConfigKey: ConfigValue] = [:],
        _ body: (ConfigReader) async throws -> Value
    ) async throws -> Value {
        let provider = SectionProvider(self)
        let reader = ConfigReader(providers: [provider, InMemoryProvider(name: "defaults", values: defaults)])
        do {
            let value = try await body(reader)
            if let unknown = provider.unknown.first { throw self.unknown(unknown, provider.asked) }
            return value
        } catch let error as ExternalStorageError where error.code == .invalidConfiguration {
            // What seems to be missing may be there under a name that is nearly right. What was not read yet is no error.
            if let (member, _) = provider.unknown.compactMap({ member in
                NearestName.of(member.name, among: provider.missing).map { (member, $0) }
            }).first {
                throw self.unknown(member, provider.missing)
            }
            throw ConfigurationError(self.naming(error.message))
        }
    }

    /// The section for a reader that may ask for what it likes.
    package var provider: any ConfigProvider { SectionProvider(self) }

    private func unknown(_ member: Member, _ known: Set<String>) -> ConfigurationError {
        ConfigurationError("\(member.origin) is not known" + NearestName.hint(for: member.name, among: known))
    }

    /// The message of a reader, which knows names alone, with what people call them.
    private func naming(_ message: String) -> String {
        for member in self.flattened where message.contains("\"\(member.name)\"") {
            return message.replacing("\"\(member.name)\"", with: member.origin, maxReplacements: 1)
        }
        return "\(self.place): \(message)"
    }
}

/// A section as readers see it; notes which names they ask for.
private final class SectionProvider: ConfigProvider, ConfigSnapshot {
    private let members: [ConfigurationSection.Member]
    private let values: [String: ConfigurationSection.Value]
    private let names = NIOLockedValueBox<Set<String>>([])

    init(_ section: ConfigurationSection) {
        self.members = section.flattened
        self.values = Dictionary(self.members.map { ($0.name, $0.value) }) { first, _ in first }
    }

    var providerName: String { "file" }

    /// The names that were asked for.
    var asked: Set<String> { self.names.withLockedValue { $0 } }

    /// Those of them that have no value.
    var missing: Set<String> { self.asked.filter { self.values[$0] == nil } }

    /// What nobody asked for.
    var unknown: [ConfigurationSection.Member] {
        let asked = self.asked
        return self.members.filter { !asked.contains($0.name) }
    }

    func value(forKey key: AbsoluteConfigKey, type: ConfigType) throws -> LookupResult {
        let name = key.components.joined(separator: ".")
        self.names.withLockedValue { _ = $0.insert(name) }
        let content = try self.values[name].map { value in
            guard let content = value.content(type) else { throw WrongType() }
            return ConfigValue(content, isSecret: false)
        }
        return LookupResult(encodedKey: name, value: content)
    }

    func fetchValue(forKey key: AbsoluteConfigKey, type: ConfigType) async throws -> LookupResult {
        try self.value(forKey: key, type: type)
    }

    func watchValue<Return: ~Copyable>(
        forKey key: AbsoluteConfigKey,
        type: ConfigType,
        updatesHandler: (ConfigUpdatesAsyncSequence<Result<LookupResult, any Error>, Never>) async throws -> Return
    ) async throws -> Return {
        try await self.watchValueFromValue(forKey: key, type: type, updatesHandler: updatesHandler)
    }

    func snapshot() -> any ConfigSnapshot { self }

    func watchSnapshot<Return: ~Copyable>(
        updatesHandler: (ConfigUpdatesAsyncSequence<any ConfigSnapshot, Never>) async throws -> Return
    ) async throws -> Return {
        try await self.watchSnapshotFromSnapshot(updatesHandler: updatesHandler)
    }

    private struct WrongType: Error {}
}

extension ConfigurationSection.Value {
    /// The value as what a reader asks for; nil if it is none of that.
    fileprivate func content(_ type: ConfigType) -> ConfigContent? {
        switch (type, self) {
        case (.string, .text(let text)): .string(text)
        case (.int, .text(let text)): Int(text).map { .int($0) }
        case (.double, .text(let text)): Double(text).map { .double($0) }
        case (.bool, .text(let text)): Bool(text).map { .bool($0) }
        case (.stringArray, _): self.texts.map { .stringArray($0) }
        case (.intArray, .list): self.numbers { Int($0) }.map { .intArray($0) }
        case (.doubleArray, .list): self.numbers { Double($0) }.map { .doubleArray($0) }
        default: nil
        }
    }

    private func numbers<Number>(_ parse: (String) -> Number?) -> [Number]? {
        guard let texts = self.texts else { return nil }
        let numbers = texts.compactMap(parse)
        return numbers.count == texts.count ? numbers : nil
    }
}
