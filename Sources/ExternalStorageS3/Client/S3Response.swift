//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import NIOCore
internal import NIOHTTP1

/// A complete answer.
struct S3Response: Sendable {
    var status: Int
    var headers: HTTPHeaders
    /// Empty if the bytes went elsewhere (``S3Call/assembly``).
    var body: ByteBuffer
}
