//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ArgumentParser

/// The options for TLS to the server; all files are PEM.
struct TargetTLSOptions: ParsableArguments {
    @Flag(help: "Use TLS to the server. Implied by the other options for it.")
    var targetTls = false

    @Option(
        help: ArgumentHelp(
            "The authorities that may sign the server's certificate. (default: those of the system)",
            valueName: "file"
        )
    )
    var targetTlsCa: String?

    @Option(help: ArgumentHelp("The proxy's certificate chain for the server (mTLS).", valueName: "file"))
    var targetTlsCert: String?

    @Option(help: ArgumentHelp("The private key of --target-tls-cert.", valueName: "file"))
    var targetTlsKey: String?

    @Option(
        help: ArgumentHelp(
            "The name that the server's certificate has to bear. (default: the host of --target)",
            valueName: "name"
        )
    )
    var targetTlsServerName: String?

    var flags: [(Setting, String?)] {
        [
            (.targetTLS, self.targetTls ? "true" : nil), (.targetTLSAuthority, self.targetTlsCa),
            (.targetTLSCertificate, self.targetTlsCert), (.targetTLSKey, self.targetTlsKey),
            (.targetTLSServerName, self.targetTlsServerName),
        ]
    }
}

/// The options for TLS to the server, and for mutual TLS with clients; all files are PEM.
struct TLSOptions: ParsableArguments {
    @OptionGroup var target: TargetTLSOptions

    @Option(
        help: ArgumentHelp(
            "Demand a certificate of clients that one of these authorities signed (mTLS).",
            valueName: "file"
        )
    )
    var listenTlsClientCa: String?

    var flags: [(Setting, String?)] { self.target.flags + [(.listenTLSClientAuthority, self.listenTlsClientCa)] }
}
