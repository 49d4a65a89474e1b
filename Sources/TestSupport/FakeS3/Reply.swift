//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import NIOCore

/// What the server sends back.
struct Reply {
    var status: Int
    var headers: [(name: String, value: String)] = []
    var body = ByteBuffer()
    /// The size to announce if it is not that of the body, as for HEAD.
    var announcedSize: Int?

    init(status: Int, headers: [(name: String, value: String)] = [], body: ByteBuffer = ByteBuffer()) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    init(error status: Int, _ code: String, _ headers: [(name: String, value: String)] = [], inner: String = "") {
        self.status = status
        self.headers = headers + [("Content-Type", "application/xml")]
        self.body = ByteBuffer(
            string: """
                <?xml version="1.0" encoding="UTF-8"?>
                <Error><Code>\(code)</Code><Message>said by the fake &amp; nobody else</Message>\(inner)</Error>
                """
        )
    }

    var withFlippedBit: Self {
        var copy = self
        if let byte = copy.body.getInteger(at: copy.body.readerIndex, as: UInt8.self) {
            copy.body.setInteger(byte ^ 1, at: copy.body.readerIndex)
        }
        return copy
    }
}
