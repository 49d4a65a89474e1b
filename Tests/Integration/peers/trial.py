# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""A trial of the collector: it works all the time, under workflows of all kinds, and nothing may be lost.

    trial.py --binary TEMPORAL-STORAGE --server 127.0.0.1:7233 --seconds 60 [--store disk|s3] [--seed N] [--grace 3]
             [--overlook METHOD]

Things that hold payloads come and go by chance: workflows that end, wait, continue as new, are retried or reset,
children that outlive their parents, ids that are used again with the same values, schedules, activities that no
workflow started, activities that wait with a heartbeat. Retention is simulated by deletions. Meanwhile `gc --apply`
runs again and again with a grace of seconds. What is alive is read all along, and everything that is left at the end.
Then the load stops, and what is waste has to go. The seed is printed; the last line is a tally.

With `--overlook ListActivityExecutions` the collector gets empty answers to that call, so that it does not know of something:
then values have to be lost, and the trial has to fail.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import random
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from temporalio import activity, workflow
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.client import Client, Schedule, ScheduleActionStartWorkflow, ScheduleSpec, ScheduleState
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import Worker

with workflow.unsafe.imports_passed_through():
    from common import blob, leave, quiet
    from forwarder import forwarder_to
    from operators import QUEUE, SIZE, Bed, Chain, Parent, Plain, Waiting, expect, twice
    from sidecar import running_sidecar

MARGIN = 1
"""Seconds after which a writer writes an object again; the local disk does it at once."""

BUSY = (
    RPCStatusCode.CANCELLED,
    RPCStatusCode.DEADLINE_EXCEEDED,
    RPCStatusCode.RESOURCE_EXHAUSTED,
    RPCStatusCode.UNAVAILABLE,
)
"""What a server answers that has too much to do."""

goers: dict[str, asyncio.Event] = {}


@activity.defn
async def linger(name: str, value: bytes) -> bytes:
    """Reports a heartbeat that no history has, and waits to be let go."""
    while not goers[name].is_set():
        activity.heartbeat(value)
        await asyncio.sleep(0.5)
    return value


@workflow.defn
class Lingering:
    @workflow.run
    async def run(self, name: str, value: bytes) -> bytes:
        return await workflow.execute_activity(
            linger, args=[name, value], start_to_close_timeout=timedelta(hours=3), heartbeat_timeout=timedelta(minutes=5)
        )


@workflow.defn
class Failing:
    """Fails twice; the server copies its input to the next runs."""

    @workflow.run
    async def run(self, value: bytes) -> bytes:
        if workflow.info().attempt < 3:
            raise ApplicationError("once more")
        await workflow.sleep(5)
        return value


@dataclass
class Thing:
    """Something that holds payloads: how to read them, what has to come, how to be rid of it."""

    kind: str
    name: str
    read: Callable[[], Awaitable[None]]
    remove: Callable[[], Awaitable[None]]
    finish: Callable[[], Awaitable[None]] | None = None
    """Makes what waits end, which needs its payloads."""


