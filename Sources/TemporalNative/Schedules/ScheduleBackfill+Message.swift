//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import SwiftProtobuf
import TemporalAPI

extension ScheduleBackfill {
    var message: Temporal_Api_Schedule_V1_BackfillRequest {
        .with {
            $0.startTime = .init(date: self.startTime)
            $0.endTime = .init(date: self.endTime)
            $0.overlapPolicy = self.overlap.message
        }
    }
}
