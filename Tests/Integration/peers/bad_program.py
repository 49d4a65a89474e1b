# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""A program that runs registered cases one after the other: its options, its lines and its tally."""

from __future__ import annotations

import argparse
import asyncio
import logging
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from bad_harness import CASES, Bench, run_case
from common import leave, quiet

# What makes what a case works with, in a directory for that case alone.
BenchMaker = Callable[[Path], Bench]


def parser(about: str) -> argparse.ArgumentParser:
    """The options that all such programs have."""
    options = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--binary", type=Path, metavar="FILE", help="the command temporal-storage")
    options.add_argument("--namespace", default="default")
    options.add_argument("--cases", metavar="A,B,C", help="only these")
    options.add_argument("--list", action="store_true", help="print the cases and end")
    options.add_argument("--keep", action="store_true", help="keep logs and stores, and say where they are")
    options.add_argument("--verbose", action="store_true", help="print tracebacks and the SDK's log")
    return options


def parse(options: argparse.ArgumentParser, *required: str) -> argparse.Namespace:
    """What was asked for; with `--list` nothing is required. `chosen` has the cases."""
    parsed = options.parse_args()
    missing = [f"--{name}" for name in required if not getattr(parsed, name)]
    if missing and not parsed.list:
        options.error(f"the arguments {' and '.join(missing)} are required")
    names = parsed.cases.split(",") if parsed.cases else list(CASES)
    unknown = [name for name in names if name not in CASES]
    if unknown:
        options.error(f"no such case: {', '.join(unknown)}")
    parsed.chosen = [CASES[name] for name in names]
    return parsed


async def _run(options: argparse.Namespace, bench: BenchMaker, name: str) -> int:
    state = Path(tempfile.mkdtemp(prefix=f"{name}-"))
    tally: Counter[str] = Counter()
    try:
        for one in options.chosen:
            directory = state / one.name
            directory.mkdir()
            began = time.monotonic()
            tally[await run_case(one, bench(directory), options.verbose)] += 1
            if (seconds := time.monotonic() - began) >= 5:
                print(f"   {one.name} took {seconds:.1f} s", flush=True)
    finally:
        if options.keep:
            print(f"logs and stores are in {state}", file=sys.stderr)
        else:
            shutil.rmtree(state, ignore_errors=True)
    skipped = f", {tally['skipped']} skipped" if tally["skipped"] else ""
    print(f"{tally['passed']} passed, {tally['failed']} failed{skipped}", flush=True)
    return 1 if tally["failed"] else 0


def run(options: argparse.Namespace, bench: BenchMaker, name: str) -> NoReturn:
    """Lists the cases or runs them, and ends the process; the code is 1 if any failed."""
    if options.list:
        for entry in options.chosen:
            print(f"{entry.name:30} {entry.about}")
        sys.exit(0)
    if not options.verbose:
        quiet()
    logging.basicConfig(level=logging.WARNING if options.verbose else logging.CRITICAL)
    leave(asyncio.run(_run(options, bench, name)))
