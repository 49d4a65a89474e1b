//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import GRPCNIOTransportHTTP2Posix
import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

extension ExternalStorageProxyError {
    /// The failure to listen, with what to do about it.
    init(listeningOn address: GRPCNIOTransportCore.SocketAddress, failed error: any Error) {
        let place = address.hostAndPort
        switch (error as? IOError)?.errnoCode {
        case EADDRINUSE:
            self.init(
                code: .addressInUse,
                message: "cannot listen on \(place): the address is in use; stop the other process or choose a port",
                cause: error
            )
        case EACCES:
            self.init(
                code: .cannotListen,
                message: "cannot listen on \(place): permission denied; choose a port above 1023",
                cause: error
            )
        case EADDRNOTAVAIL:
            self.init(
                code: .cannotListen,
                message: "cannot listen on \(place): this machine has no such address",
                cause: error
            )
        default:
            self.init(code: .cannotListen, message: "cannot listen on \(place): \(error)", cause: error)
        }
    }
}

extension GRPCNIOTransportCore.SocketAddress {
    /// `HOST:PORT`, with brackets around an IPv6 address; another kind of address as it describes itself.
    package var hostAndPort: String {
        if let ipv4 = self.ipv4 { return "\(ipv4.host):\(ipv4.port)" }
        if let ipv6 = self.ipv6 { return "[\(ipv6.host)]:\(ipv6.port)" }
        return "\(self)"
    }
}
