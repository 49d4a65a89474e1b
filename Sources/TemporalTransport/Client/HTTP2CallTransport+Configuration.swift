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

        /// How much of a response the server may send before it is asked for more, in bytes; 16 MiB by default, which is
        /// also the most, and 65,535 the least.
        ///
        /// Each time that it is asked costs the way there and back. A proxy counts what responses take of its memory, and
        /// asks for more when there is some: there, less than the default keeps many responses at once within its limit.
        public var responseWindow = 16 * 1_048_576

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
