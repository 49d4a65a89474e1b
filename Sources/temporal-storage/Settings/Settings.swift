//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageConfiguration

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

    private let flags: [Setting: String]
    private let environment: [String: String]
    /// The configuration file.
    let file: ConfigurationSection?

    /// Reads the sources.
    ///
    /// - Parameters:
    ///   - flags: What stands on the command line.
    ///   - environment: The environment; an empty variable counts as absent.
    /// - Throws: ``CommandError`` if the configuration file cannot be read, is neither YAML nor JSON, or has an unknown key.
    init(flags: [Setting: String], environment: [String: String]) throws {
        self.flags = flags
        self.environment = environment
        let file = flags[.config].map { Value(text: $0, origin: Setting.config.flag) }
        let variable = environment[Setting.config.variable].flatMap { text in
            text.isEmpty ? nil : Value(text: text, origin: Setting.config.variable)
        }
        self.file = try (file ?? variable).map { try Self.section($0) }
    }

    /// What a subcommand was given, with the environment of the process.
    ///
    /// - Parameter options: The flags of all its groups of options.
    /// - Throws: ``CommandError``.
    init(options: [(Setting, String?)]) throws {
        try self.init(
            flags: Dictionary(uniqueKeysWithValues: options.compactMap { setting, text in text.map { (setting, $0) } }),
            environment: ProcessInfo.processInfo.environment
        )
    }

    private static func section(_ file: Value) throws -> ConfigurationSection {
        let section: ConfigurationSection
        do {
            section = try ConfigurationSection(file: file.text)
        } catch let error as ConfigurationError {
            throw CommandError.usage("\(file.origin): \(error.message)")
        } catch {
            let reason = FileFailure.reason(error)
            throw CommandError.usage("\(file.origin) names \(file.text), which cannot be read: \(reason)")
        }
        let known = Setting.allCases.filter { $0 != .config }.map(\.rawValue) + StorageConfiguration.names
        for member in section.members where !known.contains(member.name) {
            throw CommandError.usage(
                "\(member.origin) is no setting\(NearestName.nearest(to: member.name, among: known)); --help lists them all"
            )
        }
        return section
    }

    /// Where a setting comes from; nil if it is not given.
    private enum Found {
        case text(Value)
        case member(ConfigurationSection.Member)
    }

    private func find(_ setting: Setting) -> Found? {
        if let text = self.flags[setting] { return .text(Value(text: text, origin: setting.flag)) }
        if let text = self.environment[setting.variable], !text.isEmpty {
            return .text(Value(text: text, origin: setting.variable))
        }
        return self.file?[setting.rawValue].map { .member($0) }
    }

    /// The value as text.
    func text(_ setting: Setting) throws -> Value? {
        switch self.find(setting) {
        case nil: return nil
        case .text(let value)?: return value
        case .member(let member)?:
            do {
                return Value(text: try member.text(), origin: member.origin)
            } catch {
                throw CommandError.usage("\(error.message); see --help")
            }
        }
    }

    /// What stands between commas, each without spaces around it; or the values of a list in the file, as they are.
    func list(_ setting: Setting) throws -> [Value] {
        switch self.find(setting) {
        case nil: return []
        case .text(let value)?: return Self.items(of: value)
        case .member(let member)?:
            if case .text(let text) = member.value { return Self.items(of: Value(text: text, origin: member.origin)) }
            do {
                return try member.texts().map { Value(text: $0, origin: member.origin) }
            } catch {
                throw CommandError.usage(error.message)
            }
        }
    }

    private static func items(of value: Value) -> [Value] {
        value.text.split(separator: ",").map { Value(text: String($0).trimmed, origin: value.origin) }
            .filter { !$0.text.isEmpty }
    }

    /// A whole number within a range.
    func integer(_ setting: Setting, in range: ClosedRange<Int>) throws -> Int? {
        guard let value = try self.text(setting) else { return nil }
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
        guard let value = try self.text(setting) else { return false }
        guard let bool = Bool(value.text) else { throw value.isNot("true or false") }
        return bool
    }
}
