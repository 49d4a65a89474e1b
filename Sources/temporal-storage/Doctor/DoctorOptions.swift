//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ArgumentParser

/// The options of the doctor itself.
struct DoctorOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The Temporal server. (default: 127.0.0.1:7233)", valueName: "host:port"))
    var target: String?

    @Option(help: ArgumentHelp("The namespace to ask for. (default: default)", valueName: "name"))
    var namespace: String?

    @Option(
        help: ArgumentHelp(
            "The codec server to ask, as the Web UI and the CLI are told it. (default: none is asked)",
            valueName: "url"
        )
    )
    var codecEndpoint: String?

    @Option(
        help: ArgumentHelp(
            "What to send as Authorization to the codec server, such as \"Bearer …\". Better set in the environment.",
            valueName: "text"
        )
    )
    var codecAuth: String?

    @Option(help: ArgumentHelp("The certificate chain that a subcommand serves (PEM).", valueName: "file"))
    var listenTlsCert: String?

    @Option(help: ArgumentHelp("The private key of --listen-tls-cert (PEM).", valueName: "file"))
    var listenTlsKey: String?

    var flags: [(Setting, String?)] {
        [
            (.target, self.target), (.namespace, self.namespace), (.codecEndpoint, self.codecEndpoint),
            (.codecAuthorization, self.codecAuth), (.listenTLSCertificate, self.listenTlsCert),
            (.listenTLSKey, self.listenTlsKey),
        ]
    }
}
