//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import AsyncHTTPClient
internal import ExternalStorageCore
internal import NIOCore
internal import NIOHTTP1
internal import StoreHTTP

extension S3Response {
    /// The most bytes of an answer that reports an error; the rest would only be more words.
    static let maximumErrorSize = 64 * 1024

    /// Reads an answer to its end, into one buffer of the announced size or to where the call wants the bytes.
    ///
    /// The limit is checked against the announced size before the first byte, and again with every chunk; so is the room
    /// that the call has (ES-P11).
    ///
    /// - Throws: `S3Failure` above the limit, `ExternalStorageError` if there is no room.
    init(_ response: HTTPClientResponse, to call: S3Call) async throws {
        // A client that follows redirects hides the first answer, the only one that was signed for, behind the last.
        let hidden = response.history.count > 1 ? response.history[0].responseHead : nil
        self.status = Int(hidden?.status.code ?? response.status.code)
        self.headers = hidden?.headers ?? response.headers
        self.body = ByteBuffer()
        guard hidden == nil else { return }

        let isSuccess = (200..<300).contains(self.status)
        let limit = isSuccess ? call.maximumAnswerSize : Self.maximumErrorSize
        let announced = call.method == "HEAD" ? 0 : self.headers.first(name: "Content-Length").flatMap { Int($0) } ?? 0
        if announced > limit {
            // Errors with long texts are errors all the same; what they say is not needed.
            guard isSuccess else { return }
            throw S3Failure.tooLarge(call, announced, limit)
        }
        let (assembly, room) = isSuccess ? (call.assembly, call.room) : (nil, nil)
        let start = self.status == 206 ? call.rangeStart : 0
        let whole = self.status == 206 ? self.headers.sizeOfWhole ?? announced : announced
        try room?.reserve(whole)
        if let assembly {
            if whole <= limit { assembly.reserve(whole) }
        } else {
            self.body.reserveCapacity(announced)
        }
        var size = 0
        for try await chunk in response.body {
            guard size + chunk.readableBytes <= limit else {
                guard isSuccess else { return }
                throw S3Failure.tooLarge(call, size + chunk.readableBytes, limit)
            }
            // What was not announced, or too little.
            try room?.reserve(start + size + chunk.readableBytes)
            if let assembly {
                assembly.write(chunk, at: size, ofRangeFrom: start)
            } else {
                self.body.writeImmutableBuffer(chunk)
            }
            size += chunk.readableBytes
        }
    }
}

extension S3Failure {
    static func tooLarge(_ call: S3Call, _ size: Int, _ limit: Int) -> Self {
        Self(
            .tooLarge,
            operation: call.operation,
            bucket: call.bucket,
            key: call.key,
            message: "the object has \(size) bytes or more, \(limit) are accepted"
        )
    }
}
