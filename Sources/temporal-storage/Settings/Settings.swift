//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Configuration
import SystemPackage

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The settings as they were given: on the command line, else in the environment, else in the configuration file.
struct Settings: Sendable {
    /// A setting's value and where it came from.
    struct Value: Sendable {
        var text: String
        /// The name under which it was given, such as `--listen`.
        var origin: String

        /// The error for a value that is not what it should be.
        func isNot(_ expected: String) -> CommandError {
            .usage("\(self.origin) is \"\(self.text)\"; it has to be \(expected)")
        }
    }

    private struct Source: Sendable {
        var provider: any ConfigProvider
        var key: @Sendable (Setting) -> AbsoluteConfigKey
        var origin: @Sendable (Setting) -> String
    }

    private var sources: [Source]

    /// Reads the sources.
    ///
    /// - Parameters:
    ///   - flags: What stands on the command line.
    ///   - environment: The environment; an empty variable counts as absent.
    /// - Throws: ``CommandError`` if the configuration file cannot be read, is no JSON object, or has an unknown key.
    init(flags: [Setting: String], environment: [String: String]) async throws {
        let commandLine = InMemoryProvider(
            name: "command line",
            values: Dictionary(
                uniqueKeysWithValues: flags.map { (Self.key($0.key), ConfigValue(.string($0.value), isSecret: false)) }
            )
        )
        let variables = EnvironmentVariablesProvider(environmentVariables: environment.filter { !$0.value.isEmpty })
        self.sources = [
            Source(provider: commandLine, key: Self.key, origin: { $0.flag }),
            Source(
                provider: variables,
                key: { AbsoluteConfigKey(["temporal", "storage", $0.rawValue]) },
                origin: { $0.variable }
            ),
        ]
        guard let file = try self.text(.config) else { return }
        self.sources.append(try await Self.fileSource(file))
    }

    private static func key(_ setting: Setting) -> AbsoluteConfigKey { AbsoluteConfigKey([setting.rawValue]) }

    private static func fileSource(_ file: Value) async throws -> Source {
        let provider: FileProvider<JSONSnapshot>
        do {
            let keys = try JSONDecoder().decode(TopLevelKeys.self, from: Data(contentsOf: URL(filePath: file.text)))
            for key in keys.names.sorted() where Setting(rawValue: key) == nil || key == Setting.config.rawValue {
                throw CommandError.usage("\"\(key)\" in \(file.text) is no setting; --help lists them all")
            }
            provider = try await FileProvider<JSONSnapshot>(filePath: FilePath(file.text))
        } catch let error as CommandError {
            throw error
        } catch let error as DecodingError {
            throw CommandError.usage("\(file.origin) names \(file.text), which is not a JSON object: \(error.summary)")
        } catch {
            let reason = FileFailure.reason(error)
            throw CommandError.usage("\(file.origin) names \(file.text), which cannot be read: \(reason)")
        }
        return Source(provider: provider, key: Self.key, origin: { "\"\($0.rawValue)\" in \(file.text)" })
    }

    /// The value as text.
    func text(_ setting: Setting) throws -> Value? { try self.value(setting, as: [.string, .int, .double]) }

    /// What stands between commas, each without spaces around it.
    func list(_ setting: Setting) throws -> [Value] {
        guard let value = try self.text(setting) else { return [] }
        return value.text.split(separator: ",").map { item in
            Value(
                text: String(item.trimmingPrefix(while: \.isWhitespace).prefix { !$0.isWhitespace }),
                origin: value.origin
            )
        }
    }

    /// A whole number within a range.
    func integer(_ setting: Setting, in range: ClosedRange<Int>) throws -> Int? {
        guard let value = try self.value(setting, as: [.int, .string, .double]) else { return nil }
        guard let number = Int(value.text), range.contains(number) else {
            throw value.isNot(
                range.upperBound == .max
                    ? "a whole number of at least \(range.lowerBound)"
                    : "a whole number from \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return number
    }

    /// True or false; false if it is not given.
    func bool(_ setting: Setting) throws -> Bool {
        guard let value = try self.value(setting, as: [.bool, .string]) else { return false }
        guard let bool = Bool(value.text) else { throw value.isNot("true or false") }
        return bool
    }

    private func value(_ setting: Setting, as types: [ConfigType]) throws -> Value? {
        for source in self.sources {
            let origin = source.origin(setting)
            var isPresent = false
            for type in types {
                do {
                    guard
                        let content = try source.provider.value(forKey: source.key(setting), type: type).value?.content
                    else { break }
                    switch content {
                    case .string(let text): return Value(text: text, origin: origin)
                    case .int(let number): return Value(text: "\(number)", origin: origin)
                    case .double(let number): return Value(text: "\(number)", origin: origin)
                    case .bool(let bool): return Value(text: "\(bool)", origin: origin)
                    case .bytes, .stringArray, .intArray, .doubleArray, .boolArray, .byteChunkArray: break
                    }
                } catch {
                    // Not of this type; another one fits, or none.
                    isPresent = true
                }
            }
            if isPresent {
                throw CommandError.usage("\(origin) is of the wrong type; see --help")
            }
        }
        return nil
    }
}

/// The names at the top of a JSON object.
private struct TopLevelKeys: Decodable {
    private struct Name: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    var names: [String]

    init(from decoder: any Decoder) throws {
        self.names = try decoder.container(keyedBy: Name.self).allKeys.map { $0.stringValue }
    }
}

extension DecodingError {
    /// What is wrong, in a few words.
    fileprivate var summary: String {
        switch self {
        case .dataCorrupted(let context), .typeMismatch(_, let context), .keyNotFound(_, let context),
            .valueNotFound(_, let context):
            context.underlyingError.map { "\($0)" } ?? context.debugDescription
        @unknown default: "\(self)"
        }
    }
}
