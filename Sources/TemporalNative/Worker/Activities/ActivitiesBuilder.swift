//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Makes a list of activities of activities, lists, and containers.
@resultBuilder
public enum ActivitiesBuilder {
    /// One activity.
    public static func buildExpression(_ activity: Activity) -> [Activity] { [activity] }

    /// Several activities.
    public static func buildExpression(_ activities: [Activity]) -> [Activity] { activities }

    /// One activity that is a type.
    public static func buildExpression(_ activity: any ActivityDefinition) -> [Activity] { [Activity(activity)] }

    /// Several activities that are types.
    public static func buildExpression(_ activities: [any ActivityDefinition]) -> [Activity] {
        activities.map { Activity($0) }
    }

    /// All activities of a container.
    public static func buildExpression(_ container: any ActivityContainer) -> [Activity] { container.activities }

    /// All, in the order in which they stand.
    public static func buildBlock(_ activities: [Activity]...) -> [Activity] { activities.flatMap { $0 } }

    /// Those of an `if` without `else`.
    public static func buildOptional(_ activities: [Activity]?) -> [Activity] { activities ?? [] }

    /// Those of an `if`.
    public static func buildEither(first activities: [Activity]) -> [Activity] { activities }

    /// Those of an `else`.
    public static func buildEither(second activities: [Activity]) -> [Activity] { activities }

    /// Those of a loop.
    public static func buildArray(_ activities: [[Activity]]) -> [Activity] { activities.flatMap { $0 } }
}
