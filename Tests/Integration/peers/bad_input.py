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

import argparse
import asyncio
import logging
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path

import bad_command_lines  # noqa: F401  (importing a module registers its cases)
import bad_connections  # noqa: F401
import bad_messages  # noqa: F401
import bad_references  # noqa: F401
import bad_storage  # noqa: F401
import bad_tasks  # noqa: F401
from bad_harness import CASES, Bench, run_case
from common import leave, quiet


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", metavar="HOST:PORT", help="the Temporal server")
    parser.add_argument("--binary", type=Path, metavar="FILE", help="the command temporal-storage")
    parser.add_argument("--namespace", default="default")
    parser.add_argument("--seed", type=int, default=1, help="of all random messages (1)")
    parser.add_argument("--random", type=int, default=200, metavar="N", help="random messages for each method (200)")
    parser.add_argument("--cases", metavar="A,B,C", help="only these")
    parser.add_argument("--list", action="store_true", help="print the cases and end")
    parser.add_argument("--keep", action="store_true", help="keep logs and stores, and say where they are")
    parser.add_argument("--verbose", action="store_true", help="print tracebacks and the SDK's log")
    parsed = parser.parse_args()
    if not parsed.list and not (parsed.server and parsed.binary):
        parser.error("--server and --binary are required")
    names = parsed.cases.split(",") if parsed.cases else list(CASES)
    unknown = [name for name in names if name not in CASES]
    if unknown:
        parser.error(f"no such case: {', '.join(unknown)}")
    parsed.chosen = [CASES[name] for name in names]
    return parsed


async def main(options: argparse.Namespace) -> int:
    state = Path(tempfile.mkdtemp(prefix="bad-input-"))
    tally: Counter[str] = Counter()
    try:
        for one in options.chosen:
            directory = state / one.name
            directory.mkdir()
            bench = Bench(
                server=options.server,
                binary=options.binary.resolve(),
                namespace=options.namespace,
                directory=directory,
                seed=options.seed,
                count=options.random,
            )
            tally[await run_case(one, bench, options.verbose)] += 1
    finally:
        if options.keep:
            print(f"logs and stores are in {state}", file=sys.stderr)
        else:
            shutil.rmtree(state, ignore_errors=True)
    skipped = f", {tally['skipped']} skipped" if tally["skipped"] else ""
    print(f"{tally['passed']} passed, {tally['failed']} failed{skipped}", flush=True)
    return 1 if tally["failed"] else 0


if __name__ == "__main__":
    parsed = arguments()
    if parsed.list:
        for entry in parsed.chosen:
            print(f"{entry.name:30} {entry.about}")
        sys.exit(0)
    if not parsed.verbose:
        quiet()
    logging.basicConfig(level=logging.WARNING if parsed.verbose else logging.CRITICAL)
    leave(asyncio.run(main(parsed)))
