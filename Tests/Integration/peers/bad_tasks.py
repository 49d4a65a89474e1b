# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""Tasks whose payloads cannot be stored or retrieved: the task fails, the workflow never does (ES-F2, ES-F3)."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
from datetime import timedelta
from pathlib import Path

from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType, WorkflowExecutionStatus, WorkflowTaskFailedCause
from temporalio.api.failure.v1 import Failure
from temporalio.client import Client, WorkflowHandle, WorkflowQueryFailedError
from temporalio.service import RPCError
from temporalio.worker import Worker

import common
from bad_harness import Bench, CaseFailure, case, expect_ok, holds
from bad_references import claiming
from common import blob
from definitions import ACTIVITIES, WORKFLOWS, Echo, Mailbox, ThroughOtherQueue
from harness import same
from sidecar import Caller

STORAGE_FAILURE = WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_EXTERNAL_STORAGE_FAILURE
TASK_TIMEOUT = 4
SIZE = 1_048_576


def worker(client: Client, task_queue: str, **options) -> Worker:
    return Worker(client, task_queue=task_queue, workflows=WORKFLOWS, activities=ACTIVITIES, **options)


async def failed_tasks(server: Client, workflow_id: str) -> list[Failure]:
    """The failures of all failed workflow tasks in a history; each has to have the cause of ES-F2."""
    found: list[Failure] = []
    for event in (await common.raw_history(server, workflow_id)).events:
        if event.HasField("workflow_task_failed_event_attributes"):
            attributes = event.workflow_task_failed_event_attributes
            cause = WorkflowTaskFailedCause.Name(attributes.cause)
            holds(f"the cause is {cause}: {attributes.failure.message}", attributes.cause == STORAGE_FAILURE)
            found.append(attributes.failure)
    return found


async def until_attempt(server: Client, workflow_id: str, attempt: int) -> float:
    """Waits until the pending workflow task is at this attempt; gives when the server says it began to be.

    Bounded by the case's time.
    """
    handle = server.get_workflow_handle(workflow_id)
    while True:
        description = (await handle.describe()).raw_description
        status = description.workflow_execution_info.status
        running = status == WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING
        holds(f"the workflow is {WorkflowExecutionStatus.Name(status)}", running)
        if description.pending_workflow_task.attempt >= attempt:
            return description.pending_workflow_task.scheduled_time.ToNanoseconds() / 1e9
        await asyncio.sleep(0.05)  # The server has no call that waits for an attempt.


async def check_failing(server: Client, workflow_id: str, *says: str) -> str:
    """One report on attempt 1, none on attempt 2, which runs into its timeout; the workflow runs on."""
    second = await until_attempt(server, workflow_id, 2)
    third = await until_attempt(server, workflow_id, 3)
    lasted = third - second
    # A reported failure would have ended it at once.
    holds(f"attempt 2 lasted {lasted:.1f} s of {TASK_TIMEOUT} s", lasted > TASK_TIMEOUT * 0.75)
    failures = await failed_tasks(server, workflow_id)
    holds(f"{len(failures)} failed tasks in history", len(failures) == 1)
    missing = [text for text in says if text not in failures[0].message]
    holds(f"the failure lacks {missing}: {failures[0].message}", not missing)
    return failures[0].message


@case("workflow-task-retrieve", seconds=120)
async def workflow_task_retrieve(bench: Bench) -> str:
    """A task with a reference that cannot be read fails on attempt 1, is not reported again, and recovers (ES-F2)."""
    store, workflow_id, task_queue = bench.new_store(), bench.id("task"), bench.id("queue")
    stored = Payload(metadata={"encoding": b"binary/plain"}, data=blob(workflow_id, SIZE)).SerializeToString()
    key = f"v0/d/sha256/{hashlib.sha256(stored).hexdigest()}"
    request = bench.start(workflow_id, claiming(key, key.rpartition("/")[2]), task_queue=task_queue)
    request.workflow_task_timeout.FromSeconds(TASK_TIMEOUT)
    async with Caller(bench.server) as straight:
        expect_ok("start", await straight.call("StartWorkflowExecution", request))
    server = await bench.client(bench.server)
    async with bench.sidecar(store=store) as sidecar:
        client = await bench.client(sidecar.address)
        async with worker(client, task_queue):
            message = await check_failing(server, workflow_id, '"local-disk"', key, "no file there")
            (store / key).parent.mkdir(parents=True)
            (store / key).write_bytes(stored)
            result = await client.get_workflow_handle(workflow_id, result_type=bytes).result()
        same("result", result, blob(workflow_id, SIZE))
        holds("reported again", len(await failed_tasks(server, workflow_id)) == 1)
        logged = sidecar.logged().count("Payloads of a task could not be retrieved")
        holds(f"logged {logged} times, not on every attempt", logged >= 2)
        counted = await sidecar.metric("temporal_external_storage_failures_total", code="notFound")
        holds(f"counted {counted:.0f} times, not on every attempt", counted >= 2)
    return message.replace(str(bench.directory), "DIR")


