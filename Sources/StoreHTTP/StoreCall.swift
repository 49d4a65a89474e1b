//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import ExternalStorageCore
package import NIOCore

/// One request to an object store before address, time and authorisation: what stays the same when it is repeated.
package struct StoreCall: Sendable {
    /// What is sent.
    package enum Body: Sendable {
        case none
        /// Bytes in pieces, one after the other; none of them is copied.
        case pieces([ByteBuffer])
        /// Bytes that are read as they are sent, anew for each attempt.
        case stream(sizeInBytes: Int, @Sendable () -> any AsyncSequence<ByteBuffer, any Error> & Sendable)

        package var sizeInBytes: Int {
            switch self {
            case .none: 0
            case .pieces(let pieces): pieces.reduce(0) { $0 + $1.readableBytes }
            case .stream(let size, _): size
            }
        }
    }

    /// The operation as the store's documentation names it.
    package var operation: String
    package var method: String
    /// Below the store's own address: encoded, with its leading slash.
    package var path: String
    /// Names and values, not encoded; a value that is nil has no `=` either.
    package var query: [(name: String, value: String?)] = []
    package var headers: [(name: String, value: String)] = []
    package var body = Body.none
    /// Where, for the text of a failure.
    package var place: [(name: String, value: String)]
    /// The most bytes of the answer's body.
    package var maximumAnswerSize = 1024 * 1024
    /// How many bytes are expected to come, for the time an attempt may take.
    package var expectedAnswerSize = 0
    /// Where the body of a success goes, instead of into the answer.
    package var assembly: ObjectAssembly?
    /// Where room is reserved for the object before the body of a success is read (ES-P11).
    package var room: RetrievalRoom?
    /// Where the range that is asked for begins.
    package var rangeStart = 0
    /// Statuses besides 2xx that may be results: the service decides (``StoreService/isResult(_:of:)``).
    package var acceptedStatuses: Set<Int> = []

    /// How the answer is read.
    var reading: AnswerReading {
        AnswerReading(
            method: self.method,
            maximumSize: self.maximumAnswerSize,
            assembly: self.assembly,
            room: self.room,
            rangeStart: self.rangeStart
        )
    }

    package init(_ operation: String, _ method: String, path: String, place: [(name: String, value: String)]) {
        self.operation = operation
        self.method = method
        self.path = path
        self.place = place
    }
}
