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

    private init(_ description: String) { self.description = description }

    /// The default.
    public static let standard = Self("STANDARD")

    /// For what is read seldom; at least 30 days and 128 KiB are charged.
    public static let standardInfrequentAccess = Self("STANDARD_IA")

    /// In one zone only: lost if the zone is.
    public static let oneZoneInfrequentAccess = Self("ONEZONE_IA")

    /// Moves by access pattern.
    ///
    /// Its optional archive tiers would make reads fail: do not switch them on.
    public static let intelligentTiering = Self("INTELLIGENT_TIERING")

    /// For what is read about once a quarter; at least 90 days are charged.
    public static let glacierInstantRetrieval = Self("GLACIER_IR")
}
