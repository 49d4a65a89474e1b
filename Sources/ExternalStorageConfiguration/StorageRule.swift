//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore

/// One line of what goes where.
struct StorageRule: Sendable {
    /// Patterns, of which one has to fit; nil for any.
    var namespaces: [NamePattern]?
    var workflowTypes: [NamePattern]?
    /// The sizes that fit, in serialized bytes.
    var sizes: Range<Int>
    /// Nil to leave payloads inline.
    var driver: (any StorageDriver)?

    private static let names = ["driver", "namespace", "sizeAtLeast", "sizeBelow", "workflowType"]

    /// - Parameters:
    ///   - section: The rule.
    ///   - drivers: What it may choose.
    /// - Throws: ``ConfigurationError``.
    init(_ section: ConfigurationSection, drivers: [any StorageDriver]) throws(ConfigurationError) {
        if let unknown = section.members.first(where: { !Self.names.contains($0.name) }) {
            let hint = NearestName.hint(for: unknown.name, among: Self.names)
            throw ConfigurationError("\(unknown.origin) is not known\(hint)")
        }
        guard let driver = section["driver"] else {
            throw ConfigurationError("\(section.place): the rule has no \"driver\"; name one, or say inline")
        }
        self.driver = try Self.choice(driver, drivers: drivers)
        self.namespaces = try section["namespace"]?.texts().map { NamePattern($0) }
        self.workflowTypes = try section["workflowType"]?.texts().map { NamePattern($0) }
        let least = try Self.size(section["sizeAtLeast"]) ?? 0
        let below = try Self.size(section["sizeBelow"]) ?? .max
        guard least < below else {
            throw ConfigurationError("\(section.place): no size is at least \(least) and below \(below) bytes")
        }
        self.sizes = least..<below
    }

    /// The driver of a name; nil for `inline`.
    static func choice(
        _ member: ConfigurationSection.Member,
        drivers: [any StorageDriver]
    ) throws(ConfigurationError) -> (any StorageDriver)? {
        let name = try member.text()
        if let driver = drivers.first(where: { $0.name.utf8.elementsEqual(name.utf8) }) { return driver }
        guard name != "inline" else { return nil }
        let hint = NearestName.hint(for: name, among: drivers.map(\.name) + ["inline"])
        throw ConfigurationError("\(member.origin) names \"\(name)\", which is no driver\(hint)")
    }

    private static func size(_ member: ConfigurationSection.Member?) throws(ConfigurationError) -> Int? {
        guard let member else { return nil }
        guard let size = Int(try member.text()), size >= 0 else {
            throw ConfigurationError("\(member.origin) has to be a number of bytes, such as 10485760")
        }
        return size
    }

    /// Whether the rule is for a payload.
    ///
    /// The namespace is that of the target, which is whose the payload will be; without one that of the call. A target
    /// whose workflow type is not known, as that of a signal, fits no rule with a workflow type.
    func fits(sizeInBytes: Int, _ context: StorageDriverSelectContext) -> Bool {
        guard self.sizes.contains(sizeInBytes) else { return false }
        if let namespaces = self.namespaces {
            let namespace =
                context.target?.workflow?.namespace ?? context.target?.activity?.namespace
                ?? context.target?.namespaceAlone ?? context.namespace
            guard namespaces.contains(where: { $0.fits(namespace) }) else { return false }
        }
        if let types = self.workflowTypes {
            guard let type = context.target?.workflow?.type, types.contains(where: { $0.fits(type) }) else {
                return false
            }
        }
        return true
    }
}

/// A name, or the beginning of names if it ends with a star; compared byte by byte.
struct NamePattern: Sendable {
    private var prefix: [UInt8]
    private var isWhole: Bool

    init(_ text: String) {
        self.isWhole = text.utf8.last != UInt8(ascii: "*")
        self.prefix = Array(self.isWhole ? text.utf8[...] : text.utf8.dropLast())
    }

    func fits(_ name: String) -> Bool {
        self.isWhole ? name.utf8.elementsEqual(self.prefix) : name.utf8.starts(with: self.prefix)
    }
}

/// The first rule that fits decides, else the default.
struct StorageRules: StorageDriverSelector {
    var rules: [StorageRule]
    /// Nil to leave payloads inline.
    var fallback: (any StorageDriver)?

    func driver(for payload: Payload, context: StorageDriverSelectContext) async throws -> (any StorageDriver)? {
        let rule = self.rules.first { $0.fits(sizeInBytes: payload.sizeInBytes, context) }
        return rule.map(\.driver) ?? self.fallback
    }
}
