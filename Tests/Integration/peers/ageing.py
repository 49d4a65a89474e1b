# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""ES-R3: load while the server ends its connections by age, every few seconds: no call fails for that.

    ageing.py --server 127.0.0.1:7233 --binary .build/debug/temporal-storage --seconds 60

The server has to run with `frontend.keepAliveMaxConnectionAge` at `"3s"`, which is checked first. Clients start
workflows (some with payloads that are stored), signal them and poll, through a sidecar. A call may end well or, a poll,
at its deadline; everything else is a failure, and so is a line in the sidecar's log that speaks of an outage. The same
load goes straight to the server beside it, for comparison. The last line is `N passed, N failed`.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
import uuid
from collections import Counter
from pathlib import Path

from temporalio.api.common.v1 import Payload, Payloads, WorkflowExecution, WorkflowType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import (
    PollWorkflowTaskQueueRequest,
    SignalWorkflowExecutionRequest,
    StartWorkflowExecutionRequest,
)

from raw_http2 import Connection
from sidecar import Caller, Sidecar, running_sidecar
from wire import DESCRIBE, fields


def ends_by_age(server: str, seconds: float) -> bool:
    """Whether the server says goodbye to a connection on which nothing is wrong."""
    connection = Connection(server)
    try:
        deadline = time.monotonic() + seconds
        while connection.alive and time.monotonic() < deadline:
            connection.wait(connection.start(fields(), DESCRIBE))
            time.sleep(0.1)
        return connection.reason == "go away 0"
    finally:
        connection.close()


class Load:
    """What clients do, and how it ends."""

    def __init__(self, address: str, until: float) -> None:
        self.address = address
        self.until = until
        self.codes: Counter[str] = Counter()
        self.failures: list[str] = []

    def note(self, what: str, answer, *fine: str) -> None:
        self.codes[f"{what} {answer.code}"] += 1
        if answer.code != "OK" and answer.code not in fine:
            self.failures.append(f"{what}: {answer}")

    async def client(self, number: int) -> None:
        async with Caller(self.address) as caller:
            while time.monotonic() < self.until:
                workflow_id = f"ageing-{uuid.uuid4().hex[:12]}"
                size = 300_000 if number % 4 == 0 else 100
                request = StartWorkflowExecutionRequest(
                    namespace="default",
                    workflow_id=workflow_id,
                    workflow_type=WorkflowType(name="Nothing"),
                    task_queue=TaskQueue(name=f"ageing-{number}"),
                    input=Payloads(payloads=[Payload(metadata={"encoding": b"binary/plain"}, data=bytes(size))]),
                    request_id=uuid.uuid4().hex,
                )
                request.workflow_run_timeout.FromSeconds(5)
                self.note("start", await caller.call("StartWorkflowExecution", request))
                signal = SignalWorkflowExecutionRequest(
                    namespace="default",
                    workflow_execution=WorkflowExecution(workflow_id=workflow_id),
                    signal_name="s",
                    request_id=uuid.uuid4().hex,
                )
                self.note("signal", await caller.call("SignalWorkflowExecution", signal), "NOT_FOUND")
                await asyncio.sleep(0.05)  # A pace, so that the server's store is not what is measured.

    async def poller(self, number: int) -> None:
        async with Caller(self.address) as caller:
            while time.monotonic() < self.until:
                request = PollWorkflowTaskQueueRequest(
                    namespace="default", task_queue=TaskQueue(name=f"idle-{number}"), identity="ageing"
                )
                answer = await caller.call("PollWorkflowTaskQueue", request, timeout=10)
                self.note("poll", answer, "DEADLINE_EXCEEDED")

    async def run(self, clients: int, pollers: int) -> None:
        async with asyncio.TaskGroup() as group:
            for number in range(clients):
                group.create_task(self.client(number))
            for number in range(pollers):
                group.create_task(self.poller(number))


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

    aged = await asyncio.to_thread(ends_by_age, arguments.server, 10)
    report("the server ends connections by age", "" if aged else "it does not: set frontend.keepAliveMaxConnectionAge")
    with tempfile.TemporaryDirectory() as directory:
        flags = ("--target", arguments.server, "--driver", "local-disk", "--store", directory)
        log = Path(directory) / "sidecar.log"
        async with running_sidecar(arguments.binary, log, *flags) as sidecar:
            until = time.monotonic() + arguments.seconds
            straight, through = Load(arguments.server, until), Load(sidecar.address, until)
            _, _, reachable = await asyncio.gather(
                straight.run(arguments.clients // 4, arguments.pollers // 4),
                through.run(arguments.clients, arguments.pollers),
                watch(sidecar, until),
            )
            outages = [line for line in sidecar.logged().splitlines() if "reach" in line]
    for name, load in (("straight", straight), ("through the sidecar", through)):
        print(f"{name}: {', '.join(f'{key} {count}' for key, count in sorted(load.codes.items()))}")
    shown = "; ".join(sorted(set(through.failures))[:5])
    report("no call fails", f"{len(through.failures)} calls failed: {shown}" if through.failures else "",
           f"{sum(through.codes.values())} calls; straight {len(straight.failures)} failed")
    report("no outage in the log", " | ".join(outages[:3]))
    report("the server counts as reachable all the time", "" if reachable else "the metric was 0")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


async def watch(sidecar: Sidecar, until: float) -> bool:
    reachable = True
    while time.monotonic() < until:
        reachable = reachable and await sidecar.metric("temporal_storage_proxy_upstream_reachable") == 1
        await asyncio.sleep(0.5)  # There is nothing to wait on: metrics are asked for.
    return reachable


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", required=True, help="the server, with connections that end by age")
    parser.add_argument("--binary", required=True, type=Path, help="the command temporal-storage")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--pollers", type=int, default=120)
    return asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    sys.exit(main())
