//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageCore
import NIOCore

extension Payload {
    /// A payload with nothing but its encoding in the metadata.
    init(encoding: String, data: ByteBuffer) {
        self.init(metadata: ["encoding": Array(encoding.utf8)], data: data)
    }

    /// The value of the metadata key `encoding`.
    var encoding: String {
        self.metadata["encoding"].map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}
