# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""ES-R7: memory stays within its budget, and small calls stay quick, whatever clients do.

    soak.py --server 127.0.0.1:7233 --binary .build/release/temporal-storage --seconds 1800 --polls 1000 --clients 200

Long polls wait; clients make small calls; some send bodies of 20 MiB, several at a time; some ask for large answers and
do not read them; some leave in the middle. One more process makes small calls and measures them, first alone and then
beside all of that, and another one makes them straight to the server. Each group is a process of its own, so that none
slows another down. Checked: no small call fails, memory stays below the budget and what the process needs besides, and is
no higher in the last third than in the second. The last line is `N passed, N failed`.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import multiprocessing
import random
import re
import statistics
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from temporalio.api.common.v1 import Payload, Payloads, WorkflowExecution, WorkflowType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import (
    GetWorkflowExecutionHistoryRequest,
    PollWorkflowTaskQueueRequest,
    StartWorkflowExecutionRequest,
)

from raw_http2 import Connection
from sidecar import Caller, running_sidecar
from wire import fields, framed

MIB = 1_048_576
LARGE = 20 * MIB


def start(workflow_id: str, payload: bytes) -> StartWorkflowExecutionRequest:
    request = StartWorkflowExecutionRequest(
        namespace="default",
        workflow_id=workflow_id,
        workflow_type=WorkflowType(name="Nothing"),
        task_queue=TaskQueue(name="soak-nobody"),
        input=Payloads(payloads=[Payload(metadata={"encoding": b"binary/plain"}, data=payload)]),
        request_id=uuid.uuid4().hex,
    )
    request.workflow_run_timeout.FromSeconds(30)
    return request


# ---- what clients do: each returns what there is to say in the end ----------------------------------------------


