//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import ExternalStorageCore
internal import Groundwork
public import NIOSSL

extension CodecServer {
    /// Where the server listens, what it runs, and whom it serves.
    public struct Configuration: Sendable {
        /// The address or name to listen on.
        public var host = "127.0.0.1"
        /// The port to listen on; 0 takes a free one.
        public var port = 8_081
        /// TLS for those who connect; plain HTTP if nil.
        ///
        /// Browsers send tokens to `https` endpoints only.
        ///
        /// Whatever it says, versions before 1.2 are not spoken (ES-R8). For certificates in files there is ``certificates``.
        public var tls: TLSConfiguration?
        /// TLS with a certificate and its key in files, which are read again when they change (ES-R8).
        ///
        /// Wins over ``tls``.
        public var certificates: CertificateFiles?
        /// The codecs that SDKs run before storage, in the order in which they decode.
        public var codecsBeforeStorage: [any PayloadCodec] = []
        /// The codecs that a proxy behind the SDKs runs after storage, in the order in which they decode.
        public var codecsAfterStorage: [any PayloadCodec] = []
        /// The codec of encoded references (ES-W4), if it is not the codecs before storage.
        public var referenceCodec: (any PayloadCodec)?
        /// Finds out who calls; if nil, anybody may.
        public var authenticator: (any CodecServerAuthenticator)?
        /// Whether the server may listen on other addresses than loopback without an authenticator.
        ///
        /// Whoever can reach it can then decode everything. False by default.
        public var allowsAnyone = false
        /// Which references are followed.
        public var references = ReferencePolicy()
        /// Which pages of browsers may call.
        public var crossOrigin = CrossOrigin()
        /// Whether the segment in front of `/decode` is the namespace, as in `/default/decode`.
        ///
        /// If false, what stands in front has no meaning, and `X-Namespace` alone counts. If true and both are there, they
        /// have to be the same.
        public var readsNamespaceFromPath = false
        /// How many requests one caller may send; any number if nil.
        public var rateLimit: RateLimit? = RateLimit(requestsPerSecond: 50, burst: 200)
        /// Sizes and numbers.
        public var limits = Limits()
        /// Times.
        public var timeouts = Timeouts()

        /// The defaults: loopback, plain HTTP, no codecs, anybody.
        public init() {}
    }

    /// How much the server takes and holds.
    public struct Limits: Hashable, Sendable {
        /// The largest body of a request, in bytes.
        public var bodySizeInBytes = 8 * 1_048_576
        /// The largest payload in a request, in serialized bytes.
        public var payloadSizeInBytes = 8 * 1_048_576
        /// The most payloads in a request.
        public var payloads = 10_000
        /// The most that one request may resolve, in serialized bytes.
        public var resolvedSizeInBytes = 64 * 1_048_576
        /// The memory for bodies of requests, in bytes: a body counts as it arrives, and three times when it is there, for
        /// what is made of it.
        ///
        /// Requests wait until there is enough of it, small ones not for large ones. A caller has half of it at a time, or
        /// what its largest body needs.
        public var requestMemoryInBytes = 32 * 1_048_576
        /// The memory for resolved payloads, in bytes; each is held until its last byte is on its way.
        ///
        /// Requests wait until there is enough of it, small ones not for large ones. A caller has half of it at a time; but one
        /// request that needs more has that, and counts as three quarters at most. With codecs before storage a payload counts twice.
        public var responseMemoryInBytes = 32 * 1_048_576
        /// The most connections at a time; further ones wait to be accepted.
        public var connections = 1_000

        /// The defaults.
        public init() {}
    }

    /// How long the server waits.
    public struct Timeouts: Hashable, Sendable {
        /// For a request to begin, from the start of the connection or the end of the response before.
        ///
        /// Longer than load balancers keep idle connections (60 s is usual), so that they never send a request on one that
        /// is being closed here.
        public var idle: Duration = .seconds(75)
        /// For a request to arrive, from its head to its last byte.
        public var request: Duration = .seconds(30)
        /// For a request or response that is slower than 1 MiB per second, when others wait for the memory that it holds.
        public var slowTransfer: Duration = .seconds(10)
        /// For memory.
        public var admission: Duration = .seconds(30)
        /// For storage and codecs.
        public var processing: Duration = .seconds(60)
        /// For a client that takes nothing of its response.
        public var stalledResponse: Duration = .seconds(30)
        /// For a client to take all of its response.
        public var response: Duration = .seconds(300)
        /// For requests under way after a graceful shutdown has begun.
        public var drain: Duration = .seconds(30)

        /// The defaults.
        public init() {}
    }
}

extension CodecServer.Configuration {
    func validate() throws(CodecServerError) {
        guard (0...65_535).contains(self.port) else {
            throw .invalidConfiguration("the port has to be from 0 to 65535, but is \(self.port)")
        }
        guard self.authenticator != nil || self.allowsAnyone || HostName.isLoopback(self.host) else {
            throw .invalidConfiguration(
                "without authentication the server listens on loopback only, and \(self.host) is not: whoever can "
                    + "reach it could decode everything; set up authentication, or allow anyone explicitly"
            )
        }
        let limits = [
            self.limits.bodySizeInBytes, self.limits.payloadSizeInBytes, self.limits.payloads,
            self.limits.resolvedSizeInBytes, self.limits.requestMemoryInBytes, self.limits.responseMemoryInBytes,
            self.limits.connections,
        ]
        guard limits.allSatisfy({ $0 >= 1 }) else { throw .invalidConfiguration("all limits have to be at least 1") }
        let timeouts = [
            self.timeouts.idle, self.timeouts.slowTransfer, self.timeouts.request, self.timeouts.admission,
            self.timeouts.processing, self.timeouts.stalledResponse,
            self.timeouts.response,
        ]
        guard timeouts.allSatisfy({ $0 > .zero }), self.timeouts.drain >= .zero else {
            throw .invalidConfiguration("all timeouts have to be longer than nothing")
        }
        if let limit = self.rateLimit {
            guard limit.requestsPerSecond > 0, limit.requestsPerSecond.isFinite, limit.burst >= 1 else {
                throw .invalidConfiguration("a rate limit has to let a request through now and then")
            }
        }
        for origin in self.crossOrigin.origins {
            guard origin.hasPrefix("https://") || origin.hasPrefix("http://"), !origin.hasSuffix("/"),
                origin.split(separator: "/").count == 2
            else {
                throw .invalidConfiguration(
                    "\"\(origin)\" is no origin; it has to be scheme, host and port, such as https://temporal.example.com"
                )
            }
        }
    }
}
