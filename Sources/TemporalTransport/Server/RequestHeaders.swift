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
        /// Not gRPC: answered with this status of HTTP.
        case http(String)
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
        guard type.hasPrefix(GRPCHeaders.contentType) else { throw .http("415") }
        guard method == "POST" else { throw .http("405") }
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
}
