//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import NIOCore
import NIOHTTP2

extension ChannelPipeline.SynchronousOperations {
    /// Adds HTTP/2 and the calls on it.
    func addCalls<Stream: ConnectionStream>(
        to connection: HTTP2Connection<Stream>,
        mode: NIOHTTP2Handler.ParserMode,
        maxConcurrentStreams: Int? = nil
    ) throws {
        var settings: HTTP2Settings = [
            .init(parameter: .initialWindowSize, value: connection.initialWindow),
            .init(parameter: .maxFrameSize, value: FrameSizeHandler.acceptedFrame),
            // What the peer is told is less: see ``FrameSizeHandler``.
            .init(parameter: .maxHeaderListSize, value: HeaderList.connectionLimit),
        ]
        if mode == .client { settings.append(.init(parameter: .enablePush, value: 0)) }
        if let maxConcurrentStreams {
            settings.append(.init(parameter: .maxConcurrentStreams, value: maxConcurrentStreams))
        }
        var configuration = NIOHTTP2Handler.ConnectionConfiguration()
        configuration.initialSettings = settings
        // Calls see to it themselves: what servers of gRPC take, and what harms nobody, passes; the rest ends one call.
        configuration.headerBlockValidation = .disabled
        configuration.contentLengthValidation = .disabled
        // Peers measure the connection by pings, gRPC for Go with every message or so, and a worker that stops gives up
        // its polls all at once. Who does more than this within a second is no peer.
        configuration.controlFrameRateLimit.maximumCount = 10_000
        configuration.controlFrameRateLimit.windowLength = .seconds(1)
        configuration.maximumRecentlyResetStreams = 1_000
        var stream = NIOHTTP2Handler.StreamConfiguration()
        stream.streamResetFrameRateLimit.maximumCount = 10_000
        stream.streamResetFrameRateLimit.windowLength = .seconds(1)
        // A call that is malformed ends alone, and so do a thousand of them.
        stream.streamErrorRateLimit.maximumCount = 10_000
        stream.streamErrorRateLimit.windowLength = .seconds(1)
        configuration.maximumConnectionGlitches = .max
        // A header list of the largest size in the smallest frames.
        configuration.maximumSequentialContinuationFrames = HeaderList.connectionLimit / FrameSizeHandler.smallestLimit
        try self.addHandlers(
            FrameSizeHandler(mode == .client ? .client : .server, announcedHeaderList: HeaderList.limit),
            NIOHTTP2Handler(mode: mode, connectionConfiguration: configuration, streamConfiguration: stream),
            connection
        )
    }
}

extension RecvByteBufferAllocator where Self == AdaptiveRecvByteBufferAllocator {
    /// Little for a connection that is silent, and much at a time for large messages.
    static var calls: Self { Self(minimum: 1_024, initial: 16_384, maximum: 262_144) }
}
