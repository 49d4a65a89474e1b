# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""A worker made of bare gRPC calls: no cache, no heartbeats, no retries, the whole history with every task.

It is the least that an SDK may be. It knows one workflow, which takes a step for as long as nobody says that it is
enough: each step hands a value to an activity and takes what comes back for the next one.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from google.protobuf.message import Message
from temporalio.api.command.v1 import (
    Command,
    CompleteWorkflowExecutionCommandAttributes,
    ScheduleActivityTaskCommandAttributes,
)
from temporalio.api.common.v1 import ActivityType, Payload, Payloads
from temporalio.api.enums.v1 import CommandType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import (
    PollActivityTaskQueueRequest,
    PollActivityTaskQueueResponse,
    PollWorkflowTaskQueueRequest,
    PollWorkflowTaskQueueResponse,
    RespondActivityTaskCompletedRequest,
    RespondWorkflowTaskCompletedRequest,
)

from sidecar import Answer, Caller

ENOUGH = "enough"
IDENTITY = "raw-worker"


def payload(data: bytes) -> Payload:
    return Payload(metadata={"encoding": b"binary/plain"}, data=data)


def turned(value: bytes) -> bytes:
    """Another value of the same size, so that each step has something new to store."""
    return value[1:] + value[:1]


class RawWorker:
    def __init__(self, polls: Caller, responds: Caller, namespace: str, task_queue: str, pace: float) -> None:
        self._polls = polls
        self._responds = responds
        self._namespace = namespace
        self._task_queue = TaskQueue(name=task_queue)
        self._pace = pace
        self.counts: Counter[str] = Counter()
        """How polls and responses went."""

    async def run(self, workflow_pollers: int = 2, activity_pollers: int = 4) -> None:
        """Polls until it is cancelled."""
        async with asyncio.TaskGroup() as group:
            for _ in range(workflow_pollers):
                group.create_task(self._workflow_tasks())
            for _ in range(activity_pollers):
                group.create_task(self._activity_tasks())

    async def _poll(self, method: str, request: Message) -> bytes:
        answer = await self._polls.call(method, request, timeout=20)
        if answer.code == "OK":
            self.counts[f"{method} {'task' if answer.body else 'empty'}"] += 1
            return answer.body
        self.counts[f"{method} {answer.code}"] += 1
        if answer.code != "DEADLINE_EXCEEDED":
            await asyncio.sleep(0.2)  # The back-off of a client.
        return b""

    async def _respond(self, method: str, request: Message) -> None:
        answer: Answer = await self._responds.call(method, request)
        self.counts[f"{method} {answer.code}"] += 1
        if answer.code not in ("OK", "NOT_FOUND"):
            self.counts[f"{method}: {answer}"] += 1

    async def _workflow_tasks(self) -> None:
        poll = PollWorkflowTaskQueueRequest(
            namespace=self._namespace, task_queue=self._task_queue, identity=IDENTITY
        )
        while True:
            body = await self._poll("PollWorkflowTaskQueue", poll)
            task = PollWorkflowTaskQueueResponse.FromString(body)
            if not task.task_token:
                continue
            request = RespondWorkflowTaskCompletedRequest(
                task_token=task.task_token, namespace=self._namespace, identity=IDENTITY, commands=self._decide(task)
            )
            await self._respond("RespondWorkflowTaskCompleted", request)

    def _decide(self, task: PollWorkflowTaskQueueResponse) -> list[Command]:
        """The commands that follow from a history; always the same ones from the same history."""
        value, steps, under_way, enough = b"", 0, False, False
        for event in task.history.events:
            if event.HasField("workflow_execution_started_event_attributes"):
                value = event.workflow_execution_started_event_attributes.input.payloads[0].data
            if event.HasField("activity_task_scheduled_event_attributes"):
                under_way = True
            if event.HasField("activity_task_completed_event_attributes"):
                value = event.activity_task_completed_event_attributes.result.payloads[0].data
                steps, under_way = steps + 1, False
            if event.HasField("workflow_execution_signaled_event_attributes"):
                enough = True
        if under_way:
            return []
        if enough:
            result = [payload(turned(value)), payload(str(steps).encode())]
            return [
                Command(
                    command_type=CommandType.COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION,
                    complete_workflow_execution_command_attributes=CompleteWorkflowExecutionCommandAttributes(
                        result=Payloads(payloads=result)
                    ),
                )
            ]
        schedule = ScheduleActivityTaskCommandAttributes(
            activity_id=f"step-{steps}",
            activity_type=ActivityType(name="step"),
            task_queue=self._task_queue,
            input=Payloads(payloads=[payload(turned(value))]),
        )
        schedule.start_to_close_timeout.FromSeconds(60)
        schedule.retry_policy.initial_interval.FromMilliseconds(500)
        schedule.retry_policy.backoff_coefficient = 1.5
        schedule.retry_policy.maximum_interval.FromSeconds(3)
        return [
            Command(
                command_type=CommandType.COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK,
                schedule_activity_task_command_attributes=schedule,
            )
        ]

    async def _activity_tasks(self) -> None:
        poll = PollActivityTaskQueueRequest(
            namespace=self._namespace, task_queue=self._task_queue, identity=IDENTITY
        )
        while True:
            body = await self._poll("PollActivityTaskQueue", poll)
            task = PollActivityTaskQueueResponse.FromString(body)
            if not task.task_token:
                continue
            await asyncio.sleep(self._pace)  # The work.
            result = payload(turned(task.input.payloads[0].data))
            request = RespondActivityTaskCompletedRequest(
                task_token=task.task_token,
                namespace=self._namespace,
                identity=IDENTITY,
                result=Payloads(payloads=[result]),
            )
            await self._respond("RespondActivityTaskCompleted", request)


@asynccontextmanager
async def running(worker: RawWorker, **options: int) -> AsyncIterator[RawWorker]:
    task = asyncio.create_task(worker.run(**options))
    try:
        yield worker
        if task.done():
            await task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def after(value: bytes, turns: int) -> bytes:
    """What has to be there after so many turns."""
    turns %= max(1, len(value))
    return value[turns:] + value[:turns]


