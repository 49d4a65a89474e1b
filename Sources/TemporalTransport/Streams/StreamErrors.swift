//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore
import NIOHTTP2

/// Which errors are those of a connection, and what those of one stream mean for its call.
enum StreamErrors {
    /// Whether an error of a handler ends the connection, whatever has been told to the peer.
    ///
    /// The HTTP/2 handler says of its errors only what is wrong. Of those that end the connection it tells the peer first
    /// (``FrameSizeHandler/ToldOfError``), with these exceptions; all others are those of one stream, which it has reset.
    static func endsConnection(_ error: any Error) -> Bool {
        switch error {
        case is NIOHTTP2Errors.UnableToParseFrame, is NIOHTTP2Errors.UnableToSerializeFrame,
            is NIOHTTP2Errors.BadClientMagic, is NIOHTTP2Errors.ActivationError:
            true
        default: !(error is any NIOHTTP2Error)
        }
    }

    /// The status of a call whose stream was reset, as gRPC over HTTP/2 has it.
    static func error(for code: HTTP2ErrorCode) -> RPCError {
        switch code {
        case .refusedStream:
            RPCError(code: .unavailable, message: "The peer refused the call before it looked at it.")
        case .cancel:
            // gRPC has "cancelled" for it. But it was not the caller who cancelled: a server that goes down does this, and
            // another try may well succeed.
            RPCError(code: .unavailable, message: "The peer gave up the call.")
        case .enhanceYourCalm:
            RPCError(code: .resourceExhausted, message: "The peer takes no more calls at this rate.")
        case .inadequateSecurity:
            RPCError(code: .permissionDenied, message: "The peer demands a better encryption.")
        case .noError:
            RPCError(code: .internalError, message: "The peer ended the call without a status.")
        default:
            RPCError(code: .internalError, message: "The call was reset: \(code).")
        }
    }
}
