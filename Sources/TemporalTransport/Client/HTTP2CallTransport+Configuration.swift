//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

extension HTTP2CallTransport {
    /// Limits and times of a transport.
    public struct Configuration: Sendable {
        /// The name by which the server is called, in `:authority` and towards TLS; by default that of the target.
        public var authority: String?

        /// The largest message that is accepted from the server, in bytes, where a call does not say so itself; 128 MiB
        /// by default, what SDKs on sdk-core accept.
        public var messageSizeLimit = 128 * 1_048_576

        /// How long a try to connect may take, until the server has shown that it speaks HTTP/2; 20 seconds by default.
        public var connectTimeout: Duration = .seconds(20)

        /// After how long a silence the server is asked whether it is there; 30 seconds by default.
        public var keepaliveInterval: Duration = .seconds(30)

        /// How long the answer to that may take; 15 seconds by default.
        ///
        /// After it the connection counts as lost.
        public var keepaliveTimeout: Duration = .seconds(15)

        /// The defaults.
        public init() {}
    }
}
