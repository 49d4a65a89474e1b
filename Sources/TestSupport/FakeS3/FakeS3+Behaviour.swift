//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import NIOCore

extension FakeS3 {
    /// What to do with a request instead of answering it properly.
    public enum Behaviour: Sendable {
        /// Answers with an error document; the request has no effect.
        case error(status: Int, code: String, headers: [(name: String, value: String)] = [])

        /// Answers with a status and headers, without a body; the request has no effect.
        case status(Int, headers: [(name: String, value: String)] = [])

        /// Answers with a status as soon as the head of the request is there; the request has no effect.
        ///
        /// The rest of the request is read, and not recorded.
        case statusBeforeBody(Int)

        /// Does what was asked and then closes the connection without an answer.
        case loseAnswer

        /// Closes the connection at once.
        case closeBeforeAnswer

        /// Sends the head and some bytes of the body, then resets the connection.
        case reset(afterBytes: Int)

        /// Sends the head and some bytes of the body, then closes the connection properly.
        case truncate(afterBytes: Int)

        /// Sends the head and some bytes of the body, then nothing more.
        ///
        /// Tells ``FakeS3/nextStall()``.
        case stall(afterBytes: Int)

        /// Never answers.
        ///
        /// Tells ``FakeS3/nextStall()``.
        case withhold

        /// Answers properly, but with one bit of the body flipped.
        case flipBit

        /// Answers properly, with more headers.
        case proper(headers: [(name: String, value: String)])

        /// Answers 200 and an error document, as a long operation may.
        case errorInSuccess(code: String)
    }

    /// A request as it came.
    public struct RecordedRequest: Sendable {
        /// The method.
        public var method: String

        /// The target of the request line, untouched.
        public var target: String

        /// All header fields, in order.
        public var headers: [(name: String, value: String)]

        /// The body.
        public var body: ByteBuffer

        /// Why the signature was not accepted; nil if it was.
        public var refusal: String?

        /// The value of the first header field of that name.
        ///
        /// - Parameter name: The name, in any case.
        /// - Returns: The value, or nil.
        public func header(_ name: String) -> String? {
            self.headers.first { $0.name.lowercased() == name.lowercased() }?.value
        }

        /// The path of the target, still encoded.
        public var path: String { String(self.target.prefix { $0 != "?" }) }
    }
}
