//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCNIOTransportHTTP2Posix
import NIOCore

/// Names of servers.
enum ServerName {
    /// The authority for a target that has no name, but an address.
    static func authority(of target: any ResolvableTarget) -> String {
        switch target {
        case let target as ResolvableTargets.IPv4: target.addresses.first.map { "\($0.host):\($0.port)" } ?? "localhost"
        case let target as ResolvableTargets.IPv6:
            target.addresses.first.map { "[\($0.host)]:\($0.port)" } ?? "localhost"
        default: "localhost"
        }
    }

    /// The host in an authority, for TLS: without the port, and without the brackets of an IPv6 address.
    static func host(of authority: String) -> String {
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
            return String(authority[authority.index(after: authority.startIndex)..<end])
        }
        // More than one colon is an address without brackets.
        let colons = authority.utf8.filter { $0 == UInt8(ascii: ":") }.count
        guard colons == 1, let colon = authority.firstIndex(of: ":") else { return authority }
        return String(authority[..<colon])
    }
}

extension NIOCore.SocketAddress {
    /// An address that gRPC's name resolution found.
    ///
    /// - Throws: An error of NIO if it is none, or of a kind that is not supported.
    init(_ address: GRPCNIOTransportCore.SocketAddress) throws {
        if let ipv4 = address.ipv4 {
            try self.init(ipAddress: ipv4.host, port: ipv4.port)
        } else if let ipv6 = address.ipv6 {
            try self.init(ipAddress: ipv6.host, port: ipv6.port)
        } else if let unix = address.unixDomainSocket {
            try self.init(unixDomainSocketPath: unix.path)
        } else {
            throw SocketAddressError.unsupported
        }
    }
}

extension GRPCNIOTransportCore.SocketAddress {
    /// The same address for gRPC; nil if it is of no kind that it knows.
    init?(_ address: NIOCore.SocketAddress) {
        switch address {
        case .v4: self = .ipv4(host: address.ipAddress ?? "", port: address.port ?? 0)
        case .v6: self = .ipv6(host: address.ipAddress ?? "", port: address.port ?? 0)
        case .unixDomainSocket: self = .unixDomainSocket(path: address.pathname ?? "")
        }
    }
}
