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
            var name = key.utf8.contains { $0 >= 0x41 && $0 <= 0x5a } ? key.lowercased() : key
            // NIO traps at a name of nothing, and at one that is not ASCII. The name that stands here instead is refused
            // before it is sent, as those would have to be.
            if name.isEmpty || !name.utf8.allSatisfy({ $0 < 0x80 }) { name = " " }
            guard !GRPCHeaders.isOwn(name) else { continue }
            switch value {
            case .string(let text): self.add(name: name, value: text)
            case .binary: self.add(name: name, value: value.encoded())
            }
        }
    }
}

/// The headers that belong to one connection, and so are no metadata: gRPC's own, and those that say how a message is
/// framed (ES-R4).
enum GRPCHeaders {
    static let contentType = "application/grpc"

    /// Whether a content type is one of gRPC: with nothing behind it, a format, or parameters.
    static func isContentType(_ type: String) -> Bool {
        guard type.hasPrefix(Self.contentType) else { return false }
        guard let next = type.utf8.dropFirst(Self.contentType.utf8.count).first else { return true }
        return next == UInt8(ascii: "+") || next == UInt8(ascii: ";")
    }

    static func isOwn(_ name: String) -> Bool {
        switch name.utf8.first {
        case UInt8(ascii: ":"): true
        case UInt8(ascii: "g"):
            switch name {
            case "grpc-encoding", "grpc-accept-encoding", "grpc-status", "grpc-message": true
            default: false
            }
        case UInt8(ascii: "c"): name == "content-type" || name == "content-length" || name == "connection"
        case UInt8(ascii: "t"): name == "te" || name == "transfer-encoding"
        case UInt8(ascii: "k"): name == "keep-alive"
        case UInt8(ascii: "p"): name == "proxy-connection"
        case UInt8(ascii: "u"): name == "upgrade"
        default: false
        }
    }
}
