# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""What a Temporal server refuses as too large, and what passes with storage in front of it (default limits)."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence
from datetime import timedelta

from temporalio import workflow
from temporalio.api.common.v1 import Payload, Payloads, WorkflowExecution
from temporalio.api.enums.v1 import EventType, UpdateWorkflowExecutionLifecycleStage, WorkflowTaskFailedCause
from temporalio.api.update.v1 import Input, Meta, Request
from temporalio.api.workflowservice.v1 import (
    SignalWorkflowExecutionRequest,
    UpdateWorkflowExecutionRequest,
    UpdateWorkflowExecutionResponse,
)
from temporalio.common import RawValue
from temporalio.worker import Worker

import common
from bad_harness import case, expect_ok, holds
from common import blob, digest, is_reference, sites
from definitions import ACTIVITIES, Mailbox, echo
from fault_harness import Faults, failures_in
from harness import same
from raw_worker import payload
from sidecar import Caller

KIB = 1024


@workflow.defn(dynamic=True)
class Heap:
    """Takes any number of values when it starts, by signal and by update, and hands each to an activity at once."""

    def __init__(self) -> None:
        self.signalled: list[bytes] = []
        self.updated: list[bytes] = []

    @workflow.run
    async def run(self, args: Sequence[RawValue]) -> list[str]:
        await workflow.wait_condition(lambda: self.signalled and self.updated)
        values = [each.payload.data for each in args]
        results = await asyncio.gather(
            *(
                workflow.execute_activity(echo, value, start_to_close_timeout=timedelta(seconds=60))
                for value in values
            )
        )
        return [digest(b"".join(each)) for each in (results, self.signalled, self.updated)]

    @workflow.signal(dynamic=True)
    def any_signal(self, name: str, args: Sequence[RawValue]) -> None:
        self.signalled = [each.payload.data for each in args]

    @workflow.update(dynamic=True)
    def any_update(self, name: str, args: Sequence[RawValue]) -> str:
        self.updated = [each.payload.data for each in args]
        return digest(b"".join(self.updated))


def values(seed: str, count: int, size: int) -> list[bytes]:
    return [blob(f"{seed}/{number}", size) for number in range(count)]


def payloads(of: list[bytes]) -> list[Payload]:
    return [payload(value) for value in of]


def signal(bench: Faults, workflow_id: str, what: list[bytes]) -> SignalWorkflowExecutionRequest:
    return SignalWorkflowExecutionRequest(
        namespace=bench.namespace,
        workflow_execution=WorkflowExecution(workflow_id=workflow_id),
        signal_name="put",
        input=Payloads(payloads=payloads(what)),
        request_id=uuid.uuid4().hex,
    )


def update(bench: Faults, workflow_id: str, what: list[bytes]) -> UpdateWorkflowExecutionRequest:
    request = UpdateWorkflowExecutionRequest(
        namespace=bench.namespace,
        workflow_execution=WorkflowExecution(workflow_id=workflow_id),
        request=Request(
            meta=Meta(update_id=uuid.uuid4().hex),
            input=Input(name="change", args=Payloads(payloads=payloads(what))),
        ),
    )
    stage = UpdateWorkflowExecutionLifecycleStage.UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED
    request.wait_policy.lifecycle_stage = stage
    return request


@case("history-in-pages", seconds=120)
async def history_in_pages(bench: Faults) -> str:
    """A history that with its payloads is several times as large as a message may be comes in pages that fit."""
    limit, values_sent = 4 * KIB * KIB, values(bench.id("pages"), 24, 512 * KIB)
    digests = [digest(value) for value in values_sent]
    workflow_id, task_queue = bench.id("pages"), bench.id("pages")
    async with bench.sidecar("--max-message-bytes", str(limit), "--cache-bytes", "0") as sidecar:
        client = await bench.client(sidecar.address)
        handle = await client.start_workflow(
            Mailbox.run,
            len(values_sent),
            id=workflow_id,
            task_queue=task_queue,
            # For all pages, on a busy machine too.
            task_timeout=timedelta(seconds=60),
        )
        for value in values_sent:
            await handle.signal(Mailbox.put, value)
        # Every task is given the whole history.
        worker = Worker(client, task_queue=task_queue, workflows=[Mailbox], max_cached_workflows=0)
        async with worker:
            same("values that the workflow saw", await handle.result(), digests)
            same("a query of the history", await handle.query(Mailbox.answer, b"!"), values_sent[-1] + b"!")
        history = await handle.fetch_history()
        signals = [
            digest(event.workflow_execution_signaled_event_attributes.input.payloads[0].data)
            for event in history.events
            if event.HasField("workflow_execution_signaled_event_attributes")
        ]
        same("values in the history that a client reads", signals, digests)
        same("ids of events", [event.event_id for event in history.events], list(range(1, len(history.events) + 1)))
        failures = failures_in(await common.raw_history(await bench.client(bench.server), workflow_id))
        holds(f"tasks failed: {failures}", not failures.tasks and not failures.timeouts)
    return f"{sum(map(len, values_sent)) // KIB} KiB in messages of at most {limit // KIB} KiB"


