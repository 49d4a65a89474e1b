//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// How the store keeps an object.
///
/// Classes whose objects cannot be read at once do not exist here.
public struct S3StorageClass: Sendable, Hashable, CustomStringConvertible {
    /// The name on the wire.
    public let description: String

    private init(name: String) { self.description = name }

    /// The default.
    public static let standard = Self(name: "STANDARD")

    /// For what is read seldom; at least 30 days and 128 KiB are charged.
    public static let standardInfrequentAccess = Self(name: "STANDARD_IA")

    /// In one zone only: lost if the zone is.
    public static let oneZoneInfrequentAccess = Self(name: "ONEZONE_IA")

    /// Moves by access pattern.
    ///
    /// Its optional archive tiers would make reads fail: do not switch them on.
    public static let intelligentTiering = Self(name: "INTELLIGENT_TIERING")

    /// For what is read about once a quarter; at least 90 days are charged.
    public static let glacierInstantRetrieval = Self(name: "GLACIER_IR")

    private static let all = [
        Self.standard, .standardInfrequentAccess, .oneZoneInfrequentAccess, .intelligentTiering,
        .glacierInstantRetrieval,
    ]

    /// The names on the wire of all of them.
    static let names = Self.all.map(\.description)

    /// The class of a name on the wire; nil if there is none here.
    public init?(_ name: String) {
        guard let known = Self.all.first(where: { $0.description == name }) else { return nil }
        self = known
    }
}
