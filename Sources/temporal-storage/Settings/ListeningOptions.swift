//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ArgumentParser

/// The options of every subcommand that listens, but for where: each has an address of its own by default.
struct ListeningOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A file that gets the port once it listens, for scripts.", valueName: "file"))
    var portFile: String?

    @Option(help: ArgumentHelp("Serve TLS with this certificate chain (PEM).", valueName: "file"))
    var listenTlsCert: String?

    @Option(help: ArgumentHelp("The private key of --listen-tls-cert (PEM).", valueName: "file"))
    var listenTlsKey: String?

    @Option(
        help: ArgumentHelp(
            "How long calls may go on after SIGTERM or SIGINT, in seconds. (default: 30)",
            valueName: "seconds"
        )
    )
    var drain: String?

    @Option(
        help: ArgumentHelp(
            "Where to serve /metrics for Prometheus and /healthz; port 0 takes a free one, which is logged. "
                + "(default: not at all)",
            valueName: "host:port"
        )
    )
    var metrics: String?

    var flags: [(Setting, String?)] {
        [
            (.portFile, self.portFile), (.listenTLSCertificate, self.listenTlsCert), (.listenTLSKey, self.listenTlsKey),
            (.drain, self.drain), (.metrics, self.metrics),
        ]
    }
}
