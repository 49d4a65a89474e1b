//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import Configuration

/// Reads settings, and tells one that is not set from one that is set and wrong.
///
/// A `ConfigReader` returns nil for both; here the second is an error that names the key and what it has to be.
package struct SettingsReader: Sendable {
    private let reader: ConfigReader

    package init(_ reader: ConfigReader) {
        self.reader = reader
    }

    /// Reads settings for something that throws errors of its own.
    ///
    /// - Parameters:
    ///   - configReader: The reader, scoped to where the keys stand.
    ///   - failure: Makes such an error.
    ///   - body: Reads.
    /// - Returns: What `body` returns.
    /// - Throws: What `failure` makes.
    package static func read<Value, Failure: Error>(
        _ configReader: ConfigReader,
        failure: (SettingsError) -> Failure,
        _ body: (Self) throws(SettingsError) -> Value
    ) throws(Failure) -> Value {
        do throws(SettingsError) {
            return try body(Self(configReader))
        } catch {
            throw failure(error)
        }
    }

    package func string(_ key: ConfigKey) -> String? { self.reader.string(forKey: key) }

    /// A text that no log of accesses shows.
    package func secret(_ key: ConfigKey) -> String? { self.reader.string(forKey: key, isSecret: true) }

    /// A text that is set and not empty.
    package func required(_ key: ConfigKey) throws(SettingsError) -> String {
        guard let value = self.string(key), !value.isEmpty else {
            throw SettingsError(message: "\"\(key)\" is not set")
        }
        return value
    }

    /// A whole number; what the error says that it has to be, if it is something else.
    package func int(_ key: ConfigKey, _ expected: String = "an integer") throws(SettingsError) -> Int? {
        if let value = self.reader.int(forKey: key) { return value }
        try self.refuseIfSet(key, expected)
        return nil
    }

    package func int(_ key: ConfigKey, atLeast least: Int) throws(SettingsError) -> Int? {
        guard let value = try self.int(key) else { return nil }
        guard value >= least else {
            throw self.refusal(key, least == 1 ? "positive" : "at least \(least)", String(value))
        }
        return value
    }

    package func double(_ key: ConfigKey) throws(SettingsError) -> Double? {
        if let value = self.reader.double(forKey: key) { return value }
        try self.refuseIfSet(key, "a number")
        return nil
    }

    package func bool(_ key: ConfigKey) throws(SettingsError) -> Bool? {
        if let value = self.reader.bool(forKey: key) { return value }
        try self.refuseIfSet(key, "true or false")
        return nil
    }

    package func strings(_ key: ConfigKey) throws(SettingsError) -> [String]? {
        if let values = self.reader.stringArray(forKey: key) { return values }
        try self.refuseIfSet(key, "a list")
        return nil
    }

    /// A time in whole seconds.
    package func seconds(_ key: ConfigKey, atLeast least: Int = 1) throws(SettingsError) -> Duration? {
        try self.int(key, atLeast: least).map { .seconds($0) }
    }

    /// One of several texts, in the order in which the error names them, and what each means.
    package func choice<Value>(
        _ key: ConfigKey,
        _ choices: KeyValuePairs<String, Value>
    ) throws(SettingsError) -> Value? {
        let names = choices.map(\.key)
        let expected = [names.dropLast().joined(separator: ", "), names.last ?? ""].joined(separator: " or ")
        guard let text = self.string(key) else {
            try self.refuseIfSet(key, expected)
            return nil
        }
        guard let choice = choices.first(where: { $0.key == text }) else { throw self.refusal(key, expected, text) }
        return choice.value
    }

    /// What to throw for a value that is not what it has to be.
    package func refusal(_ key: ConfigKey, _ expected: String, _ text: String) -> SettingsError {
        SettingsError(message: "\"\(key)\" must be \(expected), but is \"\(text)\"")
    }

    private func refuseIfSet(_ key: ConfigKey, _ expected: String) throws(SettingsError) {
        if let text = self.reader.string(forKey: key) { throw self.refusal(key, expected, text) }
        guard
            self.reader.int(forKey: key) != nil || self.reader.bool(forKey: key) != nil
                || self.reader.double(forKey: key) != nil || self.reader.stringArray(forKey: key) != nil
        else { return }
        throw SettingsError(message: "\"\(key)\" must be \(expected)")
    }
}

/// A setting that is missing or wrong; whoever reads settings throws it as an error of his own.
package struct SettingsError: Error, Hashable {
    /// Names the key, what it has to be, and what it is.
    package var message: String

    package init(message: String) {
        self.message = message
    }
}
