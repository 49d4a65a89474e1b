//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore
import NIOHPACK

/// What the headers of a request say, as gRPC over HTTP/2 has it.
struct RequestHeaders {
    /// Why a request cannot be a call.
    enum Refusal: Error {
        /// HTTP/2 forbids it: the stream is reset.
        case malformed
        /// Not gRPC: answered with this status of HTTP, and with one of gRPC for clients that look for that.
        case http(String, Status)
        case status(Status)
    }

    var descriptor: MethodDescriptor
    var isGzip: Bool
    var metadata: Metadata

    init(_ headers: HPACKHeaders) throws(Refusal) {
        var (method, path, type, encoding) = ("", "", "", String?.none)
        for (name, value, _) in headers {
            switch name {
            case ":method": method = value
            case ":path": path = value
            case "content-type": type = value
            case "grpc-encoding": encoding = value
            default: break
            }
        }
        try Self.check(headers)
        guard GRPCHeaders.isContentType(type) else {
            throw .http("415", Status(code: .invalidArgument, message: "The content type \"\(type)\" is not gRPC's."))
        }
        guard method == "POST" else {
            throw .http("405", Status(code: .internalError, message: "The method is \"\(method)\" instead of POST."))
        }
        let bytes = path.utf8
        guard bytes.first == UInt8(ascii: "/"), let slash = bytes.lastIndex(of: UInt8(ascii: "/")),
            slash > bytes.startIndex
        else { throw .status(Status(code: .unimplemented, message: "\"\(path)\" names no method.")) }
        switch encoding {
        case nil, "identity": self.isGzip = false
        case "gzip": self.isGzip = true
        case let other?:
            throw .status(
                Status(code: .unimplemented, message: "The compression \"\(other)\" is not supported; use gzip.")
            )
        }
        self.descriptor = MethodDescriptor(
            fullyQualifiedService: String(path[path.index(after: path.startIndex)..<slash]),
            method: String(path[path.index(after: slash)...])
        )
        self.metadata = Metadata(headers)
    }

    /// Names, values, and the order and number of pseudo-headers.
    ///
    /// What is only superfluous, such as headers of HTTP/1.1, is left out later: servers of gRPC take it.
    private static func check(_ headers: HPACKHeaders) throws(Refusal) {
        let size: Int
        do throws(RPCError) { size = try HeaderList.checked(headers) } catch { throw .malformed }
        guard size <= HeaderList.limit else {
            let message =
                "The request's metadata has \(size) bytes, more than the \(HeaderList.limit) that are accepted."
            throw .status(Status(code: .resourceExhausted, message: message))
        }
        var (seen, isOver) = (0, false)
        for (name, _, _) in headers {
            guard name.utf8.first == UInt8(ascii: ":") else {
                isOver = true
                guard name != "connection" else { throw .malformed }
                continue
            }
            let bit: Int
            switch name {
            case ":method": bit = 1
            case ":scheme": bit = 2
            case ":path": bit = 4
            case ":authority": bit = 8
            default: throw .malformed
            }
            guard !isOver, seen & bit == 0 else { throw .malformed }
            seen |= bit
        }
    }
}
