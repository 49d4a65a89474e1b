//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ArgumentParser

/// The options of the proxy itself.
struct ProxyOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where workers and clients connect to; port 0 takes a free one. (default: 127.0.0.1:7243)",
            valueName: "host:port"
        )
    )
    var listen: String?

    @Option(help: ArgumentHelp("The Temporal server. (default: 127.0.0.1:7233)", valueName: "host:port"))
    var target: String?

    @Option(
        help: ArgumentHelp(
            "Connections to the server, which share its calls. Where the server limits the calls of a connection, and "
                + "a poll of a worker is one for up to a minute, further calls wait. (default: 8)",
            valueName: "count"
        )
    )
    var upstreamConnections: String?

    @Option(
        help: ArgumentHelp(
            "The largest message from either side, in bytes. Raise TEMPORAL_MAX_INCOMING_GRPC_BYTES of SDKs with it. "
                + "(default: 134217728)",
            valueName: "bytes"
        )
    )
    var maxMessageBytes: String?

    @Option(
        help: ArgumentHelp(
            "What the messages of all calls may take of memory at a time, in bytes; further ones wait. "
                + "(default: 1073741824)",
            valueName: "bytes"
        )
    )
    var memoryBytes: String?

    @Option(
        help: ArgumentHelp(
            "How much of what was stored and resolved lately is kept in memory, in bytes; 0 keeps nothing. "
                + "(default: 67108864)",
            valueName: "bytes"
        )
    )
    var cacheBytes: String?

    var flags: [(Setting, String?)] {
        [
            (.listen, self.listen), (.target, self.target), (.upstreamConnections, self.upstreamConnections),
            (.maxMessageBytes, self.maxMessageBytes), (.memoryBytes, self.memoryBytes), (.cacheBytes, self.cacheBytes),
        ]
    }
}
