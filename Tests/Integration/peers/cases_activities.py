# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""Activities: inputs and results, heartbeats, completion from elsewhere, standalone activities."""

from __future__ import annotations

from datetime import timedelta

from temporalio.api.workflowservice.v1 import DescribeActivityExecutionRequest
from temporalio.client import (
    ActivityFailureError,
    AsyncActivityCancelledError,
    WorkflowFailureError,
    WorkflowHandle,
)
from temporalio.exceptions import ActivityError, ApplicationError, TimeoutError as TemporalTimeoutError

from common import digest
from definitions import (
    ONCE,
    PATIENCE,
    Heartbeats,
    ThroughActivity,
    WaitsForOther,
    complete_elsewhere,
    echo,
    fail_with,
    waiting,
)
from harness import Env, case, holds, same

NEVER = 60.0
"""A heartbeat timeout, in seconds, longer than a case."""


@case("activity")
async def activity_input_result(env: Env) -> None:
    """An activity's input and result arrive, with eager execution (the default) and without."""
    value = env.blob("value")
    for disabled in (False, True):
        async with env.worker(disable_eager_activity_execution=disabled) as task_queue:
            handle = await env.client.start_workflow(
                ThroughActivity.run, value, id=env.id("activity"), task_queue=task_queue
            )
            same("result", await handle.result(), value)
        await env.expect(
            handle,
            [
                "workflow_execution_started.input",
                "activity_task_scheduled.input",
                "activity_task_completed.result",
                "workflow_execution_completed.result",
            ],
        )


@case("heartbeat-on-retry")
async def heartbeat_on_retry(env: Env) -> None:
    """Heartbeat details of a failed attempt are there in the next one."""
    value = env.blob("details")
    handle = await env.client.start_workflow(Heartbeats.run, value, id=env.id("heartbeats"), task_queue=env.task_queue)
    same("details found by the second attempt", await handle.result(), digest(value))
    await env.expect(handle, ["activity_task_scheduled.input"])


async def _waiting(env: Env, value: bytes, heartbeat_timeout: float = NEVER) -> WorkflowHandle[WaitsForOther, bytes]:
    """A workflow whose activity waits for somebody else; the activity has started."""
    return await env.client.start_workflow(
        WaitsForOther.run, args=[value, heartbeat_timeout], id=env.id("other"), task_queue=env.task_queue
    )


@case("async-completion-by-token")
async def async_completion_by_token(env: Env) -> None:
    """Another client completes an activity, knowing nothing but its token."""
    value, result = env.blob("value"), env.blob("result")
    handle = await _waiting(env, value)
    info = await waiting[handle.id].get()
    await env.client.get_async_activity_handle(task_token=info.task_token).complete(result)
    same("result", await handle.result(), result)
    await env.expect(handle, ["activity_task_scheduled.input", "activity_task_completed.result"])


@case("async-completion-by-id")
async def async_completion_by_id(env: Env) -> None:
    """Another client heartbeats and completes an activity by its id."""
    details, result = env.blob("details"), env.blob("result")
    handle = await _waiting(env, b"small")
    info = await waiting[handle.id].get()
    other = env.client.get_async_activity_handle(
        workflow_id=handle.id, run_id=info.workflow_run_id, activity_id="other"
    )
    await other.heartbeat(details)
    described = await env.server.get_workflow_handle(handle.id).describe()
    env.expect_message(described.raw_description, ["pending_activities.heartbeat_details"])
    resolved = await env.client.get_workflow_handle(handle.id).describe()
    if env.client.data_converter.external_storage is None:
        env.expect_resolved(resolved.raw_description)
    await other.complete(result)
    same("result", await handle.result(), result)
    await env.expect(handle, ["activity_task_completed.result"])


@case("async-failure")
async def async_failure(env: Env) -> None:
    """Another client fails an activity with big details, by token and by id."""
    for by_token in (True, False):
        value = env.blob("details")
        handle = await _waiting(env, b"small")
        info = await waiting[handle.id].get()
        other = (
            env.client.get_async_activity_handle(task_token=info.task_token)
            if by_token
            else env.client.get_async_activity_handle(workflow_id=handle.id, run_id=None, activity_id="other")
        )
        await other.fail(ApplicationError("failed elsewhere", value), last_heartbeat_details=[value])
        try:
            await handle.result()
            holds("the workflow did not fail", False)
        except WorkflowFailureError as error:
            holds("not an ActivityError", isinstance(error.cause, ActivityError))
            same("details", error.cause.__cause__.details[0], value)  # type: ignore[union-attr]
        await env.expect(handle, ["activity_task_failed.failure.application_failure_info.details"])


