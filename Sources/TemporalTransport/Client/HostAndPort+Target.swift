//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import GRPCNIOTransportHTTP2Posix
package import Groundwork
import NIOCore

extension HostAndPort {
    /// The address as a target: as it is, or the name to be looked up.
    package var target: any ResolvableTarget {
        switch try? NIOCore.SocketAddress(ipAddress: self.host, port: self.port) {
        case .v4: .ipv4(address: self.host, port: self.port)
        case .v6: .ipv6(address: self.host, port: self.port)
        case .unixDomainSocket, nil: .dns(host: self.host, port: self.port)
        }
    }
}
