//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Where a payload stands in a store: `v0/ns/<namespace>/wt/<type>/wi/<id>/ri/<run>/d/sha256/<digest>`.
///
/// The layout is that of the drivers of all Temporal SDKs, so that fleets of several languages share their objects. Use it
/// in a driver of your own, and operators find their way in its store as in any other:
///
/// ```swift
/// let key = StorageObjectKey(digest: payload.digest, target: context.target, style: .s3).text
/// ```
///
/// Pure: the same payload of the same target has the same key.
public struct StorageObjectKey: Hashable, Sendable {
    /// Which characters a store takes.
    ///
    /// Minor releases may add styles.
    public struct Style: Hashable, Sendable {
        private enum Base { case s3, googleCloud, file }
        private let base: Base
        private init(_ base: Base) { self.base = base }

        /// S3: everything but letters, digits and ``! - _ . * ' ( )`` is escaped.
        public static let s3 = Self(.s3)
        /// Google Cloud Storage: control characters and ``# [ ] * ? : " < > | / %`` are escaped.
        public static let googleCloud = Self(.googleCloud)
        /// File systems: as S3, and no segment is `.` or `..`, or longer than a file name may be.
        public static let file = Self(.file)
    }

    /// The longest key that an object store takes, in bytes.
    package static let sizeLimit = 1_024
    /// The longest name that a file system takes, in bytes.
    package static let fileNameSizeLimit = 255

    /// The key; ASCII with ``Style/s3`` and ``Style/file``.
    public let text: String

    /// The key of a payload.
    ///
    /// A key that is too long makes way for `v0/ns/<namespace>/d/sha256/<digest>`, as in the Python SDK; if in a file
    /// system even the namespace is too long, for the key without a target. Where nothing but the namespace is known, the
    /// key is the same shorter one. A target of a kind that has no place in the layout (Nexus) counts as no target:
    /// `v0/d/sha256/<digest>`.
    ///
    /// - Parameters:
    ///   - digest: The SHA-256 of the serialized payload.
    ///   - target: Whose it is.
    ///   - style: What the store takes.
    public init(digest: PayloadDigest, target: StorageDriverTarget?, style: Style) {
        let tail = ["d", "sha256", digest.hexadecimal]
        guard let segments = Self.segments(of: target) else {
            self.text = (["v0"] + tail).joined(separator: "/")
            return
        }
        let escaped = segments.map { Self.escape($0, style) }
        let candidates = [["v0"] + escaped + tail, ["v0", "ns", escaped[1]] + tail]
        let fitting = candidates.first { Self.fits($0, style) }
        let shortest = style == .file ? ["v0"] + tail : candidates[1]
        self.text = (fitting ?? shortest).joined(separator: "/")
    }

    /// What the keys of all payloads of a namespace begin with, with a slash at its end.
    package static func prefix(ofNamespace namespace: String, style: Style) -> String {
        "v0/ns/\(Self.escape(namespace, style))/"
    }

    /// The segments between version and digest, nothing escaped; nil for a target that has none.
    private static func segments(of target: StorageDriverTarget?) -> [String]? {
        func segment(_ text: String?) -> String {
            // Absent and empty are the same to all SDKs. So is an id that is spelled "null".
            guard let text, !text.isEmpty else { return "null" }
            return text
        }
        if let workflow = target?.workflow {
            return [
                "ns", segment(workflow.namespace), "wt", segment(workflow.type), "wi", segment(workflow.id), "ri",
                segment(workflow.runID),
            ]
        }
        if let activity = target?.activity {
            return [
                "ns", segment(activity.namespace), "at", segment(activity.type), "ai", segment(activity.id), "ri",
                segment(activity.runID),
            ]
        }
        if let namespace = target?.namespaceAlone { return ["ns", segment(namespace)] }
        return nil
    }

    private static func fits(_ segments: [String], _ style: Style) -> Bool {
        let sizes = segments.map(\.utf8.count)
        guard sizes.reduce(segments.count - 1, +) <= Self.sizeLimit else { return false }
        return style != .file || sizes.allSatisfy { $0 <= Self.fileNameSizeLimit }
    }
}
