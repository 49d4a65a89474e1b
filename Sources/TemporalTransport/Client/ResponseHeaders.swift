//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore
import NIOHPACK

/// What the headers of a response say, as gRPC over HTTP/2 has it.
enum ResponseHeaders {
    /// Why a response is none of gRPC, or nil if it is one: something between here and the server has answered.
    static func error(_ headers: HPACKHeaders) -> RPCError? {
        let status = headers.first(name: ":status") ?? ""
        guard status == "200" else {
            // A status of gRPC says more than one of HTTP.
            guard headers.first(name: "grpc-status") == nil else { return nil }
            return RPCError(code: Self.code(ofHTTP: status), message: "The answer is HTTP status \(status).")
        }
        guard let type = headers.first(name: "content-type"), !GRPCHeaders.isContentType(type) else { return nil }
        return RPCError(code: .unknown, message: "The answer is of type \(type), and so not from a gRPC server.")
    }

    /// The error for metadata that is larger than is accepted.
    static func tooLarge(_ size: Int) -> RPCError {
        RPCError(
            code: .resourceExhausted,
            message: "The server's metadata has \(size) bytes, more than the \(HeaderList.limit) that are accepted."
        )
    }

    /// The status in trailers.
    static func status(_ trailers: HPACKHeaders) -> Status {
        let message = trailers.first(name: "grpc-message").map { StatusMessage.decoded($0) } ?? ""
        guard let text = trailers.first(name: "grpc-status"), let value = Int(text) else {
            return Status(code: .unknown, message: "The server ended the call without a status.")
        }
        // A number that gRPC does not know means what "unknown" means.
        return Status(code: Status.Code(rawValue: value) ?? .unknown, message: message)
    }

    private static func code(ofHTTP status: String) -> RPCError.Code {
        switch status {
        case "400": .internalError
        case "401": .unauthenticated
        case "403": .permissionDenied
        case "404": .unimplemented
        case "429", "502", "503", "504": .unavailable
        default: .unknown
        }
    }
}
