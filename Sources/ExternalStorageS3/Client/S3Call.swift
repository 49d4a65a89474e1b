//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import AWSSigning
internal import ExternalStorageCore
internal import NIOCore
internal import StoreHTTP

/// One request to the service before address, time and signature: everything that stays the same when it is repeated.
struct S3Call: Sendable {
    var operation: String
    var method: String
    var bucket: String
    var key: String?
    var query: [SignableRequest.QueryItem] = []
    var headers: [SignableRequest.Header] = []
    /// What is sent, in pieces; nothing without a body.
    var body: [ByteBuffer] = []
    /// The SHA-256 of ``body``; nil without a body.
    var digest: PayloadDigest?
    /// The most bytes of the answer's body.
    var maximumAnswerSize = 1024 * 1024
    /// How many bytes are expected to move, for the time an attempt may take.
    var expectedSize = 0
    /// Where the body of a success goes, instead of into the answer.
    var assembly: ObjectAssembly?
    /// Where room is reserved for the body of a success before it is read.
    var room: RetrievalRoom?
    /// Where the range that is asked for begins.
    var rangeStart = 0
    /// Statuses besides 2xx that are results, not failures.
    var acceptedStatuses: Set<Int> = []
    /// Error codes that are results, not failures.
    var acceptedCodes: Set<String> = []
    /// Whether it writes only if there is no object, so that an answer may say that there is one.
    var isConditional = false
    /// How long one attempt may take; nil for the client's limit, which goes by size.
    var timeout: Duration?
    /// How long the first byte of the answer may take; nil for the client's limit.
    var firstByteTimeout: Duration?
    /// How often it is sent at most; nil for the client's number.
    var maximumAttempts: Int?
    /// Whether it is sent again after a race with another writer.
    var repeatsConflicts = true
    /// The region of the bucket, as far as the caller knows it.
    var region: String?
    /// Whether a missing object is worth asking for again behind a Multi-Region Access Point.
    var waitsForReplication = false
    /// Whether a success with an `<Error>` in its body is a failure.
    var checksBodyForError = false

    init(_ operation: String, _ method: String, bucket: String, key: String? = nil) {
        self.operation = operation
        self.method = method
        self.bucket = bucket
        self.key = key
    }
}