@dataclass
class Trial:
    bed: Bed
    eyes: Bed
    """The same, as the collector sees it."""
    seed: int
    grace: int
    random: random.Random = field(init=False)
    things: list[Thing] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    number: int = 0

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)

    def name(self, kind: str) -> str:
        self.number += 1
        return f"{kind}-{self.number}"

    def value(self, name: str) -> bytes:
        return blob(f"{self.seed}/{name}", self.random.choice([1_000, SIZE, 3 * SIZE]))

    def result(self, kind: Any, name: str, expected: bytes) -> Callable[[], Awaitable[None]]:
        async def read() -> None:
            got = await self.bed.client.get_workflow_handle_for(kind.run, name).result()
            expect(got == expected, f"{name} gave {len(got)} other bytes")

        return read

    def history(self, name: str, *values: bytes) -> Callable[[], Awaitable[None]]:
        """Reads the history of what has not ended, and looks for its values."""

        async def read() -> None:
            history = await self.bed.client.get_workflow_handle(name).fetch_history()
            text = b"".join(event.SerializeToString() for event in history.events)
            for value in values:
                expect(value in text, f"the history of {name} lacks a value of {len(value)} bytes")

        return read

    def deletion(self, name: str, run_id: str = "") -> Callable[[], Awaitable[None]]:
        return lambda: self.bed.delete(name, run_id)

    # --- Kinds of things --------------------------------------------------------------------------------

    async def plain(self) -> None:
        # Some ids and values come again: the object of a run that is gone is used by the next one.
        name = f"again-{self.random.randrange(6)}" if self.random.random() < 0.4 else self.name("plain")
        if any(thing.name == name for thing in self.things):
            return
        value = blob(f"{self.seed}/{name}", SIZE)
        handle = await self.bed.start(Plain, value, id=name)
        expect(await handle.result() == value + value, f"{name} gave another value")
        self.things.append(Thing("plain", name, self.result(Plain, name, value + value), self.deletion(name)))

    async def waiting(self) -> None:
        name = self.name("waiting")
        value, given = self.value(name), self.value(name + "/given")
        await self.bed.start(Waiting, value, id=name)

        async def finish() -> None:
            await self.bed.client.get_workflow_handle(name).signal(Waiting.give, given)
            await self.result(Waiting, name, value + given)()

        self.things.append(Thing("waiting", name, self.history(name, value), self.deletion(name), finish))

    async def chain(self) -> None:
        name = self.name("chain")
        value, note = self.value(name), self.value(name + "/note")
        handle = await self.bed.start(Chain, value, 3, id=name, memo={"note": note})
        first = handle.result_run_id or ""
        while (await self.bed.direct.get_workflow_handle(name).describe()).run_id == first:
            await asyncio.sleep(0.1)
        await self.bed.delete(name, first)

        async def finish() -> None:
            ended = asyncio.create_task(self.result(Chain, name, note)())
            try:
                # A run that is about to continue as new forgets the signal.
                while not ended.done():
                    with suppress(RPCError):
                        await self.bed.client.get_workflow_handle(name).signal(Chain.enough)
                    await asyncio.wait([ended], timeout=2)
                await ended
            finally:
                ended.cancel()

        self.things.append(Thing("chain", name, self.history(name, value, note), self.deletion(name), finish))

    async def abandoned(self) -> None:
        name, child = self.name("parent"), self.name("child")
        value, given = self.value(child), self.value(child + "/given")
        await (await self.bed.start(Parent, value, child, id=name)).result()
        await self.bed.delete(name)

        async def finish() -> None:
            await self.bed.client.get_workflow_handle(child).signal(Waiting.give, given)
            await self.result(Waiting, child, value + given)()

        self.things.append(Thing("abandoned", child, self.history(child, value), self.deletion(child), finish))

    async def retried(self) -> None:
        name = self.name("retried")
        value = self.value(name)
        policy = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_attempts=3)
        handle = await self.bed.start(Failing, value, id=name, retry_policy=policy)
        expect(await handle.result() == value, f"{name} gave another value")
        self.things.append(Thing("retried", name, self.result(Failing, name, value), self.deletion(name)))

    async def was_reset(self) -> None:
        name = self.name("reset")
        value = self.value(name)
        handle = await self.bed.start(Plain, value, id=name)
        await handle.result()
        base = handle.result_run_id or ""
        await self.bed.direct.workflow_service.reset_workflow_execution(
            ResetWorkflowExecutionRequest(
                namespace="default",
                workflow_execution=WorkflowExecution(workflow_id=name, run_id=base),
                reason="trial",
                workflow_task_finish_event_id=4,
                request_id=name,
            )
        )
        await self.result(Plain, name, value + value)()
        await self.bed.delete(name, base)
        self.things.append(Thing("reset", name, self.result(Plain, name, value + value), self.deletion(name)))

    async def scheduled(self) -> None:
        name = self.name("schedule")
        value = self.value(name)
        handle = await self.bed.client.create_schedule(
            name,
            Schedule(
                action=ScheduleActionStartWorkflow(Plain.run, value, id=f"{name}-run", task_queue=QUEUE),
                spec=ScheduleSpec(),
                state=ScheduleState(paused=True),
            ),
        )

        async def read() -> None:
            action = (await handle.describe()).schedule.action
            expect(isinstance(action, ScheduleActionStartWorkflow), f"{name} has no action")
            got = action.args[0]  # type: ignore[union-attr]
            expect(value in got.SerializeToString(), f"{name} has another input")

        self.things.append(Thing("schedule", name, read, handle.delete))

    async def standalone(self) -> None:
        name = self.name("activity")
        value = self.value(name)
        handle = await self.bed.client.start_activity(
            twice, value, id=name, task_queue=QUEUE, start_to_close_timeout=timedelta(seconds=60)
        )
        expect(await handle.result() == value + value, f"{name} gave another value")

        async def read() -> None:
            fresh = self.bed.client.get_activity_handle(name, result_type=bytes)
            expect(await fresh.result() == value + value, f"{name} gave another value")

        async def keep() -> None:
            """The server has no call that deletes one here; it stays to the end."""

        self.things.append(Thing("activity", name, read, keep))

    async def lingering(self) -> None:
        if sum(thing.kind == "lingering" for thing in self.things) >= 8:
            return
        name = self.name("lingering")
        value = self.value(name)
        goers[name] = asyncio.Event()
        await self.bed.start(Lingering, name, value, id=name)

        async def read() -> None:
            description = await self.bed.client.get_workflow_handle(name).describe()
            for pending in description.raw_description.pending_activities:
                if pending.heartbeat_details.payloads:
                    text = pending.heartbeat_details.SerializeToString()
                    expect(value in text, f"the heartbeat of {name} is another one")

        async def finish() -> None:
            goers[name].set()
            await self.result(Lingering, name, value)()

        self.things.append(Thing("lingering", name, read, self.deletion(name), finish))

    # --- What goes on -----------------------------------------------------------------------------------

    async def attempt(self, what: str, action: Callable[[], Awaitable[None]], must: bool = False) -> bool:
        """Does something, and notes what failed; a server that is too busy here has lost nothing."""
        try:
            async with asyncio.timeout(120):
                await action()
            return True
        except Exception as error:
            if isinstance(error, RPCError) and error.status in BUSY and not must:
                self.counts["the server was too busy"] += 1
                return False
            text = f"{what}: {error!r}"
            print(f"FAILED {text}", flush=True)
            self.problems.append(text)
            return False

    async def load(self, end: float) -> None:
        kinds = [self.plain, self.waiting, self.chain, self.abandoned, self.retried]
        kinds += [self.was_reset, self.scheduled, self.standalone, self.lingering]
        while time.monotonic() < end:
            kind = self.random.choice(kinds)
            if await self.attempt(f"making one of {kind.__name__}", kind):
                self.counts[f"made {kind.__name__}"] += 1
            await asyncio.sleep(self.random.uniform(0.05, 0.5))

    async def retention(self, end: float) -> None:
        """Ends what waits, deletes what has ended, and reads what stays."""
        while time.monotonic() < end:
            await asyncio.sleep(self.random.uniform(0.1, 0.4))
            if not self.things:
                continue
            thing = self.things.pop(self.random.randrange(len(self.things)))
            if thing.finish and self.random.random() < 0.5:
                # What it holds has been read; what could not be read is left for whoever looks into it.
                if await self.attempt(f"ending {thing.name}", thing.finish):
                    self.counts["ended"] += 1
                    await self.attempt(f"deleting {thing.name}", thing.remove)
                    self.counts["deleted"] += 1
            elif self.random.random() < 0.6 and (len(self.things) > 60 or thing.finish is None):
                if thing.kind != "activity":
                    await self.attempt(f"deleting {thing.name}", thing.remove)
                    self.counts["deleted"] += 1
                else:
                    self.things.append(thing)
            else:
                if await self.attempt(f"reading {thing.name}", thing.read):
                    self.counts["read"] += 1
                self.things.append(thing)

    def collect(self, state: str) -> dict[str, Any] | None:
        code, lines, errors = self.eyes.command(
            *("gc", "--state", state, "--namespace", "default", "--apply", "--writers-renew", "--claim"),
            *("--grace-in-seconds-for-tests", str(self.grace)),
            *("--renewal-margin-in-seconds-for-tests", str(MARGIN)),
            timeout=600,
        )
        self.counts[f"gc ended with {code}"] += 1
        # Under this load a pass may find that things go faster than it reads; then it deletes nothing.
        if code not in (0, 2):
            self.problems.append(f"gc ended with {code}: {errors}")
            print(f"FAILED {self.problems[-1]}", flush=True)
        for line in lines:
            if line["record"] == "collection":
                self.counts["collections"] += 1
                for key in ("deleted", "tooYoung", "unreadRuns", "changed", "missing", "failed"):
                    self.counts[f"gc: {key}"] += line["outcome"][key]
                return line["outcome"]
        return None

    async def collector(self, end: float, state: str) -> None:
        while time.monotonic() < end:
            await asyncio.to_thread(self.collect, state)
            await asyncio.sleep(0.5)

    async def run(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        state = self.bed.new_state()
        async with asyncio.TaskGroup() as group:
            for _ in range(4):
                group.create_task(self.load(end))
            for _ in range(3):
                group.create_task(self.retention(end))
            group.create_task(self.collector(end, state))
        print(f"the load is over; {len(self.things)} things are left to read", flush=True)
        # With nothing in flight, two more passes have to find all waste.
        await asyncio.sleep(self.grace + 2)
        for _ in range(20):
            outcome = await asyncio.to_thread(self.collect, state)
            if outcome is not None and outcome["tooYoung"] == 0 and outcome["unreadRuns"] == 0:
                break
            await asyncio.sleep(self.grace + 1.5)
        for thing in self.things:
            read = thing.finish or thing.read
            # At the end nothing is left open: what cannot be read is lost.
            if await self.attempt(f"reading {thing.name} at the end", read, must=True):
                self.counts[f"read at the end: {thing.kind}"] += 1
        code, lines, errors = await asyncio.to_thread(self.bed.command, "verify", "--deep", timeout=600)
        if code != 0:
            findings = [line for line in lines if line["record"] != "summary"]
            self.problems.append(f"verify --deep ended with {code}: {findings[:5]} {errors}")
            print(f"FAILED {self.problems[-1]}", flush=True)

    async def waste_is_gone(self) -> None:
        """What finishing made at the very end apart, nothing may be left over."""
        orphans = await asyncio.to_thread(self.bed.orphans)
        # Heartbeats that were replaced, and calls that the end of the load cut off.
        print(f"{len(orphans)} orphans after the last collection", flush=True)
        expect(
            len(orphans) <= 2 * max(10, self.counts["read at the end: lingering"] * 2),
            f"{len(orphans)} orphans are left: {sorted(orphans)[:5]}",
        )


async def main(arguments: argparse.Namespace) -> int:
    quiet()
    # Activities that are cancelled because their workflow was deleted are what is wanted here.
    logging.getLogger("temporalio.activity").setLevel(logging.CRITICAL)
    seed = arguments.seed if arguments.seed is not None else random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}, {arguments.seconds} seconds, grace {arguments.grace}, {arguments.store}", flush=True)
    async with AsyncExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if arguments.store == "disk":
            (work / "store").mkdir()
            storage = ["--driver", "local-disk", "--store", str(work / "store")]
            writers = storage
        else:
            place = {
                "bucket": os.environ["S3_BUCKET"], "region": "us-east-1",
                "endpointURL": os.environ["S3_ENDPOINT"], "pathStyle": True,
            }
            storage = ["--driver", "s3", "--bucket", place["bucket"], "--region", "us-east-1"]
            storage += ["--endpoint-url", place["endpointURL"], "--path-style"]
            # Days are too long for this: in the file the margin is told in seconds.
            import json

            file = work / "writers.json"
            file.write_text(json.dumps({"drivers": [{"type": "s3", **place, "refreshAfter": MARGIN}]}))
            writers = ["--config", str(file)]
        sidecar = await stack.enter_async_context(
            running_sidecar(
                arguments.binary, work / "sidecar.log", *writers,
                # A process that remembers for an hour what it stored needs a grace of more than that (P15).
                *("--threshold", "all", "--cache-bytes", "0", "--target", arguments.server),
            )
        )
        client = await Client.connect(sidecar.address)
        direct = await Client.connect(arguments.server)
        await stack.enter_async_context(
            Worker(
                client, task_queue=QUEUE,
                workflows=[Plain, Waiting, Chain, Parent, Lingering, Failing], activities=[twice, linger],
                max_cached_workflows=20,
            )
        )
        bed = Bed(arguments.binary, arguments.server, client, direct, storage, work)
        eyes = bed
        if arguments.overlook:
            forwarder = await stack.enter_async_context(forwarder_to(arguments.server))
            forwarder.empties = frozenset({arguments.overlook})
            eyes = replace(bed, server=forwarder.address)
        trial = Trial(bed, eyes, seed, arguments.grace)
        await trial.run(arguments.seconds)
        await trial.attempt("waste", trial.waste_is_gone)
        for name, count in sorted(trial.counts.items()):
            print(f"{count:8}  {name}")
        for event in goers.values():
            event.set()
    if trial.counts["gc: deleted"] == 0:
        trial.problems.append("the collector has deleted nothing: the trial shows nothing")
        print(f"FAILED {trial.problems[-1]}", flush=True)
    passed = sum(count for name, count in trial.counts.items() if name.startswith("read"))
    print(f"{passed} passed, {len(trial.problems)} failed", flush=True)
    return 1 if trial.problems else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", type=Path, required=True)
    parser.add_argument("--server", required=True)
    parser.add_argument("--store", choices=["disk", "s3"], default="disk")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--grace", type=int, default=3)
    parser.add_argument("--overlook", metavar="METHOD")
    leave(asyncio.run(main(parser.parse_args())))
