//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Reads a shared config or credentials file, line by line.
///
/// The grammar is that of the AWS SDKs and tools, "Shared config and credentials files". Beyond it, what `aws configure`
/// and common helpers write is read as the AWS CLI reads it: names in quotation marks or with blanks, text behind a
/// section's bracket, properties that are indented.
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

    private typealias Problem = SharedConfiguration.Problem

    private let kind: Kind
    private var line = 0
    private var position = Position.start
    private var property = Property.none
    /// How far the present property is indented; what is indented further continues it.
    private var indent = 0
    private var sections: [Section: SharedConfiguration.Properties] = [:]
    private var problems: [Section: Problem] = [:]

    private init(kind: Kind) { self.kind = kind }

    static func parse(_ text: String, kind: Kind) throws(AWSCredentialsError) -> SharedConfiguration {
        var parser = Self(kind: kind)
        // Editors of Windows begin a file with a byte order mark.
        let text = text.unicodeScalars.first == "\u{feff}" ? text.unicodeScalars.dropFirst() : text.unicodeScalars[...]
        for line in Substring(text).utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            parser.line += 1
            try parser.read(line)
        }
        return parser.result()
    }

    private func result() -> SharedConfiguration {
        var result = SharedConfiguration()
        func put(
            _ name: String,
            _ section: Section,
            _ properties: SharedConfiguration.Properties,
            _ sections: inout SharedConfiguration.Sections
        ) {
            if Self.isName(name) {
                sections.regular[name] = properties
            } else {
                sections.irregular[name] = properties
            }
            sections.problems[name] = self.problems[section]
        }
        for (section, properties) in self.sections {
            switch section {
            case .profile(let name): put(name, section, properties, &result.profileSections)
            case .ssoSession(let name): put(name, section, properties, &result.ssoSessionSections)
            case .services(let name): put(name, section, properties, &result.servicesSections)
            case .bareDefault: continue
            }
        }
        if self.sections[.profile("default")] == nil, let bare = self.sections[.bareDefault] {
            put("default", .bareDefault, bare, &result.profileSections)
        }
        return result
    }

    private mutating func read(_ line: Substring.UTF8View) throws(AWSCredentialsError) {
        guard let start = line.firstIndex(where: { !$0.isASCIIWhitespace }) else { return }
        let indent = line.distance(from: line.startIndex, to: start)
        switch line[start] {
        case UInt8(ascii: "#"), UInt8(ascii: ";"): return
        case _ where self.continues(indent): self.readContinuation(line)
        case UInt8(ascii: "["): self.readSection(line[line.index(after: start)...])
        default: try self.readProperty(line, indent: indent)
        }
    }

    private func continues(_ indent: Int) -> Bool {
        if case .none = self.property { return false }
        return indent > self.indent
    }

    private mutating func readSection(_ line: Substring.UTF8View) {
        self.property = .none
        // What stands behind the bracket is nobody's, as the AWS CLI sees it.
        let end = Self.endOfSection(line)
        let section = self.section(Substring(line[..<(end ?? line.endIndex)]).trimmingASCIIWhitespace())
        self.position = section.map { .section($0) } ?? .skipped
        guard let section else { return }
        self.sections[section, default: [:]].merge([:]) { $1 }
        if end == nil { self.note("Profile definition must end with ']'") }
    }

    /// The closing bracket: the first that is not in quotation marks, or the first if the marks are not closed.
    private static func endOfSection(_ line: Substring.UTF8View) -> Substring.UTF8View.Index? {
        var quotation: UInt8?
        for index in line.indices {
            switch (line[index], quotation) {
            case (UInt8(ascii: "]"), nil): return index
            case (let byte, let mark?) where byte == mark: quotation = nil
            case (UInt8(ascii: "\""), nil), (UInt8(ascii: "'"), nil): quotation = line[index]
            default: continue
            }
        }
        return line.firstIndex(of: UInt8(ascii: "]"))
    }

    /// Which section a text in brackets begins; nil for one that does not count.
    private func section(_ text: String) -> Section? {
        guard self.kind == .config else { return text.isEmpty ? nil : .profile(text) }
        guard let words = ShellWords.split(text) else { return nil }
        switch (words.count, words.first) {
        case (1, "default"): return .bareDefault
        case (2, "profile"): return .profile(words[1])
        case (2, "sso-session"): return .ssoSession(words[1])
        case (2, "services"): return .services(words[1])
        default: return nil
        }
    }

    private mutating func readProperty(_ line: Substring.UTF8View, indent: Int) throws(AWSCredentialsError) {
        self.property = .none
        if case .start = self.position { throw self.problem("Expected a profile definition").error }
        guard case .section(let section) = self.position else { return }
        let pair = self.pair(Self.withoutComment(line), "property", "Property")
        switch pair {
        case .failure(let problem):
            let isContinuation = indent > 0 && !line.contains(UInt8(ascii: "="))
            self.note(isContinuation ? "Expected a property definition, found continuation" : problem.text)
        case .success(let (name, value)):
            self.indent = indent
            guard Self.isName(name) else {
                self.property = .skipped
                return
            }
            let key = name.lowercased()
            self.sections[section, default: [:]][key] = value
            self.property = .named(key, holdsNested: value.isEmpty)
        }
    }

    private mutating func readContinuation(_ line: Substring.UTF8View) {
        guard case .section(let section) = self.position, case .named(let key, let holdsNested) = self.property else {
            return
        }
        if holdsNested, case .failure(let problem) = self.pair(line, "sub-property", "Sub-property") {
            self.note(problem.text)
        }
        let text = Substring(line).trimmingASCIIWhitespace()
        self.sections[section, default: [:]][key, default: ""] += "\n" + text
    }

    private struct Complaint: Error { var text: String }

    /// Splits `name = value`.
    private func pair(
        _ line: Substring.UTF8View,
        _ what: String,
        _ atStart: String
    ) -> Result<(String, String), Complaint> {
        let parts = line.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return .failure(Complaint(text: "Expected an '=' sign defining a \(what)")) }
        let name = Substring(parts[0]).trimmingASCIIWhitespace()
        guard !name.isEmpty else { return .failure(Complaint(text: "\(atStart) did not have a name")) }
        return .success((name, Substring(parts[1]).trimmingASCIIWhitespace()))
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

    /// Remembers the first thing that is wrong in the present section.
    private mutating func note(_ message: String) {
        guard case .section(let section) = self.position, self.problems[section] == nil else { return }
        self.problems[section] = self.problem(message)
    }

    private func problem(_ message: String) -> Problem {
        Problem(
            source: "shared \(self.kind.rawValue) file",
            message: "could not parse profile file, line \(self.line): \(message)"
        )
    }
}
