# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""Random workflows in Swift while workers are killed, runs are dropped and the server is restarted; prints a tally.

    eval "$(Scripts/dev-services env)"
    stress.py --services .services --binary .build/debug/WorkflowStress --seconds 60

Starts workers with different shares of dropped runs, and workflows that do what a seed says (`stress_plan.py`). They
get signals, also in bursts when they end, updates, of which some are rejected, queries and cancellations; some are
terminated. They call Nexus operations of a worker in Python, which runs in this process. Workers are killed and
stopped, and so is the server; with `--bucket` large values are in the S3 server of these services, and that goes away
for some seconds, too. Of every run that has ended the history is taken: its result must hold each signal and each
accepted update exactly once and be what the plan says, no task may have failed but for a store that was away, and the
history is replayed from its first event. The last line is `N passed, N failed`: one for each run, and one for each
check at the end. What does not fit is kept in the directory that is named.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import logging
import os
import random
import re
import signal
import sys
import time
import traceback
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aioboto3
from common import leave, quiet, raw_history, storage_converter
from google.protobuf import json_format
from local_disk_driver import LocalDiskStorageDriver
from native_peer import Echo, LettersHandler, Waits
from stress_plan import Plan, known, note
from temporalio.api.common.v1 import Payload
from temporalio.api.common.v1 import WorkflowExecution as Execution
from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.api.history.v1 import History
from temporalio.api.nexus.v1 import EndpointSpec, EndpointTarget
from temporalio.api.operatorservice.v1 import CreateNexusEndpointRequest
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowExecution,
    WorkflowHandle,
    WorkflowQueryFailedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.contrib.aws.s3driver import S3StorageDriver
from temporalio.contrib.aws.s3driver.aioboto3 import new_aioboto3_client
from temporalio.converter import StorageDriver
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import Worker as PythonWorker

ROOT = Path(__file__).resolve().parents[3]
THRESHOLD = 2_000
"""Bytes: low, so that ledgers of walks with many messages are stored too."""
MEMORY = 512 * 1024
"""KiB that no process may need: what has ended must leave memory."""
LONG = 900
"""Seconds after which there must have been faults and messages of every kind."""
EMPTY = {"trace": [], "signals": [], "updates": [], "violations": [], "isCancelled": False}
HARMLESS = {"UNHANDLED_COMMAND", "FORCE_CLOSE_COMMAND", "RESET_WORKFLOW"}
"""Why a task may fail without a fault of the worker."""
OUTAGE_MARGIN = 30
"""For how many seconds after the store was away something may still fail of it: requests are tried again and again."""


class StoreAway(Exception):
    """The store did not answer while it was away."""


@dataclass
class Worker:
    """A process that polls, with settings of its own."""

    process: asyncio.subprocess.Process
    tally: Path
    log: Path
    settings: str


@dataclass
class Root:
    """A walk that was started here, and what it was sent."""

    id: str
    seed: int
    certain_signals: set[str] = field(default_factory=set)
    possible_signals: set[str] = field(default_factory=set)
    certain_updates: set[str] = field(default_factory=set)
    possible_updates: set[str] = field(default_factory=set)
    is_terminated: bool = False
    is_reset: bool = False
    closed: asyncio.Event = field(default_factory=asyncio.Event)
    updates: Counter[str] = field(default_factory=Counter)
    """Those that its last run has seen."""


