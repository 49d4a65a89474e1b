//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import AsyncHTTPClient
package import ExternalStorageCore
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
    package var sizeOfWhole: Int? { self.headers.sizeOfWhole }

    /// The most bytes of an answer that reports an error; the rest would only be more words.
    package static let maximumErrorSize = 64 * 1024
}

extension HTTPHeaders {
    /// The size of the object that a range is part of, in bytes.
    package var sizeOfWhole: Int? {
        self.first(name: "Content-Range")?.split(separator: "/").last.flatMap { Int($0) }
    }
}

/// How the body of an answer is read.
package struct AnswerReading: Sendable {
    /// The method of the request: an answer to HEAD has no body, whatever it announces.
    package var method: String
    /// The most bytes of a success.
    package var maximumSize: Int
    /// Where the bytes of a success go, instead of into the answer.
    package var assembly: ObjectAssembly?
    /// Where room is reserved for the whole object before the first byte of a success is read (ES-P11).
    package var room: RetrievalRoom?
    /// Where the range that was asked for begins.
    package var rangeStart: Int

    package init(
        method: String,
        maximumSize: Int,
        assembly: ObjectAssembly? = nil,
        room: RetrievalRoom? = nil,
        rangeStart: Int = 0
    ) {
        self.method = method
        self.maximumSize = maximumSize
        self.assembly = assembly
        self.room = room
        self.rangeStart = rangeStart
    }
}

extension StoreAnswer {
    /// Reads an answer to its end, into one buffer of the announced size or to where its bytes are wanted.
    ///
    /// The limit is checked against the announced size before the first byte, and again with every chunk; so is the room
    /// (ES-P11).
    ///
    /// - Parameters:
    ///   - response: The answer.
    ///   - reading: How to read it.
    ///   - tooLarge: Makes the error for a success of more bytes than are accepted.
    /// - Throws: What `tooLarge` makes, `ExternalStorageError` if there is no room; ``ShortAnswer``.
    package init(
        _ response: HTTPClientResponse,
        _ reading: AnswerReading,
        tooLarge: (_ size: Int, _ limit: Int) -> any Error
    ) async throws {
        // A client that follows redirects hides the first answer, the only one that was authorised, behind the last.
        let hidden = response.history.count > 1 ? response.history[0].responseHead : nil
        self.init(
            status: Int(hidden?.status.code ?? response.status.code),
            headers: hidden?.headers ?? response.headers
        )
        guard hidden == nil else { return }
        let limit = self.isSuccess ? reading.maximumSize : Self.maximumErrorSize
        let hasBody = reading.method != "HEAD" && self.status != 204 && self.status != 304
        let announced = hasBody ? self.headers.first(name: "Content-Length").flatMap { Int($0) } ?? 0 : 0
        if announced > limit {
            // Errors with long texts are errors all the same; what they say is not needed.
            guard self.isSuccess else { return }
            throw tooLarge(announced, limit)
        }
        let (assembly, room) = self.isSuccess ? (reading.assembly, reading.room) : (nil, nil)
        let start = self.status == 206 ? reading.rangeStart : 0
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
                throw tooLarge(size + chunk.readableBytes, limit)
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
        guard announced == 0 || size == announced else {
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
