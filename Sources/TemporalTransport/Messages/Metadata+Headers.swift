//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore
import NIOHPACK

extension Metadata {
    /// The metadata among the headers of a stream: all but the pseudo-headers and those that are gRPC's own.
    ///
    /// Repeated keys stay, in order. Binary values stay encoded until someone asks for them.
    init(_ headers: HPACKHeaders) {
        self.init()
        self.reserveCapacity(headers.count)
        for (name, value, _) in headers where !GRPCHeaders.isOwn(name) {
            self.addString(value, forKey: name)
        }
    }
}

extension HPACKHeaders {
    /// Adds metadata; what is gRPC's own is left out, as the transport writes that itself.
    mutating func add(_ metadata: Metadata) {
        for (key, value) in metadata {
            // HTTP/2 knows no upper case (RFC 9113, section 8.2.1).
            let name = key.utf8.contains { $0 >= 0x41 && $0 <= 0x5a } ? key.lowercased() : key
            guard !GRPCHeaders.isOwn(name) else { continue }
            switch value {
            case .string(let text): self.add(name: name, value: text)
            case .binary: self.add(name: name, value: value.encoded())
            }
        }
    }
}

/// The headers of gRPC over HTTP/2 that belong to one connection, and so are no metadata.
enum GRPCHeaders {
    static let contentType = "application/grpc"

    static func isOwn(_ name: String) -> Bool {
        let first = name.utf8.first
        if first == UInt8(ascii: "g") {
            switch name {
            case "grpc-encoding", "grpc-accept-encoding", "grpc-status", "grpc-message": return true
            default: return false
            }
        }
        if first == UInt8(ascii: ":") { return true }
        return (first == UInt8(ascii: "c") && name == "content-type") || (first == UInt8(ascii: "t") && name == "te")
    }
}
