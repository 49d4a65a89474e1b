//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Something that has several activities and what they share: a database, a client, settings.
///
/// ```swift
/// struct Orders: ActivityContainer {
///     let database: Database
///
///     func charge(_ order: Order, note: String?) async throws -> Receipt {
///         try await self.database.insert(order)
///         return Receipt()
///     }
///
///     var activities: [Activity] {
///         Activity("charge", self.charge)
///     }
/// }
/// ```
///
/// Attempts run at the same time, so what is shared has to be `Sendable`.
public protocol ActivityContainer: Sendable {
    /// The activities, each under a name of its own.
    ///
    /// Those of ``allActivities`` by default.
    @ActivitiesBuilder
    var activities: [Activity] { get }

    /// The activities as types of their own, where they are: none by default.
    ///
    /// `@ActivityContainer` makes this one.
    var allActivities: [any ActivityDefinition] { get }
}

extension ActivityContainer {
    /// Those of ``allActivities``.
    public var activities: [Activity] { self.allActivities.map { Activity($0) } }

    /// None.
    public var allActivities: [any ActivityDefinition] { [] }
}
