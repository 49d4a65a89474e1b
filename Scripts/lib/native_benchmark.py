# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""The Swift activity worker beside the Python SDK's, on one server and one store, in one run.

Started by `Scripts/benchmark native`. A workflow in this process calls an activity many times, so many at a time; the
activity worker is a process of its own, a new one for each case, and the two kinds take turns. Counted are the worker's
processor time while the activities run, its peak memory, and for each activity the time from its scheduling to its
completion, as history has it. Both workers offload results from 256 KiB on, and both compute the same results.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import statistics
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "Tests/Integration/peers"))

from temporalio import activity  # noqa: E402
from temporalio.client import Client  # noqa: E402
from temporalio.worker import Worker  # noqa: E402

import common  # noqa: E402
from native_activities import Burst, s3_driver  # noqa: E402

MIB = 1024 * 1024


# --- The Python worker ----------------------------------------------------------------------------------


@activity.defn
async def greet(name: str) -> str:
    return f"Hello, {name}!"


@activity.defn
async def flip(value: bytes) -> bytes:
    return bytes([value[0] ^ 0xFF]) + value[1:]


@contextlib.asynccontextmanager
async def connected(server: str) -> AsyncIterator[Client]:
    async with s3_driver() as driver:
        yield await Client.connect(server, data_converter=common.storage_converter(driver))


async def serve(server: str, task_queue: str) -> None:
    async with connected(server) as client:
        await Worker(client, task_queue=task_queue, activities=[greet, flip]).run()


# --- Measuring ------------------------------------------------------------------------------------------


@dataclass
class Case:
    name: str
    activity: str
    count: int
    parallel: int
    size: int = 0


CASES = [
    Case("small", "greet", 2000, 100),
    Case("1 MiB", "flip", 100, 10, MIB),
    Case("20 MiB", "flip", 10, 2, 20 * MIB),
]


@dataclass
class Sample:
    worker: str
    case: str
    activities_per_cpu_second: float
    p50_milliseconds: float
    p99_milliseconds: float
    idle_mebibytes: float
    peak_mebibytes: float


def processor_seconds(pid: int) -> float:
    stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")


def memory(pid: int, key: str) -> float:
    """`VmRSS` or `VmHWM`, in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(key + ":"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"no {key}")


async def burst(client: Client, task_queue: str, workflows: str, case: Case, count: int) -> str:
    workflow_id = f"burst-{uuid.uuid4().hex}"
    spec = {
        "activity": case.activity,
        "count": count,
        "parallel": case.parallel,
        "size": case.size,
        "taskQueue": task_queue,
        "startToClose": 120,
    }
    right = await client.execute_workflow(Burst.run, spec, id=workflow_id, task_queue=workflows)
    if right != count:
        sys.exit(f"{case.name}: {right} of {count} results are right")
    return workflow_id


async def latencies(client: Client, workflow_id: str) -> list[float]:
    history = await common.raw_history(client, workflow_id)
    scheduled = {}
    result = []
    for event in history.events:
        if event.HasField("activity_task_scheduled_event_attributes"):
            scheduled[event.event_id] = event.event_time.ToNanoseconds()
        if event.HasField("activity_task_completed_event_attributes"):
            start = scheduled[event.activity_task_completed_event_attributes.scheduled_event_id]
            result.append((event.event_time.ToNanoseconds() - start) / 1e6)
    return result


async def measure(kind: str, command: list[str], client: Client, workflows: str, case: Case) -> Sample:
    task_queue = f"{kind}-{uuid.uuid4().hex[:8]}"
    log = open(os.devnull, "w")
    process = subprocess.Popen([*command, task_queue], stdout=log, stderr=log)
    try:
        small = Case("warm", "greet", 1, 10)
        await burst(client, task_queue, workflows, small, 20)
        idle = memory(process.pid, "VmRSS")
        await burst(client, task_queue, workflows, case, max(2, case.count // 20))
        before = processor_seconds(process.pid)
        workflow_id = await burst(client, task_queue, workflows, case, case.count)
        used = processor_seconds(process.pid) - before
        times = sorted(await latencies(client, workflow_id))
        return Sample(
            worker=kind,
            case=case.name,
            activities_per_cpu_second=case.count / used,
            p50_milliseconds=statistics.median(times),
            p99_milliseconds=times[min(len(times) - 1, int(len(times) * 0.99))],
            idle_mebibytes=idle,
            peak_mebibytes=memory(process.pid, "VmHWM"),
        )
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def best(samples: list[Sample]) -> Sample:
    """Of several rounds: the median of each number."""
    first = samples[0]
    values = {
        key: statistics.median(getattr(sample, key) for sample in samples)
        for key in asdict(first)
        if key not in ("worker", "case")
    }
    return Sample(worker=first.worker, case=first.case, **values)


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", required=True)
    parser.add_argument("--binary", help="the built native-worker")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cases", default="small,1 MiB,20 MiB")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    common.quiet()
    if arguments.serve:
        return await serve(arguments.server, arguments.serve)

    os.environ["TEMPORAL_ADDRESS"] = arguments.server
    os.environ["LOG_LEVEL"] = "error"
    commands = {
        "swift": [arguments.binary],
        "python": [sys.executable, __file__, "--server", arguments.server, "--serve"],
    }
    workflows = f"workflows-{uuid.uuid4().hex[:8]}"
    results: list[Sample] = []
    async with connected(arguments.server) as client, Worker(client, task_queue=workflows, workflows=[Burst]):
        for case in (case for case in CASES if case.name in arguments.cases.split(",")):
            samples: dict[str, list[Sample]] = {kind: [] for kind in commands}
            for round_number in range(arguments.rounds):
                # Each goes first in turn.
                for kind in sorted(commands, reverse=round_number % 2 == 0):
                    samples[kind].append(await measure(kind, commands[kind], client, workflows, case))
                    print(f"  {samples[kind][-1]}", file=sys.stderr)
            results += [best(samples[kind]) for kind in commands]

    print(f"\nmedians of {arguments.rounds} rounds\n")
    print("| values | worker | activities per CPU second | p50 | p99 | memory idle | peak |")
    print("|---|---|---|---|---|---|---|")
    for sample in results:
        print(
            f"| {sample.case} | {sample.worker} | {sample.activities_per_cpu_second:.0f} "
            f"| {sample.p50_milliseconds:.1f} ms | {sample.p99_milliseconds:.1f} ms "
            f"| {sample.idle_mebibytes:.0f} MiB | {sample.peak_mebibytes:.0f} MiB |"
        )
    for swift, python in zip(results[::2], results[1::2]):
        print(
            f"{swift.case}: {swift.activities_per_cpu_second / python.activities_per_cpu_second:.1f} times the activities "
            f"per CPU second, {swift.peak_mebibytes / python.peak_mebibytes:.2f} of the peak memory"
        )
    if arguments.json:
        arguments.json.write_text(json.dumps([asdict(sample) for sample in results], indent=2) + "\n")


if __name__ == "__main__":
    asyncio.run(main())
    common.leave(0)
