//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// The activities of a worker, by name.
struct ActivityRegistry: Sendable {
    private let activities: [String: Activity]
    /// For every name that is not in ``activities``.
    private let dynamic: Activity?

    /// - Throws: ``TemporalError/Code/invalidConfiguration`` if there is no activity, if a name is empty, or if two have
    ///   the same or are dynamic.
    init(_ activities: [Activity]) throws {
        var byName: [String: Activity] = [:]
        var dynamic: Activity?
        for activity in activities {
            if activity.isDynamic {
                guard dynamic == nil else { throw Self.invalid("there are two dynamic activities") }
                dynamic = activity
                continue
            }
            guard !activity.name.isEmpty else { throw Self.invalid("an activity has an empty name") }
            guard byName.updateValue(activity, forKey: activity.name) == nil else {
                throw Self.invalid("there are two activities with the name \"\(activity.name)\"")
            }
        }
        guard !byName.isEmpty || dynamic != nil else {
            throw Self.invalid("a worker without activities would poll for nothing")
        }
        self.activities = byName
        self.dynamic = dynamic
    }

    subscript(name: String) -> Activity? { self.activities[name] ?? self.dynamic }

    /// For the message of an attempt whose activity is not here.
    var names: [String] { self.activities.keys.sorted() }

    private static func invalid(_ message: String) -> TemporalError {
        TemporalError(code: .invalidConfiguration, message: message)
    }
}
