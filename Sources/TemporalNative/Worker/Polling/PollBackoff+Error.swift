//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

extension PollBackoff.Trouble {
    /// What an error of a poll means for the next one.
    init(_ error: any Error) {
        guard let error = error as? TemporalError else {
            self = .suspicious
            return
        }
        self =
            switch error.code {
            case .namespaceNotFound, .invalidArgument: .hopeless
            case .namespaceUnavailable: .passing
            default: error.isRetryable ? .passing : .suspicious
            }
    }
}