@case("workflow-task-store", seconds=120)
async def workflow_task_store(bench: Bench) -> str:
    """A task whose result cannot be stored fails on attempt 1, is not reported again, and recovers (ES-F2)."""
    store, workflow_id, task_queue = bench.new_store(), bench.id("task"), bench.id("queue")
    server = await bench.client(bench.server)
    async with bench.sidecar(store=store) as sidecar:
        client = await bench.client(sidecar.address)
        value = blob(workflow_id, SIZE)
        handle = await client.start_workflow(
            Echo.run, value, id=workflow_id, task_queue=task_queue, task_timeout=timedelta(seconds=TASK_TIMEOUT)
        )
        # The input can be read where it is; the result has another place, and something is in the way.
        run_directory = _place_of_run(store, handle)
        run_directory.write_bytes(b"in the way")
        async with worker(client, task_queue):
            message = await check_failing(server, workflow_id, '"local-disk"', "writing failed")
            run_directory.unlink()
            same("result", await handle.result(), value)
        holds("reported again", len(await failed_tasks(server, workflow_id)) == 1)
    return message.replace(str(bench.directory), "DIR")


def _place_of_run(store: Path, handle: WorkflowHandle) -> Path:
    """The directory of what the run itself stores (ES-D1)."""
    (unnamed,) = store.glob(f"v0/ns/*/wt/Echo/wi/{handle.id}/ri/null")
    assert handle.first_execution_run_id is not None
    return unnamed.parent / handle.first_execution_run_id


@case("activity-retrieve", seconds=90)
async def activity_retrieve(bench: Bench) -> str:
    """An activity whose input cannot be read fails retryably, attempt after attempt, and recovers (ES-F3)."""
    store, workflow_id = bench.new_store(), bench.id("activity")
    task_queue, activities = bench.id("queue"), bench.id("activities")
    server = await bench.client(bench.server)
    # Another sidecar for the activity's worker, which has nothing in its cache.
    async with bench.sidecar(store=store) as sidecar, bench.sidecar(store=store) as other:
        client, activity_client = await bench.client(sidecar.address), await bench.client(other.address)
        value = blob(workflow_id, SIZE)
        async with worker(client, task_queue):
            handle = await client.start_workflow(
                ThroughOtherQueue.run, args=[value, activities], id=workflow_id, task_queue=task_queue
            )
            async for event in handle.fetch_history_events(wait_new_event=True):
                if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
                    break
            away = store.with_name("away")
            store.rename(away)
            store.mkdir()
            async with Worker(activity_client, task_queue=activities, activities=ACTIVITIES):
                failure = await _until_activity_attempt(server, workflow_id, 3)
                holds(f"not retryable: {failure}", not failure.application_failure_info.non_retryable)
                says = ['"local-disk"', "no file there", "(notFound)"]
                missing = [text for text in says if text not in failure.message]
                holds(f"the failure lacks {missing}: {failure.message}", not missing)
                shutil.rmtree(store)
                away.rename(store)
                same("result", await handle.result(), value)
        holds("a workflow task failed", not await failed_tasks(server, workflow_id))
    return failure.message.replace(str(bench.directory), "DIR")


async def _until_activity_attempt(server: Client, workflow_id: str, attempt: int) -> Failure:
    handle = server.get_workflow_handle(workflow_id)
    while True:
        for pending in (await handle.describe()).raw_description.pending_activities:
            if pending.attempt >= attempt:
                return pending.last_failure
        await asyncio.sleep(0.05)  # The server has no call that waits for an attempt.


@case("query-store", seconds=60)
async def query_store(bench: Bench) -> str:
    """A query whose answer cannot be stored fails, and only that query: the workflow goes on (ES-F2)."""
    store, workflow_id, task_queue = bench.new_store(), bench.id("query"), bench.id("queue")
    server = await bench.client(bench.server)
    async with bench.sidecar(store=store) as sidecar:
        client = await bench.client(sidecar.address)
        async with worker(client, task_queue):
            handle = await client.start_workflow(Mailbox.run, 2, id=workflow_id, task_queue=task_queue)
            await handle.signal(Mailbox.put, blob("small", 200))
            # Small in, large out, so that the answer is all there is to store.
            await handle.query(Mailbox.answer, b"x")
            away = store.with_name("away")
            store.rename(away)
            # The argument is stored first: it fails the call by itself, in the client's hands (ES-F1).
            try:
                await handle.query(Mailbox.answer, blob("large", SIZE))
                raise CaseFailure("a query with an argument that cannot be stored succeeded")
            except (RPCError, WorkflowQueryFailedError) as error:
                text = str(error)
            holds(f"the failure does not name the driver: {text}", "local-disk" in text and "create it" in text)
            away.rename(store)
            await handle.query(Mailbox.answer, blob("large", SIZE))
            await handle.signal(Mailbox.put, blob("large", SIZE))
            holds("the workflow has not seen both values", len(await handle.result()) == 2)
        holds("a workflow task failed", not await failed_tasks(server, workflow_id))
    return text.replace(str(bench.directory), "DIR")
