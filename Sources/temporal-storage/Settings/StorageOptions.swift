//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import ArgumentParser

/// Where payloads go: the options that all subcommands with storage share.
struct StorageOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where payloads are kept: local-disk (a directory, see --store), or none (nothing is stored).",
            valueName: "driver"
        )
    )
    var driver: String?

    @Option(
        help: ArgumentHelp(
            "The directory of the driver local-disk. It has to exist, and all proxies and workers have to share it.",
            valueName: "dir"
        )
    )
    var store: String?

    @Option(
        help: ArgumentHelp(
            "The smallest payload that is stored, in bytes, or \"all\". (default: 262144)",
            valueName: "bytes|all"
        )
    )
    var threshold: String?

    var flags: [(Setting, String?)] {
        [(.driver, self.driver), (.store, self.store), (.threshold, self.threshold)]
    }
}
