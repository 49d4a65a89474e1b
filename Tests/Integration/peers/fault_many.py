# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""Many, and large: results and commands of one workflow task, completions in pages, drivers of workers, long polls."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

from temporalio import workflow
from temporalio.api.common.v1 import Payloads
from temporalio.api.enums.v1 import CommandType, EventType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import (
    DescribeNamespaceRequest,
    ListWorkersRequest,
    PollActivityTaskQueueRequest,
    PollWorkflowTaskQueueRequest,
    PollWorkflowTaskQueueResponse,
    RespondWorkflowTaskCompletedRequest,
)
from temporalio.api.command.v1 import Command, RecordMarkerCommandAttributes
from temporalio.client import Client
from temporalio.runtime import Runtime, TelemetryConfig
from temporalio.worker import Worker

import common
from bad_harness import case, expect_ok, holds
from common import blob, digest, is_reference, sites
from definitions import ACTIVITIES, echo
from fault_harness import MIB, Faults, until
from fault_limits import values
from harness import same
from raw_worker import payload
from sidecar import Caller

PATIENCE = timedelta(seconds=60)
KIB = 1024
MARKER = EventType.EVENT_TYPE_MARKER_RECORDED


@workflow.defn
class Wide:
    """20 activities at once, 300 KB in and out each, and one with 10 MiB."""

    @workflow.run
    async def run(self, large: int) -> list[str]:
        me = workflow.info().workflow_id
        made = values(me, 20, 300_000)
        results = await asyncio.gather(
            *(workflow.execute_activity(echo, value, start_to_close_timeout=PATIENCE) for value in made)
        )
        one = await workflow.execute_activity(echo, blob(f"{me}/large", large), start_to_close_timeout=PATIENCE)
        return [digest(b"".join(results)), digest(one)]


@case("wide-and-large", seconds=90)
async def wide_and_large(bench: Faults) -> str:
    """A Python worker's 20 x 300 KB commands and results and its 10 MiB command go through, in one completion each."""
    task_queue, large = bench.id("wide"), 10 * MIB
    async with bench.sidecar() as sidecar:
        client = await bench.client(sidecar.address)
        async with Worker(client, task_queue=task_queue, workflows=[Wide], activities=ACTIVITIES):
            handle = await client.start_workflow(Wide.run, large, id=bench.id("wide"), task_queue=task_queue)
            result = await handle.result()
        wanted = [digest(b"".join(values(handle.id, 20, 300_000))), digest(blob(f"{handle.id}/large", large))]
        same("result", result, wanted)
    history = await common.raw_history(await bench.client(bench.server), handle.id)
    references = [site for site in sites(history) if is_reference(site.payload)]
    holds(f"{len(references)} references", len(references) == 42)
    failed = [event for event in history.events if event.HasField("workflow_task_failed_event_attributes")]
    holds(f"{len(failed)} workflow tasks failed", not failed)
    return f"{len(references)} references, history of {history.ByteSize()} bytes"


@case("completion-pages", seconds=60)
async def completion_pages(bench: Faults) -> str:
    """The pages of one completion are stored each for itself, by whichever sidecar, and the server joins them."""
    store, workflow_id, queue = bench.new_store(), bench.id("pages"), TaskQueue(name=bench.id("pages"))
    made = values(workflow_id, 6, 300 * KIB)
    async with bench.sidecar(store=store) as first, bench.sidecar(store=store) as second:
        async with Caller(first.address) as a, Caller(second.address) as b, Caller(bench.server) as straight:
            description = (await _namespace(bench, bench.server)).namespace_info
            through = (await _namespace(bench, first.address)).namespace_info
            # SDKs are kept from cutting completions into pages by the sizes before storage.
            holds("the server has no such capability", description.capabilities.workflow_task_completion_pagination)
            holds("the SDK is told of it", not through.capabilities.workflow_task_completion_pagination)
            expect_ok("start", await a.call("StartWorkflowExecution", bench.start(workflow_id, task_queue=queue.name)))
            poll = PollWorkflowTaskQueueRequest(namespace=bench.namespace, task_queue=queue)
            answer = await a.call("PollWorkflowTaskQueue", poll)
            expect_ok("poll", answer)
            token = PollWorkflowTaskQueueResponse.FromString(answer.body).task_token
            for number, caller in enumerate((a, b, a)):
                page = RespondWorkflowTaskCompletedRequest(
                    namespace=bench.namespace,
                    task_token=token,
                    commands=[_marker(value) for value in made[2 * number : 2 * number + 2]],
                    page_number=number,
                    intermediate_page=number < 2,
                )
                expect_ok(f"page {number}", await caller.call("RespondWorkflowTaskCompleted", page))
            read = (await bench.read_history(b, workflow_id)).events
            kept = (await bench.read_history(straight, workflow_id)).events
    markers = [event.marker_recorded_event_attributes.details["value"] for event in read if event.event_type == MARKER]
    same("markers", [digest(each.payloads[0].data) for each in markers], [digest(each) for each in made])
    references = [site for event in kept for site in sites(event) if is_reference(site.payload)]
    holds(f"{len(references)} references", len(references) == len(made))
    completed = [event for event in kept if event.HasField("workflow_task_completed_event_attributes")]
    holds(f"{len(completed)} completed tasks", len(completed) == 1)
    return f"3 pages by 2 sidecars, {len(references)} references, one completed task"


