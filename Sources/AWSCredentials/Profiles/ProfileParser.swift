//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Reads a shared config or credentials file, line by line.
///
/// The grammar is that of the AWS SDKs and tools, "Shared config and credentials files".
struct ProfileParser {
    enum Kind: String {
        case config
        case credentials
    }

    private enum Section: Hashable {
        case profile(String)
        /// `[default]` in the config file, which counts only if there is no `[profile default]`.
        case bareDefault
        case ssoSession(String)
        case services(String)
    }

    private enum Position {
        /// No section has begun.
        case start
        /// In a section that does not count.
        case skipped
        case section(Section)
    }

    private enum Property {
        case none
        /// One whose name is not valid; its continuation lines are skipped with it.
        case skipped
        case named(String, holdsNested: Bool)
    }

    private let kind: Kind
    private var line = 0
    private var position = Position.start
    private var property = Property.none
    private var sections: [Section: SharedConfiguration.Properties] = [:]

    private init(kind: Kind) { self.kind = kind }

    static func parse(_ text: String, kind: Kind) throws(AWSCredentialsError) -> SharedConfiguration {
        var parser = Self(kind: kind)
        for line in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            parser.line += 1
            try parser.read(line)
        }
        return parser.result()
    }

    private func result() -> SharedConfiguration {
        var result = SharedConfiguration()
        for (section, properties) in self.sections {
            switch section {
            case .profile(let name): result.profiles[name] = properties
            case .ssoSession(let name): result.ssoSessions[name] = properties
            case .services(let name): result.services[name] = properties
            case .bareDefault: continue
            }
        }
        if result.profiles["default"] == nil, let bare = self.sections[.bareDefault] {
            result.profiles["default"] = bare
        }
        return result
    }

    private mutating func read(_ line: Substring.UTF8View) throws(AWSCredentialsError) {
        guard let first = line.first, line.contains(where: { !$0.isASCIIWhitespace }) else { return }
        switch first {
        case UInt8(ascii: "#"), UInt8(ascii: ";"): return
        case UInt8(ascii: "["): try self.readSection(line.dropFirst())
        case _ where first.isASCIIWhitespace: try self.readContinuation(line)
        default: try self.readProperty(line)
        }
    }

    private mutating func readSection(_ line: Substring.UTF8View) throws(AWSCredentialsError) {
        self.property = .none
        guard let end = line.firstIndex(of: UInt8(ascii: "]")) else {
            throw self.error("Profile definition must end with ']'")
        }
        let rest = Substring(line[line.index(after: end)...]).trimmingASCIIWhitespace()
        guard rest.isEmpty || rest.hasPrefix("#") || rest.hasPrefix(";") else {
            throw self.error("Profile definition must end with ']'")
        }
        guard let section = self.section(Substring(line[..<end]).trimmingASCIIWhitespace()) else {
            self.position = .skipped
            return
        }
        self.position = .section(section)
        self.sections[section, default: [:]].merge([:]) { $1 }
    }

    private func section(_ text: String) -> Section? {
        let words = text.utf8.split(whereSeparator: \.isASCIIWhitespace).map { String(Substring($0)) }
        guard let name = words.last, Self.isName(name) else { return nil }
        switch (self.kind, words.count, words[0]) {
        case (.credentials, 1, _): return .profile(name)
        case (.config, 1, "default"): return .bareDefault
        case (.config, 2, "profile"): return .profile(name)
        case (.config, 2, "sso-session"): return .ssoSession(name)
        case (.config, 2, "services"): return .services(name)
        default: return nil
        }
    }

    private mutating func readProperty(_ line: Substring.UTF8View) throws(AWSCredentialsError) {
        self.property = .none
        if case .start = self.position { throw self.error("Expected a profile definition") }
        guard case .section(let section) = self.position else { return }
        let (name, value) = try self.pair(Self.withoutComment(line), "property", "Property")
        guard Self.isName(name) else {
            self.property = .skipped
            return
        }
        let key = name.lowercased()
        self.sections[section, default: [:]][key] = value
        self.property = .named(key, holdsNested: value.isEmpty)
    }

    private mutating func readContinuation(_ line: Substring.UTF8View) throws(AWSCredentialsError) {
        if case .start = self.position { throw self.error("Expected a profile definition") }
        guard case .section(let section) = self.position else { return }
        switch self.property {
        case .skipped: return
        case .none: throw self.error("Expected a property definition, found continuation")
        case .named(let key, let holdsNested):
            if holdsNested { _ = try self.pair(line, "sub-property", "Sub-property") }
            let text = Substring(line).trimmingASCIIWhitespace()
            self.sections[section, default: [:]][key, default: ""] += "\n" + text
        }
    }

    /// Splits `name = value`.
    private func pair(
        _ line: Substring.UTF8View,
        _ what: String,
        _ atStart: String
    ) throws(AWSCredentialsError) -> (String, String) {
        let parts = line.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw self.error("Expected an '=' sign defining a \(what)") }
        let name = Substring(parts[0]).trimmingASCIIWhitespace()
        guard !name.isEmpty else { throw self.error("\(atStart) did not have a name") }
        return (name, Substring(parts[1]).trimmingASCIIWhitespace())
    }

    /// A comment behind a value begins with white space.
    private static func withoutComment(_ line: Substring.UTF8View) -> Substring.UTF8View {
        var followsSpace = false
        for index in line.indices {
            let byte = line[index]
            if followsSpace, byte == UInt8(ascii: "#") || byte == UInt8(ascii: ";") { return line[..<index] }
            followsSpace = byte.isASCIIWhitespace
        }
        return line
    }

    private static func isName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { $0.isASCIILetterOrDigit || "-_/.%@:+".utf8.contains($0) }
    }

    private func error(_ message: String) -> AWSCredentialsError {
        AWSCredentialsError(
            .invalidConfiguration,
            source: "shared \(self.kind.rawValue) file",
            "could not parse profile file, line \(self.line): \(message)"
        )
    }
}
