# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""Many workflows at once through the sidecar, every value checked by digest; the sidecar may die meanwhile.

    load.py --address 127.0.0.1:7234 --count 200                 1 MiB in and out, each through an activity
    load.py --address 127.0.0.1:7234 --mixed --seconds 600       1 B to 20 MiB, signals, updates, children, retries

The caller may kill and restart the sidecar at any time: a start is retried with the same id and finds the
workflow it has started, a wait for a result begins again, messages are sent again with the same id. A tally is
printed from time to time; the last line is `N passed, N failed`. Each workflow counts once.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import math
import random
import time
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

from temporalio import activity, workflow
from temporalio.client import (
    Client,
    WorkflowHandle,
    WorkflowQueryFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import RetryPolicy, WorkflowIDConflictPolicy
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import Worker

with workflow.unsafe.imports_passed_through():
    import common
    from common import digest

T = TypeVar("T")

# A task that a dying sidecar had in its hands is given out again after this time.
LOST_AFTER = timedelta(seconds=30)
RETRY = RetryPolicy(initial_interval=timedelta(milliseconds=200), maximum_interval=timedelta(seconds=5))

# What a call fails with while nothing answers at the address, or while what answered is going away.
PASSING = frozenset(
    {
        RPCStatusCode.UNAVAILABLE,
        RPCStatusCode.CANCELLED,
        RPCStatusCode.DEADLINE_EXCEEDED,
        RPCStatusCode.INTERNAL,
        RPCStatusCode.UNKNOWN,
        RPCStatusCode.ABORTED,
        RPCStatusCode.RESOURCE_EXHAUSTED,
    }
)


def _passing(error: Exception) -> str | None:
    """Why a call may be made again; None if it may not."""
    if isinstance(error, WorkflowUpdateRPCTimeoutOrCancelledError):
        return "a lost wait"
    if isinstance(error, WorkflowQueryFailedError):
        return "a failure of storage" if "storage driver" in str(error) else None
    assert isinstance(error, RPCError)
    if error.status in PASSING:
        return error.status.name
    text = str(error)
    # An update that was only in the memory of a server that was restarted.
    if error.status == RPCStatusCode.NOT_FOUND and "update" in text.lower():
        return "a forgotten update"
    # A query while a workflow task fails.
    if error.status == RPCStatusCode.FAILED_PRECONDITION and "workflow task in failed state" in text.lower():
        return "a failed task"
    return None


@activity.defn
async def echo(value: bytes) -> bytes:
    return value


@activity.defn
async def echo_at_second_attempt(value: bytes) -> bytes:
    """Fails once, with a heartbeat and details of the value's size."""
    if activity.info().attempt == 1:
        activity.heartbeat(value)
        raise ApplicationError("first attempt", value)
    return value


@workflow.defn
class Load:
    @workflow.run
    async def run(self, value: bytes) -> bytes:
        return await workflow.execute_activity(echo, value, start_to_close_timeout=LOST_AFTER, retry_policy=RETRY)


@workflow.defn
class LoadChild:
    @workflow.run
    async def run(self, value: bytes) -> bytes:
        return value


@workflow.defn
class MixedLoad:
    """Passes its input through a failing activity and a child; collects what signals and updates bring."""

    def __init__(self) -> None:
        self.signalled: bytes | None = None
        self.updated: bytes | None = None

    @workflow.run
    async def run(self, value: bytes) -> list[str]:
        once_failed = await workflow.execute_activity(
            echo_at_second_attempt,
            value,
            start_to_close_timeout=LOST_AFTER,
            heartbeat_timeout=LOST_AFTER,
            retry_policy=RETRY,
        )
        from_child = await workflow.execute_child_workflow(
            LoadChild.run, once_failed, id=f"{workflow.info().workflow_id}-child"
        )
        await workflow.wait_condition(lambda: self.signalled is not None and self.updated is not None)
        await workflow.wait_condition(workflow.all_handlers_finished)
        assert self.signalled is not None and self.updated is not None
        return [digest(from_child), digest(self.signalled), digest(self.updated)]

    @workflow.signal
    def put(self, value: bytes) -> None:
        self.signalled = value

    @workflow.update
    async def change(self, value: bytes) -> bytes:
        self.updated = value
        return value

    @workflow.query
    def current(self) -> bytes:
        return self.signalled or b""


@dataclass
class Tally:
    started_at: float = field(default_factory=time.monotonic)
    counts: Counter[str] = field(default_factory=Counter)
    bytes_checked: int = 0
    running: int = 0

    def line(self) -> str:
        seconds = time.monotonic() - self.started_at
        passing = ", ".join(
            f"{count} x {what}" for what, count in sorted(self.counts.items()) if what.startswith("retried")
        )
        return (
            f"{seconds:.0f} s: {self.counts['passed']} passed, {self.counts['failed']} failed, {self.running} running, "
            f"{self.bytes_checked / 2**20:.0f} MiB checked" + (f"; {passing}" if passing else "")
        )


@dataclass
class Loader:
    client: Client
    task_queue: str
    run: str
    tally: Tally
    give_up_after: float
    """Seconds without an answer after which a call is a failure and no passing trouble."""

    async def insist(self, what: str, call: Callable[[], Awaitable[T]]) -> T:
        """Repeats a call that may be repeated until something answers it."""
        deadline = time.monotonic() + self.give_up_after
        pause = 0.1
        while True:
            try:
                return await call()
            except (RPCError, WorkflowQueryFailedError, WorkflowUpdateRPCTimeoutOrCancelledError) as error:
                why = _passing(error)
                if why is None or time.monotonic() > deadline:
                    raise
                self.tally.counts[f"retried {what} after {why}"] += 1
            await asyncio.sleep(pause)  # The back-off of a client; nothing waits for it to be over.
            pause = min(pause * 2, 2.0)

    async def start(
        self,
        run: Callable[..., Awaitable[T]],
        value: bytes,
        workflow_id: str,
        task_timeout: timedelta = timedelta(seconds=60),
    ) -> WorkflowHandle[object, T]:
        return await self.insist(
            "start",
            lambda: self.client.start_workflow(
                run,  # type: ignore[arg-type]
                value,
                id=workflow_id,
                task_queue=self.task_queue,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                task_timeout=task_timeout,
            ),
        )

    async def plain(self, number: int, size: int) -> None:
        workflow_id = f"load-{self.run}-{number}"
        value = common.blob(workflow_id, size)
        handle = await self.start(Load.run, value, workflow_id)
        self.check("result", await self.insist("result", handle.result), value)

    async def mixed(self, name: str, chance: random.Random, largest: int) -> None:
        workflow_id = f"load-{self.run}-{name}"
        values = [common.blob(f"{workflow_id}/{part}", random_size(chance, largest)) for part in range(3)]
        handle = await self.start(MixedLoad.run, values[0], workflow_id, timedelta(seconds=10))
        await self.insist("signal", lambda: handle.signal(MixedLoad.put, values[1]))
        self.check("answer", await self.insist("query", lambda: handle.query(MixedLoad.current)), values[1])
        # The id makes a repeated update the same update.
        updated = await self.insist("update", lambda: handle.execute_update(MixedLoad.change, values[2], id="change"))
        self.check("update", updated, values[2])
        result = await self.insist("result", handle.result)
        if result != [digest(value) for value in values]:
            raise AssertionError(f"result: got {result}, wanted {[digest(value) for value in values]}")
        self.tally.bytes_checked += sum(len(value) for value in values)

    def check(self, what: str, got: bytes, wanted: bytes) -> None:
        if digest(got) != digest(wanted):
            raise AssertionError(f"{what}: got {digest(got)}, wanted {digest(wanted)}")
        self.tally.bytes_checked += len(got)

    async def count(self, name: str, body: Awaitable[None]) -> None:
        self.tally.running += 1
        try:
            await body
            self.tally.counts["passed"] += 1
        except Exception as error:
            self.tally.counts["failed"] += 1
            print(f"FAIL {name} {_one_line(error)}", flush=True)
        finally:
            self.tally.running -= 1


def random_size(chance: random.Random, largest: int) -> int:
    """From 1 byte to `largest`, every order of magnitude as likely as another."""
    return max(1, round(math.exp(chance.uniform(0, math.log(largest)))))


def _one_line(error: BaseException) -> str:
    causes: list[str] = []
    current: BaseException | None = error
    while current is not None and len(causes) < 4:
        causes.append(" ".join(f"{type(current).__name__}: {current}".split())[:300])
        current = current.__cause__
    return " <- ".join(causes)


async def report(tally: Tally, every: float) -> None:
    """Prints the tally from time to time until it is cancelled."""
    while True:
        await asyncio.sleep(every)
        print(tally.line(), flush=True)


async def main(options: argparse.Namespace) -> int:
    tally = Tally()
    run = options.run or uuid.uuid4().hex[:8]
    loaders = [
        Loader(
            client=await Client.connect(address, namespace=options.namespace),
            task_queue=f"load-{run}",
            run=run,
            tally=tally,
            give_up_after=options.give_up,
        )
        for address in options.address
    ]
    loader = loaders[0]
    async with contextlib.AsyncExitStack() as stack:
        for address in options.address:
            # Workers of another connection, as they would be in another process.
            worker = Worker(
                await Client.connect(address, namespace=options.namespace),
                task_queue=loader.task_queue,
                workflows=[Load, LoadChild, MixedLoad],
                activities=[echo, echo_at_second_attempt],
            )
            await stack.enter_async_context(worker)
        reporter = asyncio.create_task(report(tally, options.every))
        try:
            if options.mixed:
                await _mixed(loaders, options)
            else:
                slots = asyncio.Semaphore(options.at_once or options.count)

                async def one(number: int) -> None:
                    async with slots:
                        await loader.count(f"load-{run}-{number}", loader.plain(number, options.size))

                async with asyncio.TaskGroup() as group:
                    for number in range(options.count):
                        group.create_task(one(number))
        finally:
            reporter.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await reporter
    print(tally.line())
    print(f"{tally.counts['passed']} passed, {tally.counts['failed']} failed", flush=True)
    return 1 if tally.counts["failed"] or not tally.counts["passed"] else 0


async def _mixed(loaders: list[Loader], options: argparse.Namespace) -> None:
    """`--at-once` lanes, each starting a new workflow when its last is over, until the time is up."""
    until = time.monotonic() + options.seconds
    print(f"seed {options.seed}", flush=True)

    async def lane(lane_number: int) -> None:
        loader = loaders[lane_number % len(loaders)]
        chance = random.Random(f"{options.seed}/{lane_number}")
        number = 0
        while time.monotonic() < until:
            name = f"{lane_number}-{number}"
            await loader.count(f"load-{loader.run}-{name}", loader.mixed(name, chance, options.largest))
            number += 1

    async with asyncio.TaskGroup() as group:
        for lane_number in range(options.at_once or 8):
            group.create_task(lane(lane_number))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--address",
        required=True,
        action="append",
        metavar="HOST:PORT",
        help="a sidecar; of several each has a worker, and the lanes of --mixed in turn (the rest uses the first)",
    )
    parser.add_argument("--namespace", default="default")
    parser.add_argument("--count", type=int, default=200, help="workflows, all at once (200)")
    parser.add_argument("--size", type=int, default=1024 * 1024, metavar="BYTES", help="of each value (1 MiB)")
    parser.add_argument("--at-once", type=int, metavar="N", help="workflows at a time (all of them; --mixed: 8)")
    parser.add_argument("--mixed", action="store_true", help="every kind of traffic, for --seconds")
    parser.add_argument("--seconds", type=float, default=60, help="how long --mixed starts new workflows (60)")
    parser.add_argument("--largest", type=int, default=20 * 1024 * 1024, metavar="BYTES", help="for --mixed (20 MiB)")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32), help="for --mixed")
    parser.add_argument("--every", type=float, default=5, metavar="SECONDS", help="between two tallies (5)")
    parser.add_argument("--give-up", type=float, default=120, metavar="SECONDS", help="without an answer (120)")
    parser.add_argument("--run", help="part of all ids; give an old one to wait for its workflows again")
    parser.add_argument("--verbose", action="store_true", help="print the SDK's log")
    return parser.parse_args()


if __name__ == "__main__":
    parsed = arguments()
    if not parsed.verbose:
        common.quiet()
    logging.basicConfig(level=logging.WARNING if parsed.verbose else logging.CRITICAL)
    common.leave(asyncio.run(main(parsed)))
