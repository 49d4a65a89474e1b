//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import SwiftProtobuf
import TemporalAPI

/// In which order tasks of a queue are handed out.
public struct Priority: Hashable, Sendable {
    /// 1 is the most urgent; 0 for the server's default.
    public var key: Int
    /// Tasks with different keys get shares of their own; empty for none.
    public var fairnessKey: String
    /// The weight of the share; 0 for the server's default.
    public var fairnessWeight: Float

    /// Creates a priority.
    ///
    /// - Parameters:
    ///   - key: 1 is the most urgent.
    ///   - fairnessKey: Tasks with different keys get shares of their own.
    ///   - fairnessWeight: The weight of the share.
    public init(key: Int = 0, fairnessKey: String = "", fairnessWeight: Float = 0) {
        self.key = key
        self.fairnessKey = fairnessKey
        self.fairnessWeight = fairnessWeight
    }

    init(_ message: Temporal_Api_Common_V1_Priority) {
        self.init(
            key: Int(message.priorityKey),
            fairnessKey: message.fairnessKey,
            fairnessWeight: message.fairnessWeight
        )
    }

    var message: Temporal_Api_Common_V1_Priority {
        .with {
            $0.priorityKey = Int32(clamping: self.key)
            $0.fairnessKey = self.fairnessKey
            $0.fairnessWeight = self.fairnessWeight
        }
    }
}
