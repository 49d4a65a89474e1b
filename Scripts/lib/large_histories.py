# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""Long histories, large values in them, and many kept runs, with the Swift workflow worker and the real server.

    large_histories.py --binary WorkflowBenchmark --server HOST:PORT [--events 50000] [--values 22] [--runs 10000]

Started by `Scripts/large-histories`. A workflow grows a history of so many events; it is asked and told something while it is
in the worker's cache, and again by a worker that knows nothing of it and has to begin with the first event; then the history is
replayed by `WorkflowReplayer`. The same with values of 20 MiB on a local disk, in a history of more than three pages. Then so
many workflows wait in the cache of one worker. Printed are the time, the processor time and the resident memory of the worker;
the last line is a tally.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "Tests/Integration/peers"))

from temporalio.client import Client, WorkflowHandle  # noqa: E402

import common  # noqa: E402
from native_benchmark import memory, processor_seconds  # noqa: E402

MIB = 1_048_576
# The first page of a history has so many events, and the others one less.
PAGE = 257


class Tally:
    """Counts what holds and what does not."""

    def __init__(self) -> None:
        self.passed = self.failed = 0

    def check(self, name: str, holds: bool, more: str = "") -> None:
        self.passed += holds
        self.failed += not holds
        print(f"{'pass' if holds else 'FAIL'} {name} {more}".rstrip(), flush=True)


class Swift:
    """A worker, as a process of its own."""

    def __init__(self, arguments: argparse.Namespace, task_queue: str, store: str) -> None:
        self.environment = {**os.environ, "WORKFLOW_BENCHMARK_STORE": store}
        self.process = subprocess.Popen(
            [arguments.binary, "serve", arguments.server, task_queue], env=self.environment
        )

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()

    @property
    def rss(self) -> float:
        return memory(self.process.pid, "VmRSS")

    @property
    def peak(self) -> float:
        return memory(self.process.pid, "VmHWM")

    @property
    def cpu(self) -> float:
        return processor_seconds(self.process.pid)


async def query(handle: WorkflowHandle) -> int:
    return await handle.query("progress", result_type=int)


async def until(handle: WorkflowHandle, rounds: int) -> None:
    """Waits until the workflow has gone so many rounds. Asking costs little beside a round of the server's."""
    while await query(handle) < rounds:
        await asyncio.sleep(0.2)


