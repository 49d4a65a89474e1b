//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import GRPCCore
import NIOHTTP2

/// Which errors are those of one stream, and what they mean for its call.
enum StreamErrors {
    /// Whether an error of the HTTP/2 handler concerns one stream only; all others end the connection.
    static func contains(_ error: any Error) -> Bool {
        switch error {
        case is NIOHTTP2Errors.StreamError, is NIOHTTP2Errors.StreamClosed, is NIOHTTP2Errors.NoSuchStream,
            is NIOHTTP2Errors.ContentLengthViolated, is NIOHTTP2Errors.ForbiddenHeaderField,
            is NIOHTTP2Errors.InvalidHTTP2HeaderFieldName, is NIOHTTP2Errors.MissingPseudoHeader,
            is NIOHTTP2Errors.DuplicatePseudoHeader, is NIOHTTP2Errors.PseudoHeaderAfterRegularHeader,
            is NIOHTTP2Errors.UnknownPseudoHeader, is NIOHTTP2Errors.InvalidPseudoHeaders,
            is NIOHTTP2Errors.InvalidStatusValue:
            true
        default: false
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
            RPCError(code: .internalError, message: "The peer reset the call: \(code).")
        }
    }
}
