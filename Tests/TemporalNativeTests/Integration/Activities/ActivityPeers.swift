//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Foundation
import Testing

/// The servers and programs around the tests of the worker, as `Scripts/lib/native` starts them and names them in the
/// environment.
enum ActivityPeers {
    static let skipped: Comment = "SKIPPED: needs servers and Python workflows; run `Scripts/lib/native activities`"

    static func value(_ name: String) -> String? {
        ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Set when the Python workflows of `native_activities.py` are served.
    static var areThere: Bool {
        self.value("NATIVE_ACTIVITIES") != nil && self.value("TEMPORAL_ADDRESS") != nil
            && self.value("S3_ENDPOINT") != nil
    }

    static var server: (host: String, port: Int) {
        get throws {
            let parts = try #require(self.value("TEMPORAL_ADDRESS")).split(separator: ":")
            return (String(parts[0]), try #require(Int(parts[1])))
        }
    }
}
