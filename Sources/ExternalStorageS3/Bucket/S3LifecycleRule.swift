//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Groundwork

/// A rule by which a bucket removes objects by itself.
///
/// A rule that was read keeps everything it says, also what has no property here, and is written back as it was.
public struct S3LifecycleRule: Sendable, Hashable {
    private var node: XMLNode

    init(_ node: XMLNode) {
        self.node = node
    }

    /// Creates a rule that removes objects some days after they were written, and abandoned uploads in parts.
    ///
    /// - Parameters:
    ///   - id: The rule's name; unique in its bucket.
    ///   - prefix: What the keys have to begin with; empty for all objects.
    ///   - expirationInDays: The age at which objects are removed, in days; nil for never.
    ///   - abortingUploadsAfterDays: The age at which unfinished uploads are removed, in days; nil for never.
    public init(id: String, prefix: String = "", expirationInDays: Int?, abortingUploadsAfterDays: Int? = nil) {
        var node = XMLNode(name: "Rule")
        node.children = [
            XMLNode(name: "ID", text: id),
            XMLNode(name: "Filter", children: [XMLNode(name: "Prefix", text: prefix)]),
            XMLNode(name: "Status", text: "Enabled"),
        ]
        if let expirationInDays {
            let days = XMLNode(name: "Days", text: String(expirationInDays))
            node.children.append(XMLNode(name: "Expiration", children: [days]))
        }
        if let abortingUploadsAfterDays {
            let days = XMLNode(name: "DaysAfterInitiation", text: String(abortingUploadsAfterDays))
            node.children.append(XMLNode(name: "AbortIncompleteMultipartUpload", children: [days]))
        }
        self.node = node
    }

    /// The rule's name.
    public var id: String { self.node["ID"]?.text ?? "" }

    /// Whether the rule is followed.
    public var isEnabled: Bool { self.node["Status"]?.text == "Enabled" }

    /// What the keys have to begin with; empty if the rule does not go by prefix.
    public var prefix: String {
        let filter = self.node["Filter"]
        let prefix = filter?["Prefix"] ?? filter?["And"]?["Prefix"] ?? self.node["Prefix"]
        return prefix?.text ?? ""
    }

    /// Whether the rule applies to every object whose key has the prefix, whatever its tags and size.
    public var goesByPrefixAlone: Bool {
        guard let filter = self.node["Filter"] else { return true }
        return filter.children.allSatisfy { $0.name == "Prefix" }
    }

    /// The tags that an object has to have, all of them.
    public var tags: [S3Tag] {
        let filter = self.node["Filter"]
        return ((filter?.all("Tag") ?? []) + (filter?["And"]?.all("Tag") ?? [])).map { tag in
            S3Tag(tag["Key"]?.text ?? "", tag["Value"]?.text ?? "")
        }
    }

    /// The age at which objects are removed, in days; nil if the rule removes none by age.
    public var expirationInDays: Int? { self.node["Expiration"]?["Days"].flatMap { Int($0.text) } }

    /// The age at which unfinished uploads in parts are removed, in days.
    public var abortingUploadsAfterDays: Int? {
        self.node["AbortIncompleteMultipartUpload"]?["DaysAfterInitiation"].flatMap { Int($0.text) }
    }

    var xml: String { self.node.xml }
}