@case("request-size", seconds=120)
async def request_size(bench: Faults) -> str:
    """What is below the threshold piece by piece but too large together goes through; without storage it is refused."""
    count, size, workflow_id, task_queue = 30, 200 * KIB, bench.id("heap"), bench.id("heap")
    started, signalled, updated = (values(f"{workflow_id}/{what}", count, size) for what in "abc")
    start = bench.start(workflow_id, *payloads(started), task_queue=task_queue, kind="Heap")
    refused: list[str] = []
    async with bench.sidecar() as sidecar, Caller(sidecar.address) as through, Caller(bench.server) as straight:
        answer = await straight.call("StartWorkflowExecution", start)
        holds(f"without storage a start with {count} x {size} bytes: {answer}", answer.code != "OK")
        refused.append(f"start {answer}")
        client = await bench.client(sidecar.address)
        async with Worker(client, task_queue=task_queue, workflows=[Heap], activities=ACTIVITIES):
            expect_ok("start", await through.call("StartWorkflowExecution", start))
            for method, made in (("SignalWorkflowExecution", signal), ("UpdateWorkflowExecution", update)):
                what = signalled if made is signal else updated
                answer = await straight.call(method, made(bench, workflow_id, what))
                holds(f"without storage {method} with {count} x {size} bytes: {answer}", answer.code != "OK")
                refused.append(f"{method} {answer}")
                answer = await through.call(method, made(bench, workflow_id, what))
                expect_ok(method, answer)
            outcome = UpdateWorkflowExecutionResponse.FromString(answer.body).outcome
            holds(f"the update failed: {outcome.failure.message}", outcome.HasField("success"))
            result = await client.get_workflow_handle(workflow_id, result_type=list[str]).result()
        same("result", result, [digest(b"".join(each)) for each in (started, signalled, updated)])
        history = await common.raw_history(await bench.client(bench.server), workflow_id)
    kept = [site for site in sites(history) if site.size >= size]
    stored = [site for site in sites(history) if is_reference(site.payload)]
    failed = failures_in(history).tasks
    # What the server has done again: a task that was under way while more than 2 MiB of results came in, or while a
    # signal did.
    del failed["FORCE_CLOSE_COMMAND"], failed["UNHANDLED_COMMAND"]
    holds(f"workflow tasks failed: {dict(failed)}", not failed)
    return f"{len(stored)} of {len(stored) + len(kept)} payloads stored; refused without: {'; '.join(refused)}"


@case("completion-refused", seconds=60)
async def completion_refused(bench: Faults) -> str:
    """Without storage the same 30 commands of 200 KiB fail their workflow task, and the server ends the workflow."""
    count, size, workflow_id, task_queue = 30, 200 * KIB, bench.id("heap"), bench.id("heap")
    async with Caller(bench.server) as straight:
        request = bench.start(workflow_id, payload(b"x"), task_queue=task_queue, kind="Fan")
        expect_ok("start", await straight.call("StartWorkflowExecution", request))
    client = await bench.client(bench.server)
    async with Worker(client, task_queue=task_queue, workflows=[Fan], activities=ACTIVITIES):
        handle = client.get_workflow_handle(workflow_id)
        events = [event async for event in handle.fetch_history_events(wait_new_event=True)]
    accepted = [event for event in events if event.HasField("activity_task_scheduled_event_attributes")]
    holds("the commands were accepted", not accepted)
    failed = [event for event in events if event.HasField("workflow_task_failed_event_attributes")]
    holds("no workflow task failed", failed)
    failure = failed[0].workflow_task_failed_event_attributes
    last = EventType.Name(events[-1].event_type).removeprefix("EVENT_TYPE_")
    cause = WorkflowTaskFailedCause.Name(failure.cause).removeprefix("WORKFLOW_TASK_FAILED_CAUSE_")
    holds(f"the cause is {cause}, the last event {last}", cause == "FORCE_CLOSE_COMMAND" and "TERMINATED" in last)
    return f"{cause}: {failure.failure.message[:120]}; last event {last}"


@workflow.defn
class Fan:
    """Hands 30 values of 200 KiB to activities at once."""

    @workflow.run
    async def run(self, _: bytes) -> str:
        made = values(workflow.info().workflow_id, 30, 200 * KIB)
        results = await asyncio.gather(
            *(workflow.execute_activity(echo, value, start_to_close_timeout=timedelta(seconds=60)) for value in made)
        )
        return digest(b"".join(results))
