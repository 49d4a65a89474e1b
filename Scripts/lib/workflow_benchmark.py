# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""The Swift workflow worker beside the Python SDK's, on one server, in one run.

Started by `Scripts/benchmark workflows`. The same two workflows in both languages: one calls activities, one after the
other, each of which makes a workflow task, and which this process runs; one waits for a signal. Each worker is a process of its own, and they take turns.
Counted are the tasks per second of the worker's processor time, the memory that one more cached run takes, and the
processor time of a replay of a history of some 10,000 events, from its JSON. Python runs workflows in its sandbox, as it
does by default, and without it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "Tests/Integration/peers"))

from temporalio.client import Client, WorkflowHistory  # noqa: E402
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner, Worker  # noqa: E402
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner  # noqa: E402

import common  # noqa: E402
from native_benchmark import memory, processor_seconds  # noqa: E402
from waiting_workflows import Steps, Waits, Walk, step  # noqa: E402


def runner(kind: str) -> SandboxedWorkflowRunner | UnsandboxedWorkflowRunner:
    return SandboxedWorkflowRunner() if kind == "python" else UnsandboxedWorkflowRunner()


async def serve(kind: str, server: str, task_queue: str) -> None:
    client = await Client.connect(server)
    await Worker(
        client,
        task_queue=task_queue,
        workflows=[Steps, Waits],
        workflow_runner=runner(kind),
        max_cached_workflows=100_000,
    ).run()


async def replay(kind: str, path: str, rounds: int) -> None:
    text = Path(path).read_text()
    for _ in range(rounds):
        began = time.process_time()
        history = WorkflowHistory.from_json("replay", text)
        read = time.process_time()
        await Replayer(workflows=[Steps], workflow_runner=runner(kind)).replay_workflow(history)
        print(read - began, time.process_time() - read, flush=True)


@dataclass
class Sample:
    worker: str
    tasks_per_cpu_second: float
    kibibytes_per_run: float
    idle_mebibytes: float
    replay_milliseconds: float
    read_milliseconds: float


async def measure(
    kind: str, command: list[str], client: Client, arguments: argparse.Namespace, history: Path, steps: str
) -> Sample:
    task_queue = f"{kind}-{uuid.uuid4().hex[:8]}"
    process = subprocess.Popen([*command, "serve", arguments.server, task_queue])
    try:
        async def walk(count: int) -> None:
            await client.execute_workflow(
                "Steps", Walk(count, steps), id=f"steps-{uuid.uuid4().hex}", task_queue=task_queue
            )

        await walk(2)
        idle = memory(process.pid, "VmRSS")
        await asyncio.gather(*(walk(10) for _ in range(20)))
        before = processor_seconds(process.pid)
        await asyncio.gather(*(walk(arguments.steps) for _ in range(arguments.parallel)))
        used = processor_seconds(process.pid) - before
        rate = arguments.parallel * (arguments.steps + 1) / used

        async def wait() -> None:
            handle = await client.start_workflow("Waits", id=f"waits-{uuid.uuid4().hex}", task_queue=task_queue)
            started = False
            while not started:
                # A run is in the cache once its first task has been answered.
                async for event in handle.fetch_history_events():
                    started = started or event.HasField("workflow_task_completed_event_attributes")

        async def many(count: int) -> None:
            gate = asyncio.Semaphore(50)

            async def one() -> None:
                async with gate:
                    await wait()

            await asyncio.gather(*(one() for _ in range(count)))

        await many(200)
        small = memory(process.pid, "VmRSS")
        await many(arguments.runs)
        grown = memory(process.pid, "VmRSS") - small
    finally:
        process.kill()
        process.wait()
    lines = subprocess.run(
        [*command, "replay", str(history), "5"], check=True, capture_output=True, text=True
    ).stdout.split("\n")
    times = [tuple(float(part) for part in line.split()) for line in lines if line]
    return Sample(
        worker=kind,
        tasks_per_cpu_second=rate,
        kibibytes_per_run=grown * 1024 / arguments.runs,
        idle_mebibytes=idle,
        replay_milliseconds=statistics.median(each[1] for each in times) * 1000,
        read_milliseconds=statistics.median(each[0] for each in times) * 1000,
    )


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", help="HOST:PORT")
    parser.add_argument("--binary", help="the built WorkflowBenchmark")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--parallel", type=int, default=50)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--python", choices=["python", "python-unsandboxed"], help=argparse.SUPPRESS)
    parser.add_argument("rest", nargs="*", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    common.quiet()
    if arguments.python:
        what, first, second = arguments.rest
        if what == "serve":
            return await serve(arguments.python, first, second)
        return await replay(arguments.python, first, int(second))

    commands = {"swift": [arguments.binary]}
    for kind in ("python", "python-unsandboxed"):
        commands[kind] = [sys.executable, __file__, "--python", kind]
    client = await Client.connect(arguments.server)
    # Made by Python's worker, with its markers and flags: both replay the same.
    history = Path(os.environ.get("TMPDIR", "/tmp")) / f"history-{uuid.uuid4().hex}.json"
    queue, steps = f"history-{uuid.uuid4().hex[:8]}", f"steps-{uuid.uuid4().hex[:8]}"
    samples: dict[str, list[Sample]] = {kind: [] for kind in commands}
    async with Worker(client, task_queue=steps, activities=[step]):
        async with Worker(client, task_queue=queue, workflows=[Steps]):
            walk = Walk(arguments.events // 6, steps)
            handle = await client.start_workflow("Steps", walk, id=f"history-{uuid.uuid4().hex}", task_queue=queue)
            await handle.result()
        fetched = await handle.fetch_history()
        history.write_text(fetched.to_json())
        try:
            for number in range(arguments.rounds):
                for kind in sorted(commands, reverse=number % 2 == 0):
                    samples[kind].append(await measure(kind, commands[kind], client, arguments, history, steps))
                    print(f"  {samples[kind][-1]}", file=sys.stderr, flush=True)
        finally:
            history.unlink()
    results = {}
    for kind, measured in samples.items():
        keys = [key for key in asdict(measured[0]) if key != "worker"]
        results[kind] = Sample(kind, **{key: statistics.median(getattr(s, key) for s in measured) for key in keys})

    print(f"\nmedians of {arguments.rounds} rounds; a history of {len(fetched.events)} events\n")
    print("| worker | tasks per CPU second | memory per cached run | memory idle | replay | reading its JSON |")
    print("|---|---|---|---|---|---|")
    for sample in results.values():
        print(
            f"| {sample.worker} | {sample.tasks_per_cpu_second:.0f} | {sample.kibibytes_per_run:.1f} KiB "
            f"| {sample.idle_mebibytes:.0f} MiB | {sample.replay_milliseconds:.0f} ms "
            f"| {sample.read_milliseconds:.0f} ms |"
        )
    swift = results["swift"]
    for kind in ("python", "python-unsandboxed"):
        other = results[kind]
        print(
            f"beside {kind}: {swift.tasks_per_cpu_second / other.tasks_per_cpu_second:.1f} times the tasks per CPU second, "
            f"{swift.kibibytes_per_run / other.kibibytes_per_run:.2f} of the memory per run, replay "
            f"{other.replay_milliseconds / swift.replay_milliseconds:.1f} times as fast"
        )
    if arguments.json:
        arguments.json.write_text(json.dumps([asdict(sample) for sample in results.values()], indent=2) + "\n")


if __name__ == "__main__":
    asyncio.run(main())
    common.leave(0)