async def polls(address: str, until: float, count: int) -> dict[str, Any]:
    codes: Counter[str] = Counter()

    async def one(caller: Caller, number: int) -> None:
        request = PollWorkflowTaskQueueRequest(
            namespace="default", task_queue=TaskQueue(name=f"soak-idle-{number}"), identity="soak"
        )
        # The server refuses polls that have hardly any time.
        while (left := until - time.time()) > 5:
            codes[(await caller.call("PollWorkflowTaskQueue", request, timeout=min(60, left + 1))).code] += 1

    callers = [Caller(address) for _ in range(max(1, count // 50))]
    await asyncio.gather(*(one(callers[number % len(callers)], number) for number in range(count)))
    for caller in callers:
        await caller.channel.close()
    return {"codes": codes}


async def small(address: str, until: float, count: int) -> dict[str, Any]:
    codes: Counter[str] = Counter()

    async def one() -> None:
        async with Caller(address) as caller:
            while time.time() < until:
                codes[(await caller.call("GetSystemInfo")).code] += 1
                await asyncio.sleep(random.uniform(0.1, 1))  # A pace: the clients are many, and their machine is small.

    await asyncio.gather(*(one() for _ in range(count)))
    return {"codes": codes}


async def large(address: str, until: float, count: int) -> dict[str, Any]:
    codes: Counter[str] = Counter()

    async def one(number: int) -> None:
        async with Caller(address) as caller:
            while time.time() < until:
                payload = random.randbytes(64) + bytes(LARGE - 64)
                request = start(f"soak-{uuid.uuid4().hex[:12]}", payload)
                codes[(await caller.call("StartWorkflowExecution", request, timeout=60)).code] += 1

    await asyncio.gather(*(one(number) for number in range(count)))
    return {"codes": codes}


async def rude(address: str, until: float, count: int) -> dict[str, Any]:
    """Clients that do not read what they ask for, and clients that leave in the middle of a body."""
    workflow_id = f"soak-{uuid.uuid4().hex[:12]}"
    async with Caller(address) as caller:
        await caller.call("StartWorkflowExecution", start(workflow_id, bytes(4 * MIB)))
    history = GetWorkflowExecutionHistoryRequest(
        namespace="default", execution=WorkflowExecution(workflow_id=workflow_id)
    ).SerializeToString()
    left = 0

    def deaf() -> None:
        """Asks 20 times for an answer of 4 MiB, and reads nothing."""
        connection = Connection(address)
        for _ in range(20):
            connection.start(fields(method=b"GetWorkflowExecutionHistory"), framed(history))
        time.sleep(min(10, max(0, until - time.time())))
        connection.close()

    def leaving() -> None:
        connection = Connection(address)
        stream = connection.start(fields(method=b"StartWorkflowExecution"), None, ends=False)
        connection.send(stream, framed(bytes(100_000), length=LARGE), ends=False)
        connection.close()

    async def one(number: int) -> None:
        nonlocal left
        while time.time() < until:
            await asyncio.to_thread(deaf if number % 2 else leaving)
            left += 1
            await asyncio.sleep(0.2)  # A pace.

    await asyncio.gather(*(one(number) for number in range(count)))
    return {"codes": {}, "left": left}


async def probe(address: str, until: float, count: int) -> dict[str, Any]:
    codes: Counter[str] = Counter()
    times: list[float] = []
    async with Caller(address) as caller:
        while time.time() < until:
            began = time.perf_counter()
            codes[(await caller.call("GetSystemInfo")).code] += 1
            times.append(time.perf_counter() - began)
            await asyncio.sleep(0.01)  # A pace: one call at a time is measured, not a load.
    cuts = statistics.quantiles(times, n=100) if len(times) > 10 else [0.0] * 99
    return {"codes": codes, "p50": cuts[49] * 1_000, "p99": cuts[98] * 1_000, "count": len(times)}


def threads(pid: int) -> dict[str, tuple[float, float]]:
    """For each thread of a process: how long it ran, and how long it wanted to and got no processor, in seconds."""
    found: dict[str, tuple[float, float]] = {}
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(OSError):
            ran, waited, _ = (task / "schedstat").read_text().split()
            found[f"{(task / 'comm').read_text().strip()} {task.name}"] = (int(ran) / 1e9, int(waited) / 1e9)
    return found


Role = Callable[[str, float, int], Coroutine[Any, Any, dict[str, Any]]]


def play(role: Role, address: str, until: float, count: int, results: Any) -> None:
    try:
        results.put((role.__name__, asyncio.run(role(address, until, count))))
    except Exception as error:  # noqa: BLE001  (what it was is the result)
        results.put((role.__name__, {"codes": {}, "error": f"{type(error).__name__}: {error}"}))


async def together(roles: dict[Role, int], address: str, seconds: float, watch: Any = None) -> dict[str, dict[str, Any]]:
    context = multiprocessing.get_context("fork")
    results = context.Queue()
    until = time.time() + seconds
    processes = [
        context.Process(target=play, args=(role, address, until, count, results)) for role, count in roles.items()
    ]
    for process in processes:
        process.start()
    answers: dict[str, dict[str, Any]] = {}
    while len(answers) < len(processes):
        if watch:
            await watch()
        while not results.empty():
            name, answer = results.get()
            answers[name] = answer
        if time.time() > until + 120:
            break
        await asyncio.sleep(0.5)  # Memory is looked at twice a second.
    for process in processes:
        process.kill() if time.time() > until + 120 else process.join()
    return answers


async def run(arguments: argparse.Namespace) -> int:
    passed = failed = 0

    def report(name: str, fault: str, note: str = "") -> None:
        nonlocal passed, failed
        if fault:
            failed += 1
            print(f"FAIL {name} {fault}", flush=True)
        else:
            passed += 1
            print(f"ok {name}{': ' + note if note else ''}", flush=True)

    with tempfile.TemporaryDirectory() as directory:
        flags = ("--target", arguments.server, "--driver", "local-disk", "--store", directory,
                 "--memory-bytes", str(arguments.memory))
        async with running_sidecar(arguments.binary, Path(directory) / "sidecar.log", *flags) as sidecar:
            memory: list[tuple[int, int]] = []

            async def watch() -> None:
                # Nobody reads the large bodies again, and half an hour of them is more than a disk has.
                for file in Path(directory).rglob("*"):
                    with contextlib.suppress(OSError):
                        if file.stat().st_size >= LARGE and time.time() - file.stat().st_mtime > 30:
                            file.unlink()
                status = Path(f"/proc/{sidecar.process.pid}/status").read_text()
                found = re.search(r"VmRSS:\s+(\d+) kB", status)
                taken = await sidecar.metric("temporal_storage_proxy_memory_bytes")
                memory.append((int(found.group(1)) * 1_024 if found else 0, int(taken)))

            async def straight(_: str, until: float, count: int) -> dict[str, Any]:
                """The same calls to the server itself: how slow the machine is by now, whatever the sidecar does."""
                return await probe(arguments.server, until, count)

            alone = await together({probe: 1}, sidecar.address, max(5, arguments.seconds / 10))
            before = threads(sidecar.process.pid)
            beside = await together(
                {
                    probe: 1,
                    straight: 1,
                    polls: arguments.polls,
                    small: arguments.clients,
                    large: arguments.large,
                    rude: arguments.rude,
                },
                sidecar.address,
                arguments.seconds,
                watch,
            )
            after = threads(sidecar.process.pid)
            await asyncio.sleep(1)
            rest = await sidecar.metric("temporal_storage_proxy_memory_bytes")
            active = await sidecar.active_calls()
    for name, (ran, waited) in sorted(after.items(), key=lambda entry: -sum(entry[1]))[:8]:
        ran, waited = ran - before.get(name, (0, 0))[0], waited - before.get(name, (0, 0))[1]
        print(f"thread {name}: ran {ran:.1f} s, waited {waited:.1f} s for a processor")
    for name, answer in beside.items():
        print(f"{name}: {json.dumps(answer)}")
    small_codes = Counter(beside.get("small", {}).get("codes", {})) + Counter(beside["probe"]["codes"])
    bad = {code: number for code, number in small_codes.items() if code != "OK"}
    report("small calls succeed", f"{bad}" if bad else "", f"{sum(small_codes.values())} calls")
    poll_codes = set(beside.get("polls", {}).get("codes", {})) - {"OK", "DEADLINE_EXCEEDED"}
    report("polls end well, or at their deadline", f"{beside['polls']['codes']}" if poll_codes else "")
    sizes = [size for size, _ in memory] or [0]
    third = max(1, len(sizes) // 3)
    middle, last = max(sizes[third : 2 * third] or [0]), max(sizes[2 * third :] or [0])
    note = f"peak {max(sizes) / MIB:.0f} MiB, of it counted {max(taken for _, taken in memory) / MIB:.0f} MiB"
    limit = arguments.memory + arguments.besides
    report("memory stays within the budget", "" if max(sizes) <= limit else f"{note}, more than {limit / MIB:.0f} MiB", note)
    note = f"second third {middle / MIB:.0f} MiB, last {last / MIB:.0f} MiB"
    # Shorter, it is still growing towards what the clients ask for; the budget holds all the same.
    grows = arguments.seconds >= 300 and last > 1.15 * middle + 32 * MIB
    report("memory is flat" if arguments.seconds >= 300 else "memory, shown", note if grows else "", note)
    report("nothing is left", "" if rest == 0 and active == 0 else f"{rest:.0f} bytes are taken, {active:.0f} calls go on")
    note = "; ".join(
        f"{name} p50 {times['p50']:.2f} ms, p99 {times['p99']:.2f} ms"
        for name, times in (
            ("alone", alone["probe"]),
            ("beside all that", beside["probe"]),
            ("straight to the server beside it", beside["straight"]),
        )
    )
    # Where clients, server and sidecar share a machine that is full, a call straight to the server is no quicker.
    yardstick = max(alone["probe"]["p99"], beside["straight"]["p99"])
    slow = arguments.p99_factor and beside["probe"]["p99"] > arguments.p99_factor * yardstick
    report("small calls stay quick", note if slow else "", note)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", required=True, help="the server")
    parser.add_argument("--binary", required=True, type=Path, help="the command temporal-storage")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--polls", type=int, default=200)
    parser.add_argument("--clients", type=int, default=20)
    parser.add_argument("--large", type=int, default=8, help="bodies of 20 MiB at a time")
    parser.add_argument("--rude", type=int, default=6, help="clients that do not read, and that leave")
    parser.add_argument("--memory", type=int, default=256 * MIB, help="the sidecar's memory limit, in bytes")
    parser.add_argument("--besides", type=int, default=400 * MIB, help="what the process may need besides, in bytes")
    parser.add_argument("--p99-factor", type=float, default=0, help="how much slower small calls may be; 0 only shows it")
    return asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    sys.exit(main())
