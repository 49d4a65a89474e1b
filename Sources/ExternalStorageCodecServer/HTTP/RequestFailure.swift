//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import ExternalStorageCore
internal import HTTPTypes

/// Why a request is answered with an error: a status and a text for the caller, and the details for the log.
///
/// The text names neither bucket nor key nor region; the details may, and bear the same request id. No status is of the
/// 500s: the Web UI repeats those three times, which makes a store that is busy busier.
struct RequestFailure: Error, Sendable {
    /// The status of the answer.
    var status: HTTPResponse.Status
    /// The kind of failure, for metrics and logs.
    var reason: String
    /// What happened and what to do; the body of the answer.
    var text: String
    /// What only the operator may read.
    var detail: String?
    /// Further header fields of the answer.
    var fields: HTTPFields = [:]
    /// Whether there is more of the request's body than was read, so that its connection is not used again.
    var leavesBody = false
}

extension RequestFailure {
    static func malformedBody(_ error: PayloadsJSON.Malformed) -> Self {
        Self(
            status: .badRequest,
            reason: "malformedBody",
            text: "The body is not JSON of payloads: \(error.reason) at byte \(error.position)."
        )
    }

    static let emptyBody = Self(
        status: .badRequest,
        reason: "malformedBody",
        text: "The body is empty; it has to be JSON of payloads: {\"payloads\":[…]}."
    )

    static func bodyTooLarge(_ limit: Int) -> Self {
        Self(
            status: .contentTooLarge,
            reason: "bodyTooLarge",
            text: "The body is larger than \(limit) bytes. Send fewer payloads, or raise the limit of the codec server."
        )
    }

    static func tooMuch(sizeInBytes: Int, limit: Int) -> Self {
        Self(
            status: .contentTooLarge,
            reason: "resultTooLarge",
            text: "The stored payloads are larger than the codec server resolves in one request (\(limit) bytes). "
                + "Ask for fewer, keep references with ?preserveStorageRefs=true, or raise its limit.",
            detail: "\(sizeInBytes) bytes"
        )
    }

    static func wrongSize(declared: Int64, actual: Int) -> Self {
        Self(
            status: .badRequest,
            reason: "wrongSize",
            text: "A stored payload is larger than its reference says. The reference was changed, or is not of this "
                + "history.",
            detail: "declared \(declared) bytes, stored \(actual) bytes"
        )
    }

    static let noReference = Self(
        status: .badRequest,
        reason: "noReference",
        text: "All payloads must be storage references; use /decode for others."
    )

    static let noStorage = Self(
        status: .notFound,
        reason: "noStorage",
        text: "The codec server is not configured to download from external storage; start it with a storage driver."
    )

    static func codecFailed(_ verb: String, detail: String) -> Self {
        Self(
            status: .badRequest,
            reason: "codecFailed",
            text: "A codec failed to \(verb) the payloads. Check that the codec server has the codecs and keys of the "
                + "workers.",
            detail: detail
        )
    }

    /// A reference that may not be followed.
    static func refusedReference(_ reason: String, _ text: String, detail: String) -> Self {
        Self(status: .forbidden, reason: reason, text: text, detail: detail)
    }

    static func missingNamespace() -> Self {
        Self(
            status: .badRequest,
            reason: "missingNamespace",
            text: "The request names no namespace. Send the header X-Namespace; the Web UI and the CLI do."
        )
    }

    /// The failure of storage, in words that do not say where things are.
    init(_ error: ExternalStorageError, verb: String) {
        let text: String
        switch error.code {
        case .notConfigured, .undecodableReference: text = error.message
        case .notFound:
            text =
                "A stored payload is not there: it has expired, was deleted, or was never stored in this place. "
                + "Check the lifecycle rules of the store."
        case .forbidden:
            text = "The store refuses the codec server. Check its credentials and their rights to read."
        case .corrupted:
            text = "A stored payload does not match the digest in its reference: it was changed after it was stored."
        case .throttled: text = "The store asks to slow down. Try again."
        case .unavailable: text = "The store does not answer. Try again."
        case .payloadTooLarge: text = "A payload is larger than the store takes, or than the codec server reads."
        case .misconfigured:
            text = "The storage settings of the codec server are wrong. Check bucket, region and store."
        case .invalidClaim: text = "A reference cannot be used: its claim lacks something, or another driver wrote it."
        case .driverNotRegistered:
            text =
                "A reference names a storage driver that the codec server does not have. Register it under that name."
        case .invalidReference: text = "A payload has the type of a storage reference, but is none."
        default: text = "Storage failed to \(verb) a payload."
        }
        self.init(
            status: .badRequest,
            reason: "\(error.code)",
            text: text,
            detail: String(reflecting: error)
        )
    }
}
