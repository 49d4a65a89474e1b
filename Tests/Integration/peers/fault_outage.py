# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""The store is gone for half a minute in the middle of running workflows: all complete, as rules F promise."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from temporalio.api.enums.v1 import ActivityTaskFailedCause
from temporalio.api.workflowservice.v1 import RespondActivityTaskFailedRequest
from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import Worker

from bad_harness import CaseFailure, case, expect_ok, holds
from common import blob
from fault_harness import MIB, Failures, Faults, failures, until
from forwarder import forwarder_to
from harness import same
from raw_worker import ENOUGH, RawWorker, after, payload, running
from sidecar import Caller, Sidecar
from steps import STEP_ACTIVITIES, STEP_WORKFLOWS, Steps, gate

OUTAGE_SECONDS = 30
TASK_TIMEOUT = 6
WORKFLOWS_EACH = 4
"""Of each worker, on each store."""
PACE = 0.5


@dataclass
class Fleet:
    """Two sidecars on one store: one for clients and workflow tasks, the other for activities.

    So whatever one stores the other has to fetch, for it is not in its cache.
    """

    name: str
    first: Sidecar
    second: Sidecar
    client: Client
    python: list[WorkflowHandle]
    raw: list[WorkflowHandle]
    worker: RawWorker

    @property
    def handles(self) -> list[WorkflowHandle]:
        return [*self.python, *self.raw]

    def logged(self, text: str) -> int:
        return sum(sidecar.logged().count(text) for sidecar in (self.first, self.second))

    async def counted(self, metric: str, **labels: str) -> int:
        return int(await self.first.metric(metric, **labels) + await self.second.metric(metric, **labels))


@asynccontextmanager
async def fleet(bench: Faults, name: str, first: Sidecar, second: Sidecar) -> AsyncIterator[Fleet]:
    """A Python worker and a raw worker with running workflows, each some steps into its work."""
    client, activity_client = await bench.client(first.address), await bench.client(second.address)
    python_queue, raw_queue = bench.id(f"{name}-python"), bench.id(f"{name}-raw")
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        await enter(
            Worker(client, task_queue=python_queue, workflows=STEP_WORKFLOWS, disable_eager_activity_execution=True)
        )
        await enter(Worker(activity_client, task_queue=python_queue, activities=STEP_ACTIVITIES))
        polls, responds = await enter(Caller(first.address)), await enter(Caller(first.address))
        others = await enter(Caller(second.address))
        worker = RawWorker(polls, responds, bench.namespace, raw_queue, PACE)
        activities = RawWorker(others, others, bench.namespace, raw_queue, PACE)
        activities.counts = worker.counts
        await enter(running(worker, activity_pollers=0))
        await enter(running(activities, workflow_pollers=0))
        made = Fleet(name, first, second, client, [], [], worker)
        for number in range(WORKFLOWS_EACH):
            made.python.append(
                await client.start_workflow(
                    Steps.run,
                    args=[blob(f"{python_queue}/{number}", MIB), _is_once(number), PACE],
                    id=f"{python_queue}-{number}",
                    task_queue=python_queue,
                    task_timeout=timedelta(seconds=TASK_TIMEOUT),
                )
            )
            workflow_id = f"{raw_queue}-{number}"
            value = payload(blob(f"{raw_queue}/{number}", MIB))
            request = bench.start(workflow_id, value, task_queue=raw_queue, kind="raw-steps")
            request.workflow_task_timeout.FromSeconds(TASK_TIMEOUT)
            expect_ok("start", await responds.call("StartWorkflowExecution", request))
            made.raw.append(client.get_workflow_handle(workflow_id))
        for handle in made.handles:
            await _one_step(handle)
        yield made


async def _one_step(handle: WorkflowHandle) -> None:
    """Returns when the first activity of a workflow has completed."""
    async for event in handle.fetch_history_events(wait_new_event=True):
        if event.HasField("activity_task_completed_event_attributes"):
            return


