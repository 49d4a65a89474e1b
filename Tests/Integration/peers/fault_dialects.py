# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""Stores that are not quite S3: SeaweedFS behind a filter that answers as Backblaze B2, old MinIO and OSS do."""

from __future__ import annotations

from temporalio.worker import Worker

import common
from bad_harness import case, holds
from common import blob
from definitions import ACTIVITIES, WORKFLOWS, ThroughActivity
from fault_harness import Faults, references_in
from harness import same
from store_dialects import dialect_gate

SIZE = 300 * 1024
ROUNDS = 3


async def _talk(bench: Faults, dialect: str, refusals: dict[str, range]) -> str:
    # Keys name the workflow: only one of the same id, with the same value, finds its payload stored already.
    workflow_ids = [bench.id(dialect) for _ in range(ROUNDS)]
    async with dialect_gate(bench.s3_endpoint, dialect) as gate:
        for _ in range(2):
            # A second sidecar has learnt nothing yet, and finds in the store what the first one put there.
            async with bench.s3_sidecar(endpoint=gate.url) as sidecar:
                client = await bench.client(sidecar.address)
                task_queue, value = bench.id(dialect), blob(dialect, SIZE)
                async with Worker(client, task_queue=task_queue, workflows=WORKFLOWS, activities=ACTIVITIES):
                    for workflow_id in workflow_ids:
                        result = await client.execute_workflow(
                            ThroughActivity.run, value, id=workflow_id, task_queue=task_queue
                        )
                        same("result", result, value)
                        plain = await bench.client(bench.server)
                        found = references_in(await common.raw_history(plain, workflow_id))
                        holds("nothing was stored", found)
                log = sidecar.logged()
                if dialect == "b2":
                    lines = log.count("the store refuses checksums")
                    holds(f"{lines} lines say that checksums are refused", lines == 1)
                if dialect in ("b2", "minio"):
                    lines = log.count("does not know conditional writes")
                    holds(f"{lines} lines say that conditions are refused", lines == 1)
        for reason, wanted in refusals.items():
            holds(f"{reason} refused {gate.refused[reason]} times", gate.refused[reason] in wanted)
        return f"{sum(gate.requests.values())} requests, refused {dict(gate.refused)}"


# Several uploads can be under way before the first refusal is understood, in each of two sidecars.


@case("s3-b2", seconds=90)
async def s3_b2(bench: Faults) -> str:
    """Backblaze B2: no checksums and no conditions; both are noticed once."""
    return await _talk(bench, "b2", {"checksum": range(1, 13), "condition": range(1, 13)})


@case("s3-old-minio", seconds=90)
async def s3_old_minio(bench: Faults) -> str:
    """MinIO of old: no conditions."""
    return await _talk(bench, "minio", {"condition": range(1, 25)})


@case("s3-oss", seconds=90)
async def s3_oss(bench: Faults) -> str:
    """OSS: what is there already is said with 409 and 304."""
    return await _talk(bench, "oss", {"present": range(1, 1000)})
