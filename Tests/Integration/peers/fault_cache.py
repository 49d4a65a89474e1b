# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""What the cache of a sidecar saves, counted in the requests that arrive at the store."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer, Worker

import common
from bad_harness import case, holds
from common import blob, digest, is_reference, sites
from fault_harness import MIB, Faults
from harness import same
from store_gate import gate_to

PATIENCE = timedelta(seconds=60)
COUNT = 50


@activity.defn
async def make(seed: str) -> bytes:
    return blob(seed, MIB)


@activity.defn
async def measure(value: bytes) -> str:
    return digest(value)


@workflow.defn
class Collects:
    """Has 50 results of 1 MiB in its history."""

    @workflow.run
    async def run(self, count: int) -> str:
        me = workflow.info().workflow_id
        results = await asyncio.gather(
            *(
                workflow.execute_activity(make, f"{me}/{number}", start_to_close_timeout=PATIENCE)
                for number in range(count)
            )
        )
        return digest(b"".join(results))


@workflow.defn
class PassesOn:
    """Hands the result of one activity to the next, twice."""

    @workflow.run
    async def run(self) -> list[str]:
        made = await workflow.execute_activity(make, workflow.info().workflow_id, start_to_close_timeout=PATIENCE)
        first = await workflow.execute_activity(measure, made, start_to_close_timeout=PATIENCE)
        second = await workflow.execute_activity(measure, made, start_to_close_timeout=PATIENCE)
        return [first, second]


@case("replay-from-cache", seconds=120)
async def replay_from_cache(bench: Faults) -> str:
    """A replay of a history with 50 references of 1 MiB reads each object once, and the second replay none."""
    task_queue = bench.id("cache")
    async with gate_to(bench.s3_endpoint) as gate:
        async with bench.s3_sidecar(endpoint=gate.url) as sidecar:
            client = await bench.client(sidecar.address)
            async with Worker(client, task_queue=task_queue, workflows=[Collects], activities=[make]):
                handle = await client.start_workflow(
                    Collects.run, COUNT, id=bench.id("collects"), task_queue=task_queue
                )
                wanted = digest(b"".join(blob(f"{handle.id}/{number}", MIB) for number in range(COUNT)))
                same("result", await handle.result(), wanted)
            running = dict(gate.requests)
        history = await common.raw_history(await bench.client(bench.server), handle.id)
        references = [site for site in sites(history) if is_reference(site.payload)]
        holds(f"{len(references)} references in history", len(references) == COUNT)
        replayer = Replayer(workflows=[Collects])
        counts: list[int] = []
        # Another sidecar, which has nothing in its cache.
        async with bench.s3_sidecar(endpoint=gate.url) as sidecar:
            client = await bench.client(sidecar.address)
            for _ in range(2):
                before = gate.requests["GET"]
                resolved = await client.get_workflow_handle(handle.id).fetch_history()
                holds("a reference is left", not any(is_reference(site.payload) for site in _payloads(resolved)))
                await replayer.replay_workflow(resolved)
                counts.append(gate.requests["GET"] - before)
            hits = await sidecar.metric("temporal_external_storage_cache_hits_total", operation="retrieve")
            peak = sidecar.peak_memory() // MIB
        holds(f"GET requests of two replays: {counts}", counts == [COUNT, 0])
    return f"GET requests: {counts[0]}, then {counts[1]} ({hits:.0f} hits); the run itself: {running}; peak {peak} MiB"


def _payloads(history: WorkflowHistory):
    for event in history.events:
        yield from sites(event)


@case("pass-through", seconds=60)
async def pass_through(bench: Faults) -> str:
    """What one activity returns and the next ones get is uploaded once, and downloaded never."""
    task_queue = bench.id("cache")
    async with gate_to(bench.s3_endpoint) as gate, bench.s3_sidecar(endpoint=gate.url) as sidecar:
        client = await bench.client(sidecar.address)
        async with Worker(
            client,
            task_queue=task_queue,
            workflows=[PassesOn],
            activities=[make, measure],
            disable_eager_activity_execution=True,
        ):
            handle = await client.start_workflow(PassesOn.run, id=bench.id("passes-on"), task_queue=task_queue)
            same("result", await handle.result(), [digest(blob(handle.id, MIB))] * 2)
        holds(f"requests to the store: {dict(gate.requests)}", dict(gate.requests) == {"PUT": 1})
        history = await common.raw_history(await bench.client(bench.server), handle.id)
        references = [site for site in sites(history) if is_reference(site.payload)]
        holds(f"{len(references)} references in history", len(references) == 3)
    return f"{len(references)} references, requests to the store: {dict(gate.requests)}"