async def march(
    title: str, order: dict[str, int], client: Client, arguments: argparse.Namespace, tally: Tally, store: str
) -> None:
    task_queue = f"march-{uuid.uuid4().hex[:8]}"
    worker = Swift(arguments, task_queue, store)
    try:
        began = time.monotonic()
        handle = await client.start_workflow(
            "March", order, id=task_queue, task_queue=task_queue, result_type=int
        )
        await until(handle, order["rounds"])
        print(
            f"{title}: grown in {time.monotonic() - began:.1f} s, {worker.cpu:.1f} s of the worker's processor time, "
            f"{worker.rss:.0f} MiB, at most {worker.peak:.0f}",
            flush=True,
        )
        began, before = time.monotonic(), worker.cpu
        for _ in range(20):
            tally.check(f"{title}: kept", await query(handle) == order["rounds"]) if _ == 0 else await query(handle)
        print(
            f"{title}: a query of the kept run takes {(time.monotonic() - began) * 50:.1f} ms, "
            f"{(worker.cpu - before) * 50:.1f} ms of processor time",
            flush=True,
        )
    finally:
        worker.stop()
    worker = Swift(arguments, task_queue, store)
    try:
        began = time.monotonic()
        # The server waits for the worker that is gone before it gives the task to another.
        tally.check(f"{title}: from the first event", await query(handle) == order["rounds"])
        print(
            f"{title}: known again after {time.monotonic() - began:.1f} s, {worker.cpu:.1f} s of processor time, "
            f"{worker.rss:.0f} MiB, at most {worker.peak:.0f}",
            flush=True,
        )
        await handle.signal("finish")
        large = -(-order["rounds"] // order["every"])
        expected = order["width"] * (large * order["bytes"] + (order["rounds"] - large) * 10)
        tally.check(f"{title}: result", await handle.result() == expected)
    finally:
        worker.stop()
    history = await handle.fetch_history()
    failed = [event.event_id for event in history.events if event.HasField("workflow_task_failed_event_attributes")]
    tally.check(f"{title}: no task failed", not failed, f"{failed[:5]}" if failed else "")
    pages = 1 + (len(history.events) - 2) // (PAGE - 1)
    tally.check(f"{title}: more than three pages", pages > 3, f"{len(history.events)} events, {pages} pages")
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        file.write(history.to_json())
        file.flush()
        began = time.monotonic()
        process = subprocess.run(
            [arguments.binary, "replay", file.name, "1"],
            check=False,
            env=worker.environment,
            stdout=subprocess.PIPE,
            text=True,
        )
    tally.check(f"{title}: replays", process.returncode == 0)
    if process.stdout:
        read, replayed, peak = (float(part) for part in process.stdout.split())
        print(
            f"{title}: WorkflowReplayer takes {replayed:.2f} s of processor time, reading its JSON {read:.2f} s, all "
            f"{time.monotonic() - began:.1f} s, at most {peak:.0f} MiB",
            flush=True,
        )


async def runs(count: int, client: Client, arguments: argparse.Namespace, tally: Tally, store: str) -> None:
    task_queue = f"runs-{uuid.uuid4().hex[:8]}"
    worker = Swift(arguments, task_queue, store)
    try:
        async def many(first: int, number: int) -> None:
            gate = asyncio.Semaphore(50)

            async def one(index: int) -> None:
                async with gate:
                    handle = await client.start_workflow("Waits", id=f"{task_queue}-{index}", task_queue=task_queue)
                    # A query is answered once the first task is, from the cache.
                    await handle.query("__stack_trace", result_type=str)

            await asyncio.gather(*(one(first + index) for index in range(number)))

        await many(0, 200)
        before, began = worker.rss, time.monotonic()
        await many(200, count)
        grown = worker.rss - before
        print(
            f"{count} kept runs: {grown * 1024 / count:.1f} KiB each, {worker.rss:.0f} MiB in all, "
            f"{before:.0f} before; made in {time.monotonic() - began:.1f} s",
            flush=True,
        )
        # What was kept first is there still.
        first = client.get_workflow_handle(f"{task_queue}-200", result_type=None)
        used = worker.cpu
        trace = await first.query("__stack_trace", result_type=str)
        tally.check(f"{count} kept runs", "condition" in trace, f"{(worker.cpu - used) * 1000:.0f} ms for a query")
        await first.signal("finish")
        await first.result()
    finally:
        worker.stop()


async def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--server", required=True)
    parser.add_argument("--events", type=int, default=50_000)
    parser.add_argument("--values", type=int, default=22, help="how many values of 20 MiB")
    parser.add_argument("--runs", type=int, default=10_000)
    arguments = parser.parse_args()
    common.quiet()
    client = await Client.connect(arguments.server)
    tally = Tally()
    with tempfile.TemporaryDirectory() as store:
        # A round of ten activities makes some 40 events: how many tasks that takes is the server's to say.
        rounds = max(arguments.events // 35, 40)
        order = {"rounds": rounds, "width": 10, "bytes": 10, "every": 1}
        await march(f"{arguments.events} events", order, client, arguments, tally, store)
        every = 176 // arguments.values
        order = {"rounds": 176, "width": 1, "bytes": 20 * MIB, "every": every}
        await march(f"{-(-176 // every)} values of 20 MiB", order, client, arguments, tally, store)
        await runs(arguments.runs, client, arguments, tally, store)
    print(f"{tally.passed} passed, {tally.failed} failed")
    return 1 if tally.failed else 0


if __name__ == "__main__":
    common.leave(asyncio.run(main()))
