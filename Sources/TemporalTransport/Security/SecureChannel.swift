//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOCore
import NIOSSL

extension ChannelPipeline.SynchronousOperations {
    /// Adds TLS towards a server.
    ///
    /// - Parameters:
    ///   - context: The certificates.
    ///   - name: Whom the certificate has to name. An address is checked as well, but is no name that TLS sends.
    /// - Throws: An error of NIOSSL for a name that cannot be sent.
    func addTLS(_ context: NIOSSLContext, serverName name: String) throws {
        let isAddress = (try? SocketAddress(ipAddress: name, port: 0)) != nil
        try self.addHandler(NIOSSLClientHandler(context: context, serverHostname: isAddress ? nil : name))
    }

    /// Adds TLS towards a client.
    func addTLS(_ context: NIOSSLContext) throws {
        try self.addHandler(NIOSSLServerHandler(context: context))
    }
}
