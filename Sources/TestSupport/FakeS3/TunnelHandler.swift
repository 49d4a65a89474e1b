//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import NIOCore
internal import NIOSSL

/// The beginning of a proxied connection: one `CONNECT`, an answer, and TLS from then on.
///
/// The tunnel ends here: the handler plays both the proxy and the host behind it, with the host's certificate.
final class TunnelHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let host: String
    private let tls: NIOSSLContext
    private var request = ByteBuffer()

    init(host: String, tls: NIOSSLContext) {
        self.host = host
        self.tls = tls
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = self.unwrapInboundIn(data)
        self.request.writeBuffer(&bytes)
        let text = String(buffer: self.request)
        guard text.hasSuffix("\r\n\r\n") else {
            if text.utf8.count > 4096 { context.close(promise: nil) }
            return
        }
        guard text.hasPrefix("CONNECT \(self.host):443 HTTP/1.1\r\n") else {
            context.close(promise: nil)
            return
        }
        let answer = context.channel.allocator.buffer(string: "HTTP/1.1 200 Connection established\r\n\r\n")
        context.writeAndFlush(self.wrapOutboundOut(answer), promise: nil)
        do {
            let handler = NIOSSLServerHandler(context: self.tls)
            try context.pipeline.syncOperations.addHandler(handler, position: .before(self))
            context.pipeline.syncOperations.removeHandler(self, promise: nil)
        } catch {
            context.close(promise: nil)
        }
    }
}
