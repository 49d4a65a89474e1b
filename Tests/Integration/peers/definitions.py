# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""The workflows, activities and Nexus operations that the cases run. None of them knows about storage."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from datetime import timedelta

import nexusrpc
import nexusrpc.handler
from temporalio import activity, nexus, workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import (
    ActivityError,
    ApplicationError,
    CancelledError,
    ChildWorkflowError,
    NexusOperationError,
)

with workflow.unsafe.imports_passed_through():
    from common import digest

ONCE = RetryPolicy(maximum_attempts=1)
SOON = RetryPolicy(initial_interval=timedelta(milliseconds=50), maximum_attempts=3)
PATIENCE = timedelta(seconds=60)

# --- Activities -----------------------------------------------------------------------------------------

waiting: defaultdict[str, asyncio.Queue[activity.Info]] = defaultdict(asyncio.Queue)
"""Activities that wait to be completed from elsewhere, by workflow or activity id."""


@activity.defn
async def echo(value: bytes) -> bytes:
    return value


@activity.defn
async def fail_with(outer: bytes, inner: bytes) -> None:
    raise ApplicationError("outer", outer, type="Outer") from ApplicationError("inner", inner, type="Inner")


@activity.defn
async def fail_with_message(message: str) -> None:
    raise ApplicationError(message, type="Long")


@activity.defn
async def heartbeat_then_fail(value: bytes) -> str:
    """Fails on the first attempt after a heartbeat; the next one says what it found of it."""
    details = activity.info().heartbeat_details
    if not details:
        activity.heartbeat(value)
        raise ApplicationError("first attempt")
    return digest(details[0])


@activity.defn
async def complete_elsewhere(value: bytes) -> bytes:
    info = activity.info()
    waiting[info.workflow_id or info.activity_id].put_nowait(info)
    activity.raise_complete_async()


ACTIVITIES = [echo, fail_with, fail_with_message, heartbeat_then_fail, complete_elsewhere]


# --- Nexus ----------------------------------------------------------------------------------------------


@nexusrpc.service
class EchoService:
    echo: nexusrpc.Operation[bytes, bytes]
    through_workflow: nexusrpc.Operation[bytes, bytes]
    fail: nexusrpc.Operation[bytes, bytes]


@nexusrpc.handler.service_handler(service=EchoService)
class EchoServiceHandler:
    @nexusrpc.handler.sync_operation
    async def echo(self, ctx: nexusrpc.handler.StartOperationContext, value: bytes) -> bytes:
        return value

    @nexus.workflow_run_operation
    async def through_workflow(
        self, ctx: nexus.WorkflowRunOperationContext, value: bytes
    ) -> nexus.WorkflowHandle[bytes]:
        return await ctx.start_workflow(Echo.run, value, id=f"nexus-{ctx.request_id}")

    @nexusrpc.handler.sync_operation
    async def fail(self, ctx: nexusrpc.handler.StartOperationContext, value: bytes) -> bytes:
        raise ApplicationError("operation failed", value, type="Outer", non_retryable=True)


# --- Workflows ------------------------------------------------------------------------------------------


@workflow.defn
class Echo:
    @workflow.run
    async def run(self, value: bytes) -> bytes:
        return value


@workflow.defn
class Several:
    """Three arguments, only the first and the last are big."""

    @workflow.run
    async def run(self, first: bytes, middle: str, last: bytes) -> list[str]:
        return [digest(first), middle, digest(last)]


@workflow.defn
class ThroughActivity:
    @workflow.run
    async def run(self, value: bytes) -> bytes:
        return await workflow.execute_activity(echo, value, start_to_close_timeout=PATIENCE, retry_policy=SOON)


@workflow.defn
class ThroughOtherQueue:
    """Its activity is done by the worker of another task queue, however many attempts that takes."""

    @workflow.run
    async def run(self, value: bytes, task_queue: str) -> bytes:
        return await workflow.execute_activity(
            echo,
            value,
            task_queue=task_queue,
            start_to_close_timeout=PATIENCE,
            retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=200), backoff_coefficient=1.0),
        )


@workflow.defn
class ThroughLocalActivity:
    @workflow.run
    async def run(self, value: bytes) -> bytes:
        result = await workflow.execute_local_activity(echo, value, start_to_close_timeout=PATIENCE)
        # A second task, so that a worker without a cache replays the marker.
        await workflow.sleep(timedelta(milliseconds=10))
        return result


@workflow.defn
class Mailbox:
    """Takes values by signal and update, hands them out by query, and ends when it has seen `count`."""

    def __init__(self) -> None:
        self.values: list[bytes] = []

    @workflow.run
    async def run(self, count: int) -> list[str]:
        await workflow.wait_condition(lambda: len(self.values) >= count)
        await workflow.wait_condition(workflow.all_handlers_finished)
        return [digest(value) for value in self.values]

    @workflow.signal
    def put(self, value: bytes) -> None:
        self.values.append(value)

    @workflow.query
    def answer(self, size: bytes) -> bytes:
        """The last value, then the argument: both directions are big."""
        return (self.values[-1] if self.values else b"") + size

    @workflow.query
    def broken(self, value: bytes) -> bytes:
        raise ApplicationError("query failed", value, type="Outer")

    @workflow.update
    async def replace(self, value: bytes) -> bytes:
        if value.startswith(b"fail"):
            raise ApplicationError("update failed", value, type="Outer")
        self.values.append(value)
        return value

    @replace.validator
    def check(self, value: bytes) -> None:
        if value.startswith(b"reject"):
            raise ApplicationError("update rejected", value, type="Outer")


