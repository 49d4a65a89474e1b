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

import os
from pathlib import Path

import fault_budget  # noqa: F401  (importing a module registers its cases)
import fault_cache  # noqa: F401
import fault_dialects  # noqa: F401
import fault_encoded  # noqa: F401
import fault_limits  # noqa: F401
import fault_many  # noqa: F401
import fault_outage  # noqa: F401
import fault_replicas  # noqa: F401
import fault_s3  # noqa: F401
from bad_program import parse, parser, run
from fault_harness import Faults

NEEDED = ("TEMPORAL_ADDRESS", "TEMPORAL_METRICS_ADDRESS", "S3_ENDPOINT", "S3_BUCKET")


if __name__ == "__main__":
    options = parser(__doc__)
    options.add_argument("--services", type=Path, metavar="DIR", help="the state directory of Scripts/dev-services")
    parsed = parse(options, "services", "binary")
    missing = [name for name in NEEDED if name not in os.environ]
    if missing and not parsed.list:
        options.error(f"the environment lacks {', '.join(missing)}; see Scripts/dev-services env")

    def bench(directory: Path) -> Faults:
        return Faults(
            server=os.environ["TEMPORAL_ADDRESS"],
            binary=parsed.binary.resolve(),
            namespace=parsed.namespace,
            directory=directory,
            seed=1,
            count=0,
            services=parsed.services.resolve(),
            s3_endpoint=os.environ["S3_ENDPOINT"],
            bucket=os.environ["S3_BUCKET"],
            server_metrics=os.environ["TEMPORAL_METRICS_ADDRESS"],
        )

    run(parsed, bench, "faults")
