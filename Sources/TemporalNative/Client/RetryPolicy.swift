//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import SwiftProtobuf
import TemporalAPI

/// When a workflow or an activity that failed is tried again, by the server.
public struct RetryPolicy: Hashable, Sendable {
    /// The delay before the second attempt; 1 second if nil.
    public var initialInterval: Duration?
    /// What each further delay is multiplied with; 2 if nil.
    public var backoffCoefficient: Double?
    /// The longest delay; 100 times the first one if nil.
    public var maximumInterval: Duration?
    /// The number of attempts in all; 0 for no limit.
    public var maximumAttempts: Int
    /// Failures with these types are not retried.
    public var nonRetryableErrorTypes: [String]

    /// Creates a policy.
    ///
    /// - Parameters:
    ///   - initialInterval: The delay before the second attempt.
    ///   - backoffCoefficient: What each further delay is multiplied with.
    ///   - maximumInterval: The longest delay.
    ///   - maximumAttempts: The number of attempts in all; 0 for no limit.
    ///   - nonRetryableErrorTypes: Failures with these types are not retried.
    public init(
        initialInterval: Duration? = nil,
        backoffCoefficient: Double? = nil,
        maximumInterval: Duration? = nil,
        maximumAttempts: Int = 0,
        nonRetryableErrorTypes: [String] = []
    ) {
        self.initialInterval = initialInterval
        self.backoffCoefficient = backoffCoefficient
        self.maximumInterval = maximumInterval
        self.maximumAttempts = maximumAttempts
        self.nonRetryableErrorTypes = nonRetryableErrorTypes
    }
}

extension RetryPolicy {
    var message: Temporal_Api_Common_V1_RetryPolicy {
        .with {
            // The server reads an absent interval as its default, and refuses a coefficient below 1.
            if let initialInterval { $0.initialInterval = initialInterval.message }
            $0.backoffCoefficient = self.backoffCoefficient ?? 2
            if let maximumInterval { $0.maximumInterval = maximumInterval.message }
            $0.maximumAttempts = Int32(clamping: self.maximumAttempts)
            $0.nonRetryableErrorTypes = self.nonRetryableErrorTypes
        }
    }

    init(_ message: Temporal_Api_Common_V1_RetryPolicy) {
        self.init(
            initialInterval: message.hasInitialInterval ? Duration(message.initialInterval) : nil,
            backoffCoefficient: message.backoffCoefficient == 0 ? nil : message.backoffCoefficient,
            maximumInterval: message.hasMaximumInterval ? Duration(message.maximumInterval) : nil,
            maximumAttempts: Int(message.maximumAttempts),
            nonRetryableErrorTypes: message.nonRetryableErrorTypes
        )
    }
}
