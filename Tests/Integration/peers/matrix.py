# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""Every payload path of the Temporal API, walked by the official Python SDK with no storage of its own.

    matrix.py --address 127.0.0.1:7234 --server 127.0.0.1:7233 --expect-external yes

The client and the workers talk to --address (the sidecar). Histories are then read from --server, where
nothing resolves them, and checked: no inline payload of at least the threshold but those the rules keep
inline, and well-formed references of the expected driver where the big values belong. One line per case,
`ok NAME`, `FAIL NAME reason` or `skip NAME reason` (the server lacks something); the last line is
`N passed, N failed`; exit code 1 if any failed.

Standalone Nexus operations are off by default in the server; its development version is told to have them
by `--dynamic-config-value nexusoperation.enableStandalone=true`.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
from collections import Counter

from temporalio.client import Client
from temporalio.converter import DataConverter

import cases_activities  # noqa: F401  (importing a module registers its cases)
import cases_failures  # noqa: F401
import cases_headers  # noqa: F401
import cases_messages  # noqa: F401
import cases_operations  # noqa: F401
import cases_workflows  # noqa: F401
from common import leave, parse_threshold, quiet, storage_converter
from harness import CASES, Env, run_case, shared_worker
from local_disk_driver import LocalDiskStorageDriver


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--address", metavar="HOST:PORT", help="the sidecar, for client and workers")
    parser.add_argument("--server", metavar="HOST:PORT", help="the Temporal server; default: --address")
    parser.add_argument("--namespace", default="default")
    parser.add_argument("--size", type=int, default=1024 * 1024, metavar="BYTES", help="size of a big value (1 MiB)")
    parser.add_argument(
        "--threshold", type=parse_threshold, default="0", metavar="BYTES|all", help="the sidecar's (262144)"
    )
    parser.add_argument(
        "--expect-external", choices=["yes", "no"], default="yes", help="whether references are expected"
    )
    parser.add_argument("--driver-name", default="local-disk", help="the driver's name in references")
    parser.add_argument(
        "--own-storage",
        metavar="DIR",
        help="give the Python SDK a storage of its own there, to try the cases without a sidecar",
    )
    parser.add_argument("--cases", metavar="A,B,C", help="only these")
    parser.add_argument("--skip", metavar="A,B,C", default="", help="not these")
    parser.add_argument("--list", action="store_true", help="print the cases and end")
    parser.add_argument("--timeout", type=float, default=90, metavar="SECONDS", help="per case (90)")
    parser.add_argument("--verbose", action="store_true", help="print tracebacks and the SDK's log")
    parsed = parser.parse_args()
    if not parsed.list and not parsed.address:
        parser.error("--address is required")
    chosen = parsed.cases.split(",") if parsed.cases else list(CASES)
    skipped = set(filter(None, parsed.skip.split(",")))
    unknown = [name for name in [*chosen, *skipped] if name not in CASES]
    if unknown:
        parser.error(f"no such case: {', '.join(unknown)}")
    parsed.chosen = [CASES[name] for name in chosen if name not in skipped]
    return parsed


async def main(options: argparse.Namespace) -> int:
    converter = DataConverter.default
    if options.own_storage:
        converter = storage_converter(LocalDiskStorageDriver(options.own_storage), options.threshold)
    client = await Client.connect(options.address, namespace=options.namespace, data_converter=converter)
    server = await Client.connect(options.server or options.address, namespace=options.namespace)
    env = Env(
        client=client,
        server=server,
        size=options.size,
        threshold=options.threshold,
        external=options.expect_external == "yes",
        driver_name=options.driver_name,
    )
    print(
        f"values of {env.size} bytes, threshold {env.threshold}, "
        f"{'references expected' if env.offloads else 'everything inline'}, run {env.run}",
        flush=True,
    )
    tally: Counter[str] = Counter()
    async with shared_worker(env):
        for one in options.chosen:
            tally[await run_case(one, env, options.timeout, options.verbose)] += 1
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
