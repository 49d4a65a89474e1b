# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""Bad input: whatever a client, a server, a store or an operator does wrong, the sidecar says so and goes on.

    bad_input.py --server 127.0.0.1:7233 --binary .build/debug/temporal-storage

Starts sidecars of its own, some of them with unusual settings, between raw gRPC clients or the official Python
SDK and the real server. One line per case, `ok NAME …`, `FAIL NAME reason` or `skip NAME reason`; the last line is
`N passed, N failed`; exit code 1 if any failed. Run as root on Linux it mounts small file systems for full and
read-only disks, and unmounts them; else it skips those cases.
"""

from __future__ import annotations

from pathlib import Path

import bad_command_lines  # noqa: F401  (importing a module registers its cases)
import bad_connections  # noqa: F401
import bad_messages  # noqa: F401
import bad_references  # noqa: F401
import bad_storage  # noqa: F401
import bad_tasks  # noqa: F401
from bad_harness import Bench
from bad_program import parse, parser, run


if __name__ == "__main__":
    options = parser(__doc__)
    options.add_argument("--server", metavar="HOST:PORT", help="the Temporal server")
    options.add_argument("--seed", type=int, default=1, help="of all random messages (1)")
    options.add_argument("--random", type=int, default=100, metavar="N", help="random messages for each method (100)")
    parsed = parse(options, "server", "binary")

    def bench(directory: Path) -> Bench:
        return Bench(
            server=parsed.server,
            binary=parsed.binary.resolve(),
            namespace=parsed.namespace,
            directory=directory,
            seed=parsed.seed,
            count=parsed.random,
        )

    run(parsed, bench, "bad-input")
