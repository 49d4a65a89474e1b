//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import TemporalAPI

extension [String: Payload] {
    /// Headers of a message.
    init(_ message: Temporal_Api_Common_V1_Header) throws {
        // Mapping an empty dictionary makes a new one, which every run would keep.
        self = message.fields.isEmpty ? [:] : try message.fields.mapValues { try Payload($0) }
    }

    /// The headers as part of a message.
    var message: Temporal_Api_Common_V1_Header {
        get throws {
            var message = Temporal_Api_Common_V1_Header()
            message.fields = try self.mapValues { try $0.message }
            return message
        }
    }
}
