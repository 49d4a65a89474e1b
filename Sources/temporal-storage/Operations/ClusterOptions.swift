//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ArgumentParser

/// Which server an operator's command reads, and how fast.
struct ClusterOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The Temporal server. (default: 127.0.0.1:7233)", valueName: "host:port"))
    var target: String?

    @Option(
        help: ArgumentHelp(
            "A file with the API key that the server knows this command by. It is read once.",
            valueName: "file"
        )
    )
    var apiKeyFile: String?

    @Option(
        help: ArgumentHelp(
            "The most calls per second. The server is told that they are in the background. (default: 50)",
            valueName: "calls"
        )
    )
    var callsPerSecond: String?

    var flags: [(Setting, String?)] {
        [(.target, self.target), (.apiKeyFile, self.apiKeyFile), (.callsPerSecond, self.callsPerSecond)]
    }
}

/// How an operator's command shows what it found.
struct OutputOptions: ParsableArguments {
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case table
        case json
    }

    @Option(
        help: ArgumentHelp(
            "A table for people, or one JSON object per line. (default: table on a terminal, else json)",
            valueName: "table|json"
        )
    )
    var output: Format?

    /// What was asked for, or what fits to where it goes.
    var format: Format { self.output ?? (StandardStreams.outputIsTerminal ? .table : .json) }
}