def _is_once(number: int) -> bool:
    """Whether the activities of a Python workflow have a single attempt each."""
    return number % 2 == 0


async def _refused(bench: Faults, fleet: Fleet) -> str:
    """A start while the store is away fails, says why, and starts nothing (ES-F1)."""
    workflow_id = bench.id("refused")
    async with Caller(fleet.first.address) as caller:
        request = bench.start(workflow_id, payload(blob(workflow_id, MIB)))
        answer = await caller.call("StartWorkflowExecution", request)
    holds(f"a start without a store: {answer}", answer.code in ("UNAVAILABLE", "FAILED_PRECONDITION"))
    holds(f"the failure does not name the driver: {answer}", "storage driver" in answer.text)
    try:
        await (await bench.client(bench.server)).get_workflow_handle(workflow_id).describe()
    except RPCError as error:
        holds(f"unexpected: {error}", error.status == RPCStatusCode.NOT_FOUND)
        return answer.text
    raise CaseFailure("the workflow was started although its input was not stored")


async def _finish(fleet: Fleet) -> None:
    """Says that it is enough, and checks what came out against what went in."""
    for handle in fleet.handles:
        await handle.signal(ENOUGH)
    for handle in fleet.python:
        result = await handle.result()
        queue, _, number = handle.id.rpartition("-")
        turns = int.from_bytes(result[-4:], "big")
        same(f"result of {handle.id}", result[:-4], after(blob(f"{queue}/{number}", MIB), turns))
    for handle in fleet.raw:
        async for event in handle.fetch_history_events(wait_new_event=True):
            if event.HasField("workflow_execution_completed_event_attributes"):
                value, steps = event.workflow_execution_completed_event_attributes.result.payloads
                queue, _, number = handle.id.rpartition("-")
                wanted = after(blob(f"{queue}/{number}", MIB), 2 * int(steps.data) + 1)
                same(f"result of {handle.id}", value.data, wanted)
                break
        else:
            raise CaseFailure(f"{handle.id} did not complete")


async def _away(bench: Faults, store: Path, fleets: list[Fleet]) -> list[str]:
    """Takes both stores away for a while; gives what starts were refused with meanwhile."""
    away = store.with_name("away")
    store.rename(away)
    await bench.service("kill", "s3")
    gate.opened.set()
    back = asyncio.get_running_loop().time() + OUTAGE_SECONDS
    refused = [await _refused(bench, each) for each in fleets]
    await asyncio.sleep(back - asyncio.get_running_loop().time())  # The outage itself.
    away.rename(store)
    await bench.service("up", "s3")
    return refused


def _note_cause(causes: Counter[str], method: str, request: bytes) -> None:
    if method == "RespondActivityTaskFailed":
        cause = RespondActivityTaskFailedRequest.FromString(request).cause
        causes[ActivityTaskFailedCause.Name(cause).removeprefix("ACTIVITY_TASK_FAILED_CAUSE_")] += 1


