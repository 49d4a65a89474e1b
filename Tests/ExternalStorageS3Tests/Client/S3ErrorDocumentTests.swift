//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import Testing

@testable import ExternalStorageS3

@Suite("What Amazon S3 says in an error")
struct S3ErrorDocumentTests {
    @Test("An error document is read at the top or inside an ErrorResponse; anything else is no document")
    func errors() {
        let inner = "<Error><Code>A</Code><Message>m</Message><Region>r</Region><HostId>h</HostId></Error>"
        let direct = S3ErrorDocument(parsing: inner.utf8)
        #expect(direct.code == "A")
        #expect(direct.region == "r")
        #expect(direct.hostID == "h")
        let wrapped = S3ErrorDocument(
            parsing: "<ErrorResponse>\(inner)<RequestId>q</RequestId></ErrorResponse>".utf8
        )
        #expect(wrapped.code == "A")
        #expect(wrapped.requestID == "q")
        #expect(S3ErrorDocument(parsing: "<html>".utf8) == S3ErrorDocument())
    }
}
