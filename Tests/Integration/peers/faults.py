# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""Faults, many replicas, limits and interoperation: what only real servers can show.

    eval "$(Scripts/dev-services env)"
    faults.py --services .services --binary .build/debug/temporal-storage

Both services have to be up; cases stop and start them. They start sidecars of their own, between raw gRPC clients or
the official Python SDK and the real server. One line per case, `ok NAME …`, `FAIL NAME reason` or `skip NAME reason`;
the last line is `N passed, N failed`; exit code 1 if any failed.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import fault_cache  # noqa: F401  (importing a module registers its cases)
import fault_encoded  # noqa: F401
import fault_limits  # noqa: F401
import fault_many  # noqa: F401
import fault_outage  # noqa: F401
import fault_replicas  # noqa: F401
import fault_s3  # noqa: F401
from bad_harness import CASES, run_case
from common import leave, quiet
from fault_harness import Faults


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--services", type=Path, metavar="DIR", help="the state directory of Scripts/dev-services")
    parser.add_argument("--binary", type=Path, metavar="FILE", help="the command temporal-storage")
    parser.add_argument("--namespace", default="default")
    parser.add_argument("--cases", metavar="A,B,C", help="only these")
    parser.add_argument("--list", action="store_true", help="print the cases and end")
    parser.add_argument("--keep", action="store_true", help="keep logs and stores, and say where they are")
    parser.add_argument("--verbose", action="store_true", help="print tracebacks and the SDK's log")
    parsed = parser.parse_args()
    if not parsed.list and not (parsed.services and parsed.binary):
        parser.error("--services and --binary are required")
    needed = ("TEMPORAL_ADDRESS", "TEMPORAL_METRICS_ADDRESS", "S3_ENDPOINT", "S3_BUCKET")
    missing = [name for name in needed if name not in os.environ]
    if missing and not parsed.list:
        parser.error(f"the environment lacks {', '.join(missing)}; see Scripts/dev-services env")
    names = parsed.cases.split(",") if parsed.cases else list(CASES)
    unknown = [name for name in names if name not in CASES]
    if unknown:
        parser.error(f"no such case: {', '.join(unknown)}")
    parsed.chosen = [CASES[name] for name in names]
    return parsed


async def main(options: argparse.Namespace) -> int:
    state = Path(tempfile.mkdtemp(prefix="faults-"))
    tally: Counter[str] = Counter()
    try:
        for one in options.chosen:
            directory = state / one.name
            directory.mkdir()
            bench = Faults(
                server=os.environ["TEMPORAL_ADDRESS"],
                binary=options.binary.resolve(),
                namespace=options.namespace,
                directory=directory,
                seed=1,
                count=0,
                services=options.services.resolve(),
                s3_endpoint=os.environ["S3_ENDPOINT"],
                bucket=os.environ["S3_BUCKET"],
                server_metrics=os.environ["TEMPORAL_METRICS_ADDRESS"],
            )
            began = time.monotonic()
            tally[await run_case(one, bench, options.verbose)] += 1
            print(f"   {one.name} took {time.monotonic() - began:.1f} s", flush=True)
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