async def _namespace(bench: Faults, address: str):
    client = await bench.client(address)
    return await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=bench.namespace))


def _marker(value: bytes) -> Command:
    attributes = RecordMarkerCommandAttributes(
        marker_name="page", details={"value": Payloads(payloads=[payload(value)])}
    )
    return Command(
        command_type=CommandType.COMMAND_TYPE_RECORD_MARKER, record_marker_command_attributes=attributes
    )


@case("driver-types", seconds=60)
async def driver_types(bench: Faults) -> str:
    """The API and `temporal worker list` name the type of the sidecar's driver for a worker that has none (ES-O3)."""
    task_queue = bench.id("drivers")
    runtime = Runtime(telemetry=TelemetryConfig(logging=None), worker_heartbeat_interval=timedelta(seconds=1))
    async with bench.s3_sidecar() as sidecar:
        client = await Client.connect(sidecar.address, namespace=bench.namespace, runtime=runtime)
        server = await bench.client(bench.server)
        async with Worker(client, task_queue=task_queue, workflows=[Wide], activities=ACTIVITIES):
            types: list[str] = []
            while not types:
                request = ListWorkersRequest(namespace=bench.namespace, query=f"TaskQueue='{task_queue}'")
                workers = (await server.workflow_service.list_workers(request)).workers_info
                types = [driver.type for each in workers for driver in each.worker_heartbeat.drivers]
                await asyncio.sleep(0.1)  # Heartbeats come once a second; the server has no call that waits for one.
            listed = await _worker_list(bench, task_queue)
    holds(f"the API says {types}", types == ["aws.s3driver"])
    holds(f"temporal worker list says {listed}", "aws.s3driver" in listed)
    return f"API: {types}; temporal worker list: aws.s3driver"


async def _worker_list(bench: Faults, task_queue: str) -> str:
    command = Path(common.__file__).resolve().parents[3] / ".tools" / "venv" / "bin" / "temporal"
    process = await asyncio.create_subprocess_exec(
        *(command, "worker", "list", "--address", bench.server, "--namespace", bench.namespace),
        *("--query", f"TaskQueue='{task_queue}'", "--output", "json"),
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    return json.dumps(json.loads(output))


@case("long-polls", seconds=90)
async def long_polls(bench: Faults) -> str:
    """300 real long polls at once: a task reaches one of them, and a shutdown ends the rest at once, with code 0."""
    count, queue = 300, TaskQueue(name=bench.id("polls"))
    workflow_id = bench.id("polls")
    async with bench.sidecar() as sidecar:
        callers = [Caller(sidecar.address) for _ in range(6)]
        requests = [
            ("PollWorkflowTaskQueue", PollWorkflowTaskQueueRequest(namespace=bench.namespace, task_queue=queue)),
            ("PollActivityTaskQueue", PollActivityTaskQueueRequest(namespace=bench.namespace, task_queue=queue)),
        ]
        polls = [
            asyncio.create_task(callers[number % 6].call(*requests[number % 2], timeout=60)) for number in range(count)
        ]
        while await sidecar.active_calls() < count:
            await asyncio.sleep(0.05)  # Metrics are asked for.
        # A call beside them still goes through, and the task it makes reaches exactly one poll.
        value = payload(blob(workflow_id, MIB))
        async with Caller(sidecar.address) as caller:
            began = time.monotonic()
            answer = await caller.call("StartWorkflowExecution", bench.start(workflow_id, value, task_queue=queue.name))
            expect_ok("a start beside 300 polls", answer)
        await until(lambda: any(poll.done() for poll in polls), "the task reaches a poll")
        took = time.monotonic() - began
        (task,) = [PollWorkflowTaskQueueResponse.FromString(poll.result().body) for poll in polls if poll.done()]
        got = task.history.events[0].workflow_execution_started_event_attributes.input.payloads[0]
        holds("the task has another input", got == value)
        # What has been answered may count as open for a moment.
        while (open_calls := await sidecar.active_calls()) > count - 1:
            await asyncio.sleep(0.05)  # As above.
        memory = sidecar.peak_memory() // MIB
        holds(f"{open_calls:.0f} calls are open", open_calls == count - 1)
        began = time.monotonic()
        sidecar.process.terminate()
        code = await sidecar.process.wait()
        ended = time.monotonic() - began
        answers = Counter(answer.code for answer in await asyncio.gather(*polls))
        for caller in callers:
            await caller.channel.close()
        holds(f"the sidecar ended with code {code} after {ended:.1f} s", code == 0 and ended < 6)
        holds(f"the polls ended with {dict(answers)}", answers == {"OK": 1, "UNAVAILABLE": count - 1})
        # It is not to be ended a second time.
        sidecar.ended_on_purpose = True
    return f"{count} polls, a task after {took * 1000:.0f} ms, ended {ended:.2f} s after SIGTERM, peak {memory} MiB"
