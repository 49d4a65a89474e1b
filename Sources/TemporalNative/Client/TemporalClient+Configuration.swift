//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension TemporalClient {
    /// The settings of a client.
    public struct Configuration: Sendable {
        /// The namespace of all calls; `default` by default.
        public var namespace: String

        /// Who calls, as the server shows it: process id and host by default.
        public var identity: String

        /// Says who calls, where the server wants to know; none by default.
        public var apiKey: APIKey?

        /// Metadata that goes with every call, such as what a proxy wants to see.
        ///
        /// Keys that the client or gRPC write themselves are refused.
        public var headers: [(String, String)]

        /// The name by which the server is called, in `:authority` and towards TLS; by default that of the target.
        ///
        /// A client on a transport of your own does not read it.
        public var authority: String?

        /// How values become payloads, and the codecs that change these.
        public var dataConverter: DataConverter

        /// What sees the calls to workflows, and in workers of the client those of activities and workflows.
        ///
        /// A ``TracingInterceptor`` by default, which does nothing in a process without a tracer.
        public var interceptors: [any ClientInterceptor]

        /// The number of connections to the server; 4 by default.
        ///
        /// One carries 100 calls at a time: at most 50 of them wait for results and updates, at most 60 are polls of workers,
        /// and 30 are for all others. A call beyond that waits, but never for those of another kind: workers report and poll
        /// however many results are waited for.
        public var connections: Int

        /// How long one try of an ordinary call may take once its payloads are stored, waiting for a connection
        /// included; 30 seconds by default.
        public var callTimeout: Duration

        /// The same for calls that the server holds until something happens; 70 seconds by default, the server answers
        /// within a minute.
        public var longPollTimeout: Duration

        /// Creates settings.
        ///
        /// - Parameters:
        ///   - namespace: The namespace of all calls.
        ///   - identity: Who calls, as the server shows it.
        ///   - apiKey: Says who calls.
        ///   - headers: Metadata that goes with every call.
        ///   - dataConverter: How values become payloads.
        public init(
            namespace: String = "default",
            identity: String = Self.processIdentity,
            apiKey: APIKey? = nil,
            headers: [(String, String)] = [],
            dataConverter: DataConverter = DataConverter()
        ) {
            self.namespace = namespace
            self.identity = identity
            self.apiKey = apiKey
            self.headers = headers
            self.dataConverter = dataConverter
            self.interceptors = [TracingInterceptor()]
            self.connections = 4
            self.callTimeout = .seconds(30)
            self.longPollTimeout = .seconds(70)
        }

        /// Process id and host, as `pid@host`.
        public static var processIdentity: String {
            "\(ProcessInfo.processInfo.processIdentifier)@\(ProcessInfo.processInfo.hostName)"
        }

        func validate() throws(TemporalError) {
            if self.namespace.isEmpty {
                throw TemporalError(code: .invalidConfiguration, message: "the namespace is empty")
            }
            if let header = self.headers.first(where: { CallMetadata.isReserved($0.0) }) {
                throw TemporalError(
                    code: .invalidConfiguration,
                    message: "the header \"\(header.0)\" is written by the client itself"
                )
            }
        }
    }
}