@case("outage", seconds=400)
async def outage(bench: Faults) -> str:
    """30 s without a store: no workflow fails, reports only on first attempts, all complete (ES-F1 to ES-F3)."""
    server = await bench.client(bench.server)
    store = bench.new_store()
    before = {method: await bench.requests_at_server(method) for method in ("RespondWorkflowTaskFailed",)}
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        # Server 1.32.0 does not keep the cause of an activity's failure, so it is looked at on its way there.
        between, causes = await enter(forwarder_to(bench.server)), Counter[str]()
        between.shows = lambda method, request: _note_cause(causes, method, request)
        local = [await enter(bench.sidecar(store=store, target=to)) for to in (bench.server, between.address)]
        s3 = [await enter(bench.s3_sidecar()) for _ in range(2)]
        fleets = [await enter(fleet(bench, "local", *local)), await enter(fleet(bench, "s3", *s3))]
        # Activities with a single attempt have their results when the store is gone, and not before.
        once = {handle.id for each in fleets for number, handle in enumerate(each.python) if _is_once(number)}
        gate.opened.clear()
        await until(lambda: once <= gate.waiting, "activities are at work", 60)
        started = asyncio.get_running_loop().time()
        refused = await _away(bench, store, fleets)
        back = asyncio.get_running_loop().time()
        for each in fleets:
            await _finish(each)
        done = asyncio.get_running_loop().time()
        parts = [await _check(server, each) for each in fleets]
        reported = await bench.requests_at_server("RespondWorkflowTaskFailed") - before["RespondWorkflowTaskFailed"]
        in_history = sum(part.tasks.total() for part in parts)
        # A report on a later attempt would be a request without an event. Those that came too late are not counted.
        holds(f"{reported} reports, but {in_history} failed tasks in history", reported == in_history)
        holds(f"activities were failed with {dict(causes)}", set(causes) == {"EXTERNAL_STORAGE_FAILURE"})
        counted = fleets[0].second.logged().count("rpc.method=") - fleets[0].second.logged().count("Heartbeat")
        holds(f"{causes.total()} activity reports, but {counted} failures", causes.total() == counted)
        lines = [await _line(each, part) for each, part in zip(fleets, parts)]
    return (
        f"away for {back - started:.0f} s, all done {done - back:.0f} s later; {'; '.join(lines)}; "
        f"a start meanwhile: {re.sub(re.escape(str(bench.directory)), 'DIR', refused[0])[:160]}"
    )


async def _check(server: Client, fleet: Fleet) -> Failures:
    """What rules F promise of histories."""
    total = Failures()
    for kind, handles in (("python", fleet.python), ("raw", fleet.raw)):
        found = await failures(server, [handle.id for handle in handles])
        holds(f"{fleet.name} {kind}: a workflow did not complete", found.ended_badly == 0)
        foreign = {cause: count for cause, count in found.tasks.items() if cause != "EXTERNAL_STORAGE_FAILURE"}
        holds(f"{fleet.name} {kind}: workflow tasks failed with {foreign}", not foreign)
        strange = {type: count for type, count in found.activities.items() if type != "ExternalStorageFailure"}
        holds(f"{fleet.name} {kind}: activities failed with {strange}", not strange)
        holds(f"{fleet.name} {kind}: nothing failed, so nothing was shown", found.tasks or found.retried)
        total.tasks += found.tasks
        total.activities += found.activities
        total.timeouts += found.timeouts
        total.retried += found.retried
    holds(f"{fleet.name}: no workflow task failed", total.tasks["EXTERNAL_STORAGE_FAILURE"] > 0)
    holds(f"{fleet.name}: no activity failed for good", total.activities["ExternalStorageFailure"] > 0)
    # A sticky task that fails does not count as an attempt for the server, so that there may be two first attempts.
    holds(f"{fleet.name}: {total.tasks.total()} failed tasks", total.tasks.total() <= len(fleet.handles) * 2)
    return total


async def _line(fleet: Fleet, found: Failures) -> str:
    attempts = fleet.logged("RespondWorkflowTaskCompleted") + fleet.logged("PollWorkflowTaskQueue")
    activity_reports = fleet.logged("RespondActivityTaskCompleted") + fleet.logged("PollActivityTaskQueue")
    holds(f"{fleet.name}: every failed attempt was reported", found.tasks.total() < attempts)
    refusals = {name: count for name, count in fleet.worker.counts.items() if name.endswith("NOT_FOUND")}
    odd = {name: count for name, count in fleet.worker.counts.items() if ": " in name}
    holds(f"{fleet.name}: the raw worker was answered {odd}", not odd)
    return (
        f"{fleet.name}: {found.tasks.total()} of {attempts} failed workflow task attempts reported, "
        f"{found.activities.total()} activities failed for good and {found.retried} attempts retried "
        f"of {activity_reports} reported, raw worker {refusals}"
    )