@case("activity-cancelled")
async def activity_cancelled(env: Env) -> None:
    """The details of a cancellation, reported by another client, arrive in the workflow."""
    value = env.blob("details")
    handle = await _waiting(env, b"small")
    info = await waiting[handle.id].get()
    other = env.client.get_async_activity_handle(task_token=info.task_token)
    await handle.cancel()

    async def cancelled() -> bool:
        try:
            await other.heartbeat(value)
            return False
        except AsyncActivityCancelledError:
            return True

    await env.until("the activity hears of it", cancelled)
    await other.report_cancellation(value)
    same("details", await handle.result(), value)
    await env.expect(handle, ["activity_task_canceled.details", "workflow_execution_completed.result"])


@case("heartbeat-timeout")
async def heartbeat_timeout(env: Env) -> None:
    """The last heartbeat details of an activity that went silent are in its timeout failure."""
    value = env.blob("details")
    handle = await _waiting(env, b"small", heartbeat_timeout=3.0)
    await waiting[handle.id].get()
    await env.client.get_async_activity_handle(workflow_id=handle.id, run_id=None, activity_id="other").heartbeat(value)
    try:
        await handle.result()
        holds("the activity did not time out", False)
    except WorkflowFailureError as error:
        cause = error.cause.__cause__
        holds(f"not a timeout: {cause!r:.200}", isinstance(cause, TemporalTimeoutError))
        same("details", cause.last_heartbeat_details[0], value)  # type: ignore[union-attr]
    await env.expect(handle, ["activity_task_timed_out.failure.timeout_failure_info.last_heartbeat_details"])


@case("standalone-activity")
async def standalone_activity(env: Env) -> None:
    """An activity without a workflow: input, result, and both described."""
    value = env.blob("value")
    handle = await env.client.start_activity(
        echo,
        value,
        id=env.id("standalone"),
        task_queue=env.task_queue,
        start_to_close_timeout=PATIENCE,
        summary="the summary",
    )
    same("result", await handle.result(), value)
    raw = await env.server.workflow_service.describe_activity_execution(
        DescribeActivityExecutionRequest(
            namespace=env.server.namespace,
            activity_id=handle.id,
            run_id=handle.run_id or "",
            include_input=True,
            include_outcome=True,
        )
    )
    env.expect_message(raw, ["input", "outcome.result"], inline=["info.user_metadata.summary"])
    resolved = await env.client.workflow_service.describe_activity_execution(
        DescribeActivityExecutionRequest(
            namespace=env.client.namespace, activity_id=handle.id, include_input=True, include_outcome=True
        )
    )
    if env.client.data_converter.external_storage is None:
        env.expect_resolved(resolved)
        same("described input", (await env.client.data_converter.decode(resolved.input.payloads, [bytes]))[0], value)


@case("standalone-activity-failure")
async def standalone_activity_failure(env: Env) -> None:
    """A standalone activity's failure arrives with its big details and cause."""
    outer, inner = env.blob("outer"), env.blob("inner")
    handle = await env.client.start_activity(
        fail_with,
        args=[outer, inner],
        id=env.id("standalone"),
        task_queue=env.task_queue,
        start_to_close_timeout=PATIENCE,
        retry_policy=ONCE,
    )
    try:
        await handle.result()
        holds("the activity did not fail", False)
    except ActivityFailureError as error:
        same("details", error.cause.details[0], outer)  # type: ignore[union-attr]
        same("cause's details", error.cause.__cause__.details[0], inner)  # type: ignore[union-attr]


@case("standalone-async-completion")
async def standalone_async_completion(env: Env) -> None:
    """Another client completes a standalone activity by its id."""
    value, details, result = env.blob("value"), env.blob("details"), env.blob("result")
    handle = await env.client.start_activity(
        complete_elsewhere,
        value,
        id=env.id("standalone"),
        task_queue=env.task_queue,
        start_to_close_timeout=PATIENCE,
        heartbeat_timeout=timedelta(seconds=NEVER),
    )
    await waiting[handle.id].get()
    other = env.client.get_async_activity_handle(activity_id=handle.id, run_id=handle.run_id, workflow_id=None)
    await other.heartbeat(details)
    await other.complete(result)
    same("result", await handle.result(), result)
