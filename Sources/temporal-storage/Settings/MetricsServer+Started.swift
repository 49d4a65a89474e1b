//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ExternalStorageProxy
import Groundwork
import Logging

extension MetricsServer {
    /// A server for metrics that listens, and says where in the log.
    ///
    /// - Throws: ``CommandError`` if the address cannot be listened on.
    static func started(on address: HostAndPort, metrics: PrometheusMetrics, logger: Logger) async throws -> Self {
        let server: MetricsServer
        do {
            server = try await MetricsServer(listeningOn: address.host, port: address.port, metrics: metrics)
        } catch {
            throw CommandError.unavailable("cannot serve metrics on \(address): \(error)")
        }
        let place = HostAndPort(host: address.host, port: server.port)
        logger.info("Serving metrics", metadata: ["address": "\(place)"])
        return server
    }
}