class Stress:
    def __init__(self, arguments: argparse.Namespace, client: Client, plain: Client) -> None:
        self.arguments = arguments
        self.client = client
        self.plain = plain
        self.random = random.Random(arguments.seed)
        self.folder: Path = arguments.logs
        self.queue = f"stress-{arguments.seed}-{os.getpid()}"
        self.counts: Counter[str] = Counter()
        self.findings: list[str] = []
        self.workers: list[Worker] = []
        self.past: Counter[str] = Counter()
        self.roots: dict[str, Root] = {}
        self.open: set[str] = set()
        self.seen: set[str] = set()
        self.sent: list[tuple[str, str]] = []
        """Signals that walks say they have delivered: to whom, and which."""
        self.signals: dict[str, Counter[str]] = {}
        """Signals that walks have seen, by their ids; those are missing that ended without saying so."""
        self.server_is_up = asyncio.Event()
        self.server_is_up.set()
        self.outages: list[tuple[float, float]] = []
        """When the store was away, by the clock of the machine; the last one may not be over."""
        self.reading = asyncio.Lock()
        """Held while a history is read with its values, and while the store is away."""
        self.fault = asyncio.Lock()
        """Held while there is a fault."""
        self.memory: Counter[str] = Counter()
        """The most that a process of each kind had, in KiB."""
        self.replayer: asyncio.subprocess.Process | None = None

    def found(self, text: str) -> None:
        self.findings.append(text)
        print(f"FAIL {text}", flush=True)

    # --- Processes -----------------------------------------------------------------------------------------------

    async def start_worker(self) -> None:
        cached, dropped = self.random.choice([(1000, 0), (1000, 0.1), (1000, 0.5), (1000, 1), (3, 0), (0, 0)])
        slots = self.random.choice(["100", "100", "100", "4", "2", "1", "resource-based", "resource-based"])
        pollers = self.random.choice(["5", "2", "autoscaling"])
        eager = self.random.choice(["eager", "no-eager"])
        name = f"worker-{self.counts['workers']}"
        self.counts["workers"] += 1
        tally, log = self.folder / f"{name}.json", self.folder / f"{name}.log"
        with log.open("wb") as output:
            process = await asyncio.create_subprocess_exec(
                self.arguments.binary,
                *("serve", "--server", self.arguments.server, "--task-queue", self.queue, "--tally", tally),
                *("--store", self.arguments.store, "--threshold", str(THRESHOLD)),
                *("--cached", str(cached), "--dropped", str(dropped)),
                *("--slots", slots, "--pollers", pollers, f"--{eager}"),
                stdout=output,
                stderr=output,
                env={**os.environ, "WORKFLOW_STRESS_MISTAKE": self.arguments.mistake},
            )
        for setting in (f"slots: {slots}", f"pollers: {pollers}", eager):
            self.counts[f"workers with {setting}"] += 1
        settings = f"{cached} runs, {dropped:.0%} dropped, {slots} slots, {pollers} pollers, {eager}"
        self.workers.append(Worker(process, tally, log, settings))

    async def end_worker(self, worker: Worker, number: int) -> None:
        if worker.process.returncode is not None:
            self.found(f"a worker ({worker.settings}) ended by itself with {worker.process.returncode}: {worker.log}")
        else:
            worker.process.send_signal(number)
            try:
                async with asyncio.timeout(40):
                    code = await worker.process.wait()
                if number == signal.SIGTERM and code != 0:
                    self.found(f"a worker ended with {code} after SIGTERM: {worker.log}")
            except TimeoutError:
                self.found(f"a worker is still there 40 s after SIGTERM: {worker.log}")
                worker.process.kill()
                await worker.process.wait()
        self.workers.remove(worker)
        if worker.tally.exists():
            self.past.update(json.loads(worker.tally.read_text()))
            worker.tally.unlink()
        text = worker.log.read_text(errors="replace")
        failed = [
            line
            for line in text.splitlines()
            if "A workflow task failed" in line and not (self.is_of_store(line) and self.was_away(moment(line)))
        ]
        for line in failed[:3]:
            self.found(f"a task failed: {line[:600]}")
        if not failed and not re.search("fatal|crash|precondition", text, re.IGNORECASE):
            worker.log.unlink()

    async def services(self, *command: str) -> None:
        for _ in range(3):
            process = await asyncio.create_subprocess_exec(
                ROOT / "Scripts/dev-services",
                *("--dir", self.arguments.services, *command),
                stdout=asyncio.subprocess.DEVNULL,
            )
            if await process.wait() == 0:
                return
            # A server that was slow to answer is there, or is started again.
            command = ("up", command[-1])
        raise RuntimeError("the server does not come back")

    async def shake(self) -> None:
        """Ends workers, the server and the store, again and again."""
        since_server = 0.0
        while True:
            pause = self.random.uniform(2, 7)
            await asyncio.sleep(pause)  # The distance between two faults.
            since_server += pause
            kind = self.random.randrange(12)
            async with self.fault:
                if since_server > self.arguments.server_pause:
                    since_server = 0
                    if self.arguments.bucket and self.random.random() < 0.5:
                        await self.take_store_away(kind < 5)
                    else:
                        await self.restart_server(kind < 5)
                else:
                    await self.end_one(kind)

    async def restart_server(self, is_killed: bool) -> None:
        self.server_is_up.clear()
        if is_killed:
            self.counts["server killed"] += 1
            await self.services("kill", "temporal")
            await self.services("up", "temporal")
        else:
            self.counts["server restarted"] += 1
            await self.services("restart", "temporal")
        self.server_is_up.set()

    async def take_store_away(self, is_killed: bool) -> None:
        """Ends the store, and starts it some seconds later."""
        self.counts["store killed" if is_killed else "store stopped"] += 1
        async with self.reading:
            # Histories and logs are read to the second.
            began = int(time.time())
            self.outages.append((began, float("inf")))
            await self.services("kill" if is_killed else "down", "s3")
            await asyncio.sleep(self.random.uniform(1, 12))  # How long it is away.
            await self.services("up", "s3")
            await self.wait_for_store()
            self.outages[-1] = (began, time.time())

    async def wait_for_store(self) -> None:
        """Waits until the store takes values and gives them back, which it does some moments after it says it is there."""
        converter = self.client.data_converter
        async with asyncio.timeout(60):
            while True:
                try:
                    await converter.decode(await converter.encode([known(str(uuid.uuid4()), True)]), [str])
                    return
                except RuntimeError:
                    await asyncio.sleep(0.2)  # Between two tries.

    def was_away(self, since: float, until: float | None = None) -> bool:
        """Whether the store was away at a time, or between two times, or a short while before."""
        until = since if until is None else until
        return any(began <= until and since <= ended + OUTAGE_MARGIN for began, ended in self.outages)

    def is_of_store(self, text: str) -> bool:
        """Whether a message is about a store that does not answer."""
        return f"bucket={self.arguments.bucket}" in text

    @contextlib.contextmanager
    def store_faults(self) -> Iterator[None]:
        """Makes what a client throws because its store is away a `StoreAway`."""
        began = time.time()
        try:
            yield
        except RuntimeError as error:
            if not (self.is_of_store(str(error)) and self.was_away(began, time.time())):
                raise
            self.counts["calls of clients without their store"] += 1
            raise StoreAway from error

    async def end_one(self, kind: int) -> None:
        """Ends a worker, or freezes it."""
        worker = self.random.choice(self.workers)
        if kind > 9:
            await self.freeze(worker)
            return
        self.counts["workers killed" if kind < 7 else "workers stopped"] += 1
        await self.end_worker(worker, signal.SIGKILL if kind < 7 else signal.SIGTERM)
        await self.start_worker()

    async def freeze(self, worker: Worker) -> None:
        """Stops a worker for longer than a task may take, or not: it goes on with what others do by then."""
        self.counts["workers frozen"] += 1
        worker.process.send_signal(signal.SIGSTOP)
        try:
            await asyncio.sleep(self.random.uniform(1, 14))  # How long it is frozen.
        finally:
            worker.process.send_signal(signal.SIGCONT)

    async def watch_memory(self) -> None:
        while True:
            processes = [("a worker", worker.process) for worker in self.workers]
            if self.replayer is not None:
                processes.append(("the replayer", self.replayer))
            for kind, process in processes:
                try:
                    status = Path(f"/proc/{process.pid}/status").read_text()
                except OSError:
                    continue
                if match := re.search(r"VmHWM:\s+(\d+) kB", status):
                    self.memory[kind] = max(self.memory[kind], int(match.group(1)))
            await asyncio.sleep(1)  # The distance between two samples.

    # --- Nexus operations ----------------------------------------------------------------------------------------

    @property
    def endpoint(self) -> str:
        """The name of the endpoint that leads to the worker in Python, and of that worker's task queue."""
        return f"{self.queue}-nexus"

    async def create_endpoint(self) -> None:
        target = EndpointTarget.Worker(namespace=self.plain.namespace, task_queue=self.endpoint)
        await self.plain.operator_service.create_nexus_endpoint(
            CreateNexusEndpointRequest(spec=EndpointSpec(name=self.endpoint, target=EndpointTarget(worker=target)))
        )

    async def handle_operations(self) -> None:
        """Handles Nexus operations; a worker that gives up because the server is away is followed by another."""
        while True:
            worker = PythonWorker(
                self.client,
                task_queue=self.endpoint,
                workflows=[Echo, Waits],
                nexus_service_handlers=[LettersHandler()],
                graceful_shutdown_timeout=timedelta(0),
            )
            try:
                await worker.run()
            except RuntimeError as error:
                self.counts["handlers of Nexus operations begun again"] += 1
                print(f"The worker in Python has given up: {error}", flush=True)

    # --- Walks ---------------------------------------------------------------------------------------------------

    async def start(self, root: Root, chance: random.Random) -> WorkflowHandle[Any, Any] | None:
        walk = {
            "seed": root.seed, "depth": 0, "from": 0, "waits": chance.random() < 0.7, "isFinished": False, "ledger": EMPTY,
            "endpoint": self.endpoint,
        }  # fmt: skip
        others = [id for id in self.open if id != root.id]
        if others and chance.random() < 0.8:
            walk["sibling"] = chance.choice(others)
        options: dict[str, Any] = {
            "id": root.id,
            "task_queue": self.queue,
            "task_timeout": timedelta(seconds=2) if chance.random() < 0.25 else None,
        }
        if chance.random() < 0.15 and await self.start_with_update(root, walk, options):
            return self.client.get_workflow_handle(root.id)
        if chance.random() < 0.2:
            options["start_signal"] = "poke"
            options["start_signal_args"] = [note(f"{root.id}:0", chance.random() < 0.3)]
        for attempt in range(60):
            try:
                with self.store_faults():
                    handle = await self.client.start_workflow("Walk", walk, **options)
                if "start_signal" in options:
                    root.certain_signals.add(f"{root.id}:0")
                return handle
            except WorkflowAlreadyStartedError:
                return self.client.get_workflow_handle(root.id)
            except (RPCError, StoreAway):
                self.counts["starts tried again"] += 1
                if options.pop("start_signal", None):
                    # It may have come, and a second one would be another one.
                    options.pop("start_signal_args")
                    root.possible_signals.add(f"{root.id}:0")
                await self.server_is_up.wait()
                await asyncio.sleep(0.2 * (attempt + 1))  # Before the next try.
        self.found(f"{root.id} could not be started")
        return None

    async def start_with_update(self, root: Root, walk: dict[str, Any], options: dict[str, Any]) -> bool:
        """Starts a walk with an update, in one call; or says that it may not have been started."""
        token = f"{root.id}:u"
        start = WithStartWorkflowOperation(
            "Walk", walk, **options, id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING
        )  # type: ignore[call-overload]
        try:
            async with asyncio.timeout(30):
                with self.store_faults():
                    answer = await self.client.execute_update_with_start_workflow(
                        "add", note(token, True), start_workflow_operation=start, id=token, result_type=str
                    )
        except (
            RPCError, WorkflowUpdateRPCTimeoutOrCancelledError, WorkflowAlreadyStartedError, TimeoutError, StoreAway
        ):  # fmt: skip
            root.possible_updates.add(token)
            self.counts["updates with an unknown end"] += 1
            return False
        if answer != known(f"{token}+", True):
            self.found(f"{root.id}: the update of its start was answered with {answer[:80]}")
        root.certain_updates.add(token)
        self.counts["updates with the start"] += 1
        return True

    async def reset(self, root: Root, chance: random.Random) -> None:
        """Has the walk begin anew after one of its tasks; messages since then are given to the new run."""
        try:
            history = await raw_history(self.plain, root.id)
            done = EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
            points = [event.event_id for event in history.events if event.event_type == done]
            if not points:
                return
            root.is_reset = True
            await self.plain.workflow_service.reset_workflow_execution(
                ResetWorkflowExecutionRequest(
                    namespace=self.plain.namespace,
                    workflow_execution=Execution(workflow_id=root.id),
                    reason="as planned",
                    workflow_task_finish_event_id=chance.choice(points),
                    request_id=str(uuid.uuid4()),
                )
            )
            self.counts["resets"] += 1
        except RPCError as error:
            self.counts[f"resets without an answer: {error.status.name}"] += 1

    async def signal(self, handle: WorkflowHandle[Any, Any], root: Root, token: str, is_large: bool) -> None:
        try:
            with self.store_faults():
                await handle.signal("poke", note(token, is_large), rpc_timeout=timedelta(seconds=20))
            root.certain_signals.add(token)
            self.counts["signals"] += 1
        except RPCError as error:
            if error.status == RPCStatusCode.NOT_FOUND:
                self.counts["signals to ended workflows"] += 1
            else:
                root.possible_signals.add(token)
                self.counts["signals with an unknown end"] += 1
        except StoreAway:
            root.possible_signals.add(token)

    async def update(self, handle: WorkflowHandle[Any, Any], root: Root, token: str, is_large: bool) -> None:
        try:
            async with asyncio.timeout(60):
                with self.store_faults():
                    answer = await handle.execute_update("add", note(token, is_large), id=token, result_type=str)
            self.counts["updates accepted"] += 1
            root.certain_updates.add(token)
            if answer != known(f"{token}+", is_large) or token.endswith(("bad", "odd")):
                self.found(f"{root.id}: update {token} was answered with {answer[:80]}")
        except WorkflowUpdateFailedError as error:
            kind = error.cause.type if isinstance(error.cause, ApplicationError) else type(error.cause).__name__
            if kind == "Rejected" and token.endswith("bad"):
                self.counts["updates rejected"] += 1
            elif kind == "Odd" and token.endswith("odd"):
                self.counts["updates accepted"] += 1
                self.counts["updates failed as planned"] += 1
                root.certain_updates.add(token)
            elif root.is_terminated or root.is_reset:
                root.possible_updates.add(token)
            else:
                self.found(f"{root.id}: update {token} failed with {kind}: {error.cause}")
        except (RPCError, WorkflowUpdateRPCTimeoutOrCancelledError, TimeoutError, StoreAway) as error:
            if isinstance(error, RPCError) and error.status == RPCStatusCode.NOT_FOUND:
                self.counts["updates of ended workflows"] += 1
            else:
                self.counts["updates with an unknown end"] += 1
            root.possible_updates.add(token)

    async def query(self, handle: WorkflowHandle[Any, Any], root: Root, token: str, is_large: bool) -> None:
        began = time.time()
        try:
            if is_large or token.endswith("7"):
                asked = note(token, is_large)
                with self.store_faults():
                    answer = await handle.query("echo", asked, result_type=str, rpc_timeout=timedelta(seconds=20))
                if answer != known(f"{token}?", is_large):
                    self.found(f"{root.id}: a query was answered with {answer[:80]}")
            else:
                await handle.query("seen", result_type=list[int], rpc_timeout=timedelta(seconds=20))
            self.counts["queries"] += 1
        except WorkflowQueryFailedError as error:
            if self.is_of_store(str(error)) and self.was_away(began, time.time()):
                self.counts["queries that failed of the store"] += 1
            else:
                self.found(f"{root.id}: a query failed: {error}")
        except StoreAway:
            pass
        except RPCError as error:
            self.counts["queries without an answer"] += 1
            self.counts[f"queries without an answer: {error.status.name}"] += 1

    async def cancel(self, handle: WorkflowHandle[Any, Any]) -> None:
        try:
            await handle.cancel()
            self.counts["cancellations"] += 1
        except RPCError:
            self.counts["cancellations without an answer"] += 1

    async def walk(self, number: int) -> None:
        """One walk, from its start to its end."""
        chance = random.Random(f"{self.arguments.seed}-{number}")
        root = Root(f"{self.queue}-{number}", chance.getrandbits(52))
        self.roots[root.id] = root
        self.open.add(root.id)
        handle = await self.start(root, chance)
        if handle is None:
            return
        self.counts["walks"] += 1
        tokens = (f"{root.id}:{index}" for index in range(1, 1000))
        # What an operation comes to is told to the run that has called it, not to the one that follows from a reset.
        calls_nexus = any(step.kind.startswith("nexus") for step in Plan(root.seed, 0).steps)
        async with asyncio.TaskGroup() as group:

            def large() -> bool:
                return chance.random() < 0.15

            def burst(count: int) -> None:
                for _ in range(count):
                    group.create_task(self.signal(handle, root, next(tokens), large()))

            for _ in range(chance.randrange(2, 10)):
                await asyncio.sleep(chance.uniform(0, 1.2))  # Messages come at any time.
                match chance.randrange(14):
                    case 0 | 1 | 2:
                        burst(1)
                    case 3:
                        burst(8)
                    case 4 | 5 | 6:
                        suffix = chance.choice(["", "", "", "bad", "odd"])
                        group.create_task(self.update(handle, root, next(tokens) + suffix, large()))
                    case 7:
                        for suffix in ("", "bad", "odd", "bad"):
                            group.create_task(self.update(handle, root, next(tokens) + suffix, large()))
                    case 8 | 9 | 10:
                        for _ in range(chance.randrange(1, 4)):
                            group.create_task(self.query(handle, root, next(tokens), large()))
                    case 11 if chance.random() < 0.3:
                        await self.cancel(handle)
                    case 13 if chance.random() < 0.15 and not calls_nexus:
                        await self.reset(root, chance)
                    case 12 if chance.random() < 0.1:
                        root.is_terminated = True
                        try:
                            await handle.terminate("as planned")
                            self.counts["terminations"] += 1
                        except RPCError:
                            pass
                    case _:
                        pass
            # The end, and messages around it.
            burst(chance.randrange(0, 6))
            finish = group.create_task(self.finish(handle))
            burst(chance.randrange(0, 6))
            for suffix in ("", "bad")[: chance.randrange(3)]:
                group.create_task(self.update(handle, root, next(tokens) + suffix, False))
            if chance.random() < 0.25:
                # A storm: what the last task says does not count, again and again.
                for _ in range(chance.randrange(5, 20)):
                    burst(2)
                    await asyncio.sleep(chance.uniform(0, 0.12))  # Between two waves.
            await finish
        began = time.monotonic()
        while not root.closed.is_set():
            try:
                async with asyncio.timeout(10):
                    await root.closed.wait()
            except TimeoutError:
                if time.monotonic() - began > self.arguments.patience:
                    self.found(f"{root.id} did not end in {self.arguments.patience} s")
                    break
                await self.finish(handle)
        self.open.discard(root.id)

    async def finish(self, handle: WorkflowHandle[Any, Any]) -> None:
        try:
            await handle.signal("finish", rpc_timeout=timedelta(seconds=10))
        except RPCError:
            self.counts["ends tried again"] += 1

    # --- Runs that have ended ------------------------------------------------------------------------------------

    async def collect(self, last: bool = False) -> None:
        """Takes the runs that have ended, again and again; or all, at the end."""
        after = datetime.now(UTC) - timedelta(seconds=10)
        while True:
            query = f"TaskQueue = '{self.queue}' AND ExecutionStatus != 'Running'"
            if not last:
                query += f" AND CloseTime >= '{(after - timedelta(seconds=30)).isoformat()}'"
            now = datetime.now(UTC)
            try:
                runs = [run async for run in self.plain.list_workflows(query)]
                for run in runs:
                    if run.run_id not in self.seen:
                        async with self.reading:
                            await self.take(run)
                        self.seen.add(run.run_id)
                after = now
                if last:
                    return
            except RPCError:
                if last and not self.server_is_up.is_set():
                    raise
                self.counts["lists without an answer"] += 1
            await asyncio.sleep(1)  # The distance between two lists.

    async def take(self, run: WorkflowExecution) -> None:
        history = await raw_history(self.plain, run.id, run.run_id)
        faults = self.task_faults(history)
        kind = history.events[0].workflow_execution_started_event_attributes.workflow_type.name
        try:
            if kind == "Walk":
                faults += await self.walk_faults(run, history)
        except Exception:
            faults.append(traceback.format_exc())
        faults += await self.replay(run, history)
        self.counts["runs"] += 1
        self.counts["events"] += len(history.events)
        self.counts[f"runs {EventType.Name(history.events[-1].event_type).removeprefix('EVENT_TYPE_WORKFLOW_EXECUTION_').lower()}"] += 1
        if faults:
            path = self.folder / f"{run.id}-{run.run_id}.json"
            path.write_text(json_format.MessageToJson(history))
            for fault in faults:
                self.found(f"{run.id} {run.run_id}: {fault} ({path})")
        ongoing = {EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW}
        root = self.roots.get(run.id)
        if root and root.is_reset and not root.is_terminated:
            ongoing.add(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED)
        if root and history.events[-1].event_type not in ongoing:
            root.closed.set()

    def task_faults(self, history: History) -> list[str]:
        faults = []
        for event in history.events:
            match event.event_type:
                case EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
                    self.counts["tasks"] += 1
                case EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT:
                    self.counts["tasks timed out"] += 1
                case EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED:
                    attributes = event.workflow_task_failed_event_attributes
                    cause = WorkflowTaskFailedCause.Name(attributes.cause).removeprefix("WORKFLOW_TASK_FAILED_CAUSE_")
                    self.counts[f"tasks failed: {cause}"] += 1
                    is_of_store = cause == "EXTERNAL_STORAGE_FAILURE" and self.is_of_store(attributes.failure.message)
                    if cause not in HARMLESS and not (is_of_store and self.was_away(event.event_time.seconds)):
                        faults.append(f"task failed at event {event.event_id}: {cause} {attributes.failure.message[:600]}")
                case EventType.EVENT_TYPE_NEXUS_OPERATION_SCHEDULED:
                    self.counts["Nexus operations"] += 1
                case EventType.EVENT_TYPE_NEXUS_OPERATION_CANCELED:
                    self.counts["Nexus operations cancelled"] += 1
                case _:
                    pass
        return faults

    async def replay(self, run: WorkflowExecution, history: History) -> list[str]:
        if self.replayer is None:
            self.replayer = await asyncio.create_subprocess_exec(
                self.arguments.binary,
                *("replay", "--store", self.arguments.store, "--threshold", str(THRESHOLD)),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
        process = self.replayer
        assert process.stdin is not None and process.stdout is not None
        path = self.folder / "replay.json"
        path.write_text(json_format.MessageToJson(history))
        process.stdin.write(f"{path}\n".encode())
        try:
            async with asyncio.timeout(120):
                line = (await process.stdout.readline()).decode().strip()
        except TimeoutError:
            process.kill()
            line = ""
        if line == f"ok {len(history.events)}":
            self.counts["histories replayed"] += 1
            return []
        if not line:
            self.replayer = None
            return [f"the replayer ended with {await process.wait()}"]
        return [f"replay: {line}"]

    async def value(self, payload: Payload) -> Any:
        (value,) = await self.client.data_converter.decode([payload], [dict])
        return value

    async def last_ledger(self, history: History) -> tuple[dict[str, Any] | None, str]:
        """What the run says it has seen, and how it ended."""
        last = history.events[-1]
        match last.event_type:
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED:
                return await self.value(last.workflow_execution_completed_event_attributes.result.payloads[0]), "result"
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED:
                info = last.workflow_execution_failed_event_attributes.failure.application_failure_info
                return (await self.value(info.details.payloads[0]) if info.type == "Planned" else None), "failure"
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED:
                for event in reversed(history.events):
                    memo = event.workflow_properties_modified_event_attributes.upserted_memo.fields
                    if "ledger" in memo:
                        return await self.value(memo["ledger"]), "cancelled"
                return None, "cancelled"
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW:
                continued = last.workflow_execution_continued_as_new_event_attributes
                return (await self.value(continued.input.payloads[0]))["ledger"], "continued"
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED:
                return None, "terminated"
            case _:
                return None, EventType.Name(last.event_type)

    async def walk_faults(self, run: WorkflowExecution, history: History) -> list[str]:
        """What is wrong with the end of a walk's run."""
        started = history.events[0].workflow_execution_started_event_attributes
        walk = await self.value(started.input.payloads[0])
        plan = Plan(walk["seed"], walk["depth"])
        root = self.roots.get(run.id)
        ledger, ending = await self.last_ledger(history)
        if ending == "terminated" and (root.is_terminated or root.is_reset if root else True):
            return []
        if ledger is None:
            return [f"it ended without a ledger: {ending}: {str(history.events[-1])[:800]}"]
        faults = [f"violation: {violation}" for violation in ledger["violations"]]
        cancelled = ledger["isCancelled"]
        is_reset = root is not None and root.is_reset
        faults += plan.faults(
            ledger["trace"], whole=not cancelled and ending != "continued", loses_children=is_reset
        )
        asked = any(
            event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED for event in history.events
        )
        if cancelled and not asked:
            faults.append("it says it was cancelled, and nobody asked for that")
        right = (
            "cancelled" if cancelled and plan.admits_cancellation
            else "failure" if plan.ending == "failure" and not cancelled
            else "result"
        )  # fmt: skip
        if ending not in (right, "continued"):
            faults.append(f"it ended with {ending} instead of {right}")
        faults += await self.message_faults(walk["ledger"], ledger, history.events)
        if ending != "continued":
            faults += self.root_faults(root, ledger)
            self.signals[run.id] = Counter(ledger["signals"])
            for line in ledger["trace"]:
                index, kind, outcome = line.split(" ", 2)
                token = f"{walk['seed']}/{index}"
                if kind == "signal" and outcome == "sent":
                    self.sent.append((walk["sibling"], token))
                if kind == "childSignals" and outcome == "sent":
                    self.sent += [(f"{run.id}-{index}", f"{token}/{number}") for number in range(3)]
        return faults

    async def message_faults(
        self, before: dict[str, Any], after: dict[str, Any], events: Any
    ) -> list[str]:
        """Each signal and each accepted update that stands in history counts once, and nothing else does."""
        signals, updates = Counter(before["signals"]), Counter(before["updates"])
        admitted: dict[str, Any] = {}
        for event in events:
            signaled = event.workflow_execution_signaled_event_attributes
            if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED and signaled.signal_name == "poke":
                signals[(await self.value(signaled.input.payloads[0]))["token"]] += 1
            if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ADMITTED:
                request = event.workflow_execution_update_admitted_event_attributes.request
                admitted[request.meta.update_id] = request.input.args
            if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:
                accepted = event.workflow_execution_update_accepted_event_attributes
                # What a reset has admitted is not said again.
                args = accepted.accepted_request.input.args
                args = args if args.payloads else admitted[accepted.protocol_instance_id]
                updates[(await self.value(args.payloads[0]))["token"]] += 1
        faults = []
        for name, events_say, ledger_says in (
            ("signals", signals, Counter(after["signals"])),
            ("updates", updates, Counter(after["updates"])),
        ):
            if events_say != ledger_says:
                faults.append(
                    f"{name}: lost {dict(events_say - ledger_says)}, seen too often {dict(ledger_says - events_say)}"
                )
        return faults

    def root_faults(self, root: Root | None, ledger: dict[str, Any]) -> list[str]:
        """Everything that the server took from here must be there."""
        if root is None:
            return []
        faults = []
        signals = Counter(ledger["signals"])
        root.updates = Counter(ledger["updates"])
        # Some may not have been answered yet: only what is there too often, or in spite of everything, is a fault now.
        for token, count in (signals + root.updates).items():
            is_ours = token.startswith(f"{root.id}:")
            if (is_ours and count > 1) or token.endswith("bad"):
                faults.append(f"{token} was seen {count} times")
        self.counts["signals seen"] += signals.total()
        self.counts["updates seen"] += root.updates.total()
        return faults

    def check_messages(self) -> None:
        for root in self.roots.values():
            # The history of a walk that was reset has been compared with what it has seen, as that of any.
            if (signals := self.signals.get(root.id)) is None or root.is_reset:
                continue
            lost = [token for token in root.certain_signals if signals[token] != 1]
            lost += [token for token in root.certain_updates if root.updates[token] != 1]
            if lost:
                self.found(f"{root.id} has lost {lost}")
        lost_between = [
            (target, token)
            for target, token in self.sent
            if (signals := self.signals.get(target)) is not None and signals[token] == 0
        ]
        self.counts["signals between walks"] = len(self.sent)
        for target, token in lost_between:
            self.found(f"{target} has lost signal {token} of another walk")

    def check_variety(self) -> None:
        """A long run must have had everything in it."""
        names = [
            *("workers killed", "workers stopped", "workers frozen", "server killed", "server restarted"),
            *("resets", "terminations", "cancellations", "updates with the start", "updates rejected"),
            "signals between walks",
            *("tasks timed out", "tasks failed: UNHANDLED_COMMAND", "Nexus operations", "Nexus operations cancelled"),
            *(("store killed", "store stopped") if self.arguments.bucket else ()),
        ]
        for name in names:
            if self.arguments.seconds >= LONG and not self.counts[name]:
                self.found(f"nothing was counted of: {name}")

    # --- All -----------------------------------------------------------------------------------------------------

    async def report(self) -> None:
        began = time.monotonic()
        while True:
            await asyncio.sleep(30)  # The distance between two reports.
            print(
                f"{time.monotonic() - began:6.0f} s: {self.counts['walks']} walks, {len(self.open)} open,"
                f" {self.counts['histories replayed']} histories replayed, {self.counts['tasks']} tasks,"
                f" {self.counts['workers killed']} workers killed, {len(self.findings)} findings",
                flush=True,
            )

    async def walks(self, group: asyncio.TaskGroup) -> None:
        """Starts walks at a steady rate, as long as not too many are open."""
        end = time.monotonic() + self.arguments.seconds
        number = 0
        while time.monotonic() < end:
            if len(self.open) < self.arguments.open and self.server_is_up.is_set():
                group.create_task(self.walk(number))
                number += 1
            await asyncio.sleep(1 / self.arguments.rate)  # The rate.

    async def run(self) -> None:
        await self.create_endpoint()
        for _ in range(self.arguments.workers):
            await self.start_worker()
        began = time.monotonic()
        async with asyncio.TaskGroup() as helpers:
            tasks = [
                helpers.create_task(each)
                for each in (self.collect(), self.report(), self.watch_memory(), self.handle_operations())
            ]
            shaking = helpers.create_task(self.shake())
            async with asyncio.TaskGroup() as walks:
                await self.walks(walks)
                self.counts["seconds"] = round(time.monotonic() - began)
                # In peace from here on, but a fault that has begun is brought to its end.
                await self.calm(shaking)
            await self.wait_for_children()
            for task in tasks:
                task.cancel()
        await self.collect(last=True)
        self.check_messages()
        self.check_variety()
        for kind, size in self.memory.items():
            if size > MEMORY:
                self.found(f"{kind} took {size / 1024:.0f} MiB")
        for worker in list(self.workers):
            await self.end_worker(worker, signal.SIGTERM)
        if self.replayer is not None:
            assert self.replayer.stdin is not None
            self.replayer.stdin.close()
            await self.replayer.wait()

    async def calm(self, shaking: asyncio.Task[None]) -> None:
        async with self.fault:
            shaking.cancel()
            await asyncio.wait([shaking])

    async def wait_for_children(self) -> None:
        end = time.monotonic() + self.arguments.patience
        while time.monotonic() < end:
            count = await self.plain.count_workflows(f"TaskQueue = '{self.queue}' AND ExecutionStatus = 'Running'")
            if count.count == 0:
                return
            await asyncio.sleep(1)  # The distance between two questions.
        async for run in self.plain.list_workflows(f"TaskQueue = '{self.queue}' AND ExecutionStatus = 'Running'"):
            self.found(f"{run.id} {run.run_id} did not end")

    def summary(self) -> None:
        for name in sorted(self.counts):
            print(f"{name:50} {self.counts[name]:>9}")
        for name in sorted(self.past):
            print(f"{name:50} {self.past[name]:>9}")
        for kind, size in sorted(self.memory.items()):
            print(f"{f'most memory of {kind}':50} {size / 1024:>5.0f} MiB")


def moment(line: str) -> float:
    """When a line of a worker's log was written; 0 for a line that does not say so."""
    try:
        return datetime.strptime(line.split(" ", 1)[0], "%Y-%m-%dT%H:%M:%S%z").timestamp()
    except ValueError:
        return 0


@contextlib.asynccontextmanager
async def storage_driver(bucket: str, folder: Path) -> AsyncIterator[StorageDriver]:
    """A driver of the bucket, or, if there is none, of the folder."""
    if not bucket:
        folder.mkdir(exist_ok=True)
        yield LocalDiskStorageDriver(folder)
        return
    endpoint = os.environ["AWS_ENDPOINT_URL_S3"]
    async with aioboto3.Session().client("s3", endpoint_url=endpoint, region_name="us-east-1") as client:
        yield S3StorageDriver(client=new_aioboto3_client(client), bucket=bucket)


async def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", default=os.environ.get("TEMPORAL_ADDRESS"))
    parser.add_argument("--services", required=True, type=Path, help="the state directory of Scripts/dev-services")
    parser.add_argument("--binary", required=True, help="the built WorkflowStress")
    parser.add_argument("--logs", required=True, type=Path, help="where everything is kept that tells of a finding")
    parser.add_argument("--seconds", type=int, default=60, help="how long workflows are started")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--open", type=int, default=20, help="how many walks are open at the same time at most")
    parser.add_argument("--rate", type=float, default=2, help="how many walks are started in a second")
    parser.add_argument("--patience", type=int, default=240, help="seconds until everything must have ended at the end")
    parser.add_argument("--mistake", default="", help="a mistake for walks to make, by its name in Mistake.swift")
    parser.add_argument("--server-pause", type=float, default=45, help="seconds between two faults of the server")
    parser.add_argument("--bucket", default="", help="the bucket of the S3 server for large values; by default a folder")
    arguments = parser.parse_args()
    if arguments.seed is None:
        arguments.seed = random.SystemRandom().randrange(1_000_000_000)
    print(f"seed {arguments.seed}", flush=True)
    quiet()
    # Operations that fail as planned, and those without their store, are no news.
    logging.getLogger("temporalio").setLevel(logging.CRITICAL)
    arguments.logs.mkdir(parents=True, exist_ok=True)
    folder = arguments.logs / "store"
    arguments.store = f"s3://{arguments.bucket}" if arguments.bucket else folder
    async with storage_driver(arguments.bucket, folder) as driver:
        client = await Client.connect(arguments.server, data_converter=storage_converter(driver, THRESHOLD))
        stress = Stress(arguments, client, await Client.connect(arguments.server))
        try:
            await stress.run()
        except BaseException:
            stress.found(f"the stress itself has failed: {traceback.format_exc()}")
        finally:
            for worker in stress.workers:
                if worker.process.returncode is None:
                    worker.process.kill()
    stress.summary()
    if stress.findings:
        print(f"seed {arguments.seed}; all that tells of it is in {arguments.logs}", flush=True)
    print(f"{stress.counts['histories replayed']} passed, {len(stress.findings)} failed", flush=True)
    return 1 if stress.findings or not stress.counts["histories replayed"] else 0


if __name__ == "__main__":
    leave(asyncio.run(main()))