@workflow.defn
class Sender:
    @workflow.run
    async def run(self, target: str, value: bytes) -> None:
        await workflow.get_external_workflow_handle(target).signal(Mailbox.put, value)


@workflow.defn
class Remembers:
    """Reads the memo it was started with, then adds one key and removes the other."""

    @workflow.run
    async def run(self, value: bytes) -> list[str]:
        started_with = workflow.memo_value("start", type_hint=bytes)
        workflow.upsert_memo({"added": value, "start": None})
        await workflow.sleep(timedelta(milliseconds=10))
        return [digest(started_with), digest(workflow.memo_value("added", type_hint=bytes)), *sorted(workflow.memo())]


@workflow.defn
class Fails:
    @workflow.run
    async def run(self, where: str, outer: bytes, inner: bytes) -> None:
        if where == "activity":
            await workflow.execute_activity(
                fail_with, args=[outer, inner], start_to_close_timeout=PATIENCE, retry_policy=ONCE
            )
        raise ApplicationError("outer", outer, type="Outer") from ApplicationError("inner", inner, type="Inner")


@workflow.defn
class FailsWithMessage:
    """Fails, and lets an activity fail before, with a long message (for encoded failure attributes)."""

    @workflow.run
    async def run(self, message: str) -> None:
        try:
            await workflow.execute_activity(
                fail_with_message, message, start_to_close_timeout=PATIENCE, retry_policy=ONCE
            )
        except ActivityError as error:
            assert isinstance(error.cause, ApplicationError)
            if error.cause.message != message:
                raise ApplicationError(f"the activity's message came back as {digest(error.cause.message)}")
        raise ApplicationError(message, type="Long")


@workflow.defn
class Heartbeats:
    @workflow.run
    async def run(self, value: bytes) -> str:
        return await workflow.execute_activity(
            heartbeat_then_fail,
            value,
            start_to_close_timeout=PATIENCE,
            heartbeat_timeout=PATIENCE,
            retry_policy=SOON,
        )


@workflow.defn
class WaitsForOther:
    """An activity that somebody else completes, fails, cancels or lets time out."""

    @workflow.run
    async def run(self, value: bytes, heartbeat_timeout_seconds: float) -> bytes:
        try:
            return await workflow.execute_activity(
                complete_elsewhere,
                value,
                activity_id="other",
                start_to_close_timeout=PATIENCE,
                heartbeat_timeout=timedelta(seconds=heartbeat_timeout_seconds),
                retry_policy=ONCE,
                cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
            )
        except ActivityError as error:
            if isinstance(error.cause, CancelledError):
                return error.cause.details[0]
            raise


@workflow.defn
class Parent:
    @workflow.run
    async def run(self, value: bytes, other: bytes) -> list[str]:
        me = workflow.info().workflow_id
        result = await workflow.execute_child_workflow(Echo.run, value, id=f"{me}-child", memo={"child": other})
        try:
            await workflow.execute_child_workflow(Fails.run, args=["workflow", value, other], id=f"{me}-failing-child")
        except ChildWorkflowError as error:
            outer = error.cause
            assert isinstance(outer, ApplicationError) and isinstance(outer.cause, ApplicationError)
            return [digest(result), digest(outer.details[0]), digest(outer.cause.details[0])]
        return []


@workflow.defn
class Chain:
    @workflow.run
    async def run(self, value: bytes, remaining: int) -> bytes:
        if remaining > 0:
            workflow.continue_as_new(args=[value, remaining - 1])
        return value


@workflow.defn
class Caller:
    @workflow.run
    async def run(self, endpoint: str, operation: str, value: bytes) -> bytes:
        client = workflow.create_nexus_client(service=EchoService, endpoint=endpoint)
        try:
            return await client.execute_operation(
                operation, value, output_type=bytes, schedule_to_close_timeout=PATIENCE
            )
        except NexusOperationError as error:
            cause: BaseException | None = error
            while cause is not None:
                if isinstance(cause, ApplicationError) and cause.details:
                    return cause.details[0]
                cause = cause.__cause__
            raise


@workflow.defn
class Periodic:
    """Run by a cron schedule: gives its argument first, and afterwards the last result with a mark."""

    @workflow.run
    async def run(self, value: bytes) -> bytes:
        last = workflow.get_last_completion_result(bytes)
        return value if last is None else last + b"seen"


@workflow.defn
class Patched:
    """Leaves the only marker of its own that the Python SDK has."""

    @workflow.run
    async def run(self, value: bytes) -> list[str]:
        patched = workflow.patched("step")
        await workflow.sleep(timedelta(milliseconds=10))
        return [str(patched), str(workflow.patched("step")), digest(value)]


@workflow.defn
class Described:
    """Sets summaries wherever the SDK allows one."""

    @workflow.run
    async def run(self, value: bytes) -> str:
        workflow.set_current_details("current details")
        await workflow.sleep(timedelta(milliseconds=10), summary="timer summary")
        result = await workflow.execute_activity(
            echo, value, start_to_close_timeout=PATIENCE, retry_policy=SOON, summary="activity summary"
        )
        return digest(result)


WORKFLOWS = [
    Echo,
    Several,
    ThroughActivity,
    ThroughOtherQueue,
    ThroughLocalActivity,
    Mailbox,
    Sender,
    Remembers,
    Fails,
    FailsWithMessage,
    Heartbeats,
    WaitsForOther,
    Parent,
    Chain,
    Caller,
    Patched,
    Periodic,
    Described,
]
