//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import AsyncHTTPClient
internal import ExternalStorageCore
package import NIOCore
package import NIOHTTP1

/// A complete answer of an object store.
package struct StoreAnswer: Sendable {
    package var status: Int
    package var headers: HTTPHeaders
    /// Empty if the bytes went elsewhere (``StoreCall/assembly``).
    package var body: ByteBuffer

    package init(status: Int, headers: HTTPHeaders = [:], body: ByteBuffer = ByteBuffer()) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    package var isSuccess: Bool { (200..<300).contains(self.status) }

    /// The size of the object that a range is part of, in bytes.
    package var sizeOfWhole: Int? {
        self.headers.first(name: "Content-Range")?.split(separator: "/").last.flatMap { Int($0) }
    }

    /// The most bytes of an answer that reports an error; the rest would only be more words.
    package static let maximumErrorSize = 64 * 1024
}

extension StoreAnswer {
    /// Reads an answer to its end, into one buffer of the announced size or to where the call wants the bytes.
    ///
    /// The limit is checked against the announced size before the first byte, and again with every chunk; so is the room
    /// that the call has (ES-P11).
    ///
    /// - Throws: `StoreFailure` above the limit, `ExternalStorageError` if there is no room; ``ShortAnswer``.
    init(_ response: HTTPClientResponse, to call: StoreCall) async throws {
        // A client that follows redirects hides the first answer, the only one that was authorised, behind the last.
        let hidden = response.history.count > 1 ? response.history[0].responseHead : nil
        self.init(
            status: Int(hidden?.status.code ?? response.status.code),
            headers: hidden?.headers ?? response.headers
        )
        guard hidden == nil else { return }
        let limit = self.isSuccess ? call.maximumAnswerSize : Self.maximumErrorSize
        let announced = call.method == "HEAD" ? 0 : self.headers.first(name: "Content-Length").flatMap { Int($0) } ?? 0
        if announced > limit {
            // Errors with long texts are errors all the same; what they say is not needed.
            guard self.isSuccess else { return }
            throw StoreFailure.tooLarge(call, announced, limit)
        }
        let (assembly, room) = self.isSuccess ? (call.assembly, call.room) : (nil, nil)
        let start = self.status == 206 ? call.rangeStart : 0
        let whole = self.status == 206 ? self.sizeOfWhole ?? announced : announced
        try room?.reserve(whole)
        if let assembly {
            if whole <= limit { assembly.reserve(whole) }
        } else {
            self.body.reserveCapacity(announced)
        }
        var size = 0
        for try await chunk in response.body {
            guard size + chunk.readableBytes <= limit else {
                guard self.isSuccess else { return }
                throw StoreFailure.tooLarge(call, size + chunk.readableBytes, limit)
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
        // A body that ends where it should is all there is to see of a connection that was cut by a proxy.
        guard call.method == "HEAD" || announced == 0 || size == announced else {
            throw ShortAnswer(announced: announced, received: size)
        }
    }
}

/// An answer that ended before it was complete.
package struct ShortAnswer: Error, CustomStringConvertible {
    var announced: Int
    var received: Int

    package var description: String { "the answer ended after \(self.received) of \(self.announced) bytes" }
}

extension StoreFailure {
    /// An answer of success that does not say what it has to say.
    ///
    /// To whoever deletes what nothing refers to, not knowing is no answer.
    package static func incomprehensible(_ call: StoreCall, _ missing: String) -> Self {
        Self(
            .unavailable,
            operation: call.operation,
            place: call.place,
            message: "the store's answer holds no \(missing)",
            advice: "Look at the endpoint and the proxies before it"
        )
    }

    /// More bytes than are accepted.
    package static func tooLarge(_ call: StoreCall, _ size: Int, _ limit: Int) -> Self {
        Self(
            .tooLarge,
            operation: call.operation,
            place: call.place,
            message: "the object has \(size) bytes or more, \(limit) are accepted",
            advice: "Raise payloadSizeLimit if such payloads are meant to be read"
        )
    }
}
