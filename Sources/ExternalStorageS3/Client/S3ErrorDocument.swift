//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Groundwork

/// The `<Error>` an S3 service answers with, as far as anybody needs it.
struct S3ErrorDocument: Hashable, Sendable {
    var code: String?
    var message: String?
    var region: String?
    var requestID: String?
    var hostID: String?

    init() {}

    /// Reads the body of an answer.
    ///
    /// A body that is no `<Error>` document leaves everything nil.
    init(parsing bytes: some Sequence<UInt8>) {
        guard let root = XMLNode(parsing: bytes) else { return }
        // Amazon S3 has `<Error>` at the top; STS and some clones put it into an `<ErrorResponse>`.
        guard let error = root.name == "Error" ? root : root["Error"] else { return }
        self.code = error["Code"]?.text
        self.message = error["Message"]?.text
        self.region = error["Region"]?.text
        self.requestID = error["RequestId"]?.text ?? root["RequestId"]?.text
        self.hostID = error["HostId"]?.text
    }
}
