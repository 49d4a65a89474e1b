# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""Starting workflows and what they do on their own: inputs, results, memo, children, markers, replay."""

from __future__ import annotations

from typing import Any

from temporalio.api.common.v1 import Payload, WorkflowExecution
from temporalio.api.history.v1 import WorkflowExecutionCompletedEventAttributes
from temporalio.api.workflowservice.v1 import (
    DescribeWorkflowExecutionRequest,
    ListWorkflowExecutionsRequest,
    ResetWorkflowExecutionRequest,
)
from temporalio.client import WorkflowFailureError, WorkflowHandle, WorkflowHistory
from temporalio.exceptions import TerminatedError
from temporalio.worker import Replayer

import common
from common import digest, is_reference, sites
from definitions import (
    WORKFLOWS,
    Chain,
    Described,
    Echo,
    Mailbox,
    Parent,
    Patched,
    Periodic,
    Remembers,
    Several,
    ThroughActivity,
    ThroughLocalActivity,
)
from harness import CaseFailure, Env, case, holds, same


@case("workflow-input-result")
async def workflow_input_result(env: Env) -> None:
    """A workflow's input arrives, and its result comes back."""
    value = env.blob("value")
    handle = await env.client.start_workflow(Echo.run, value, id=env.id("echo"), task_queue=env.task_queue)
    same("result", await handle.result(), value)
    await env.expect(handle, ["workflow_execution_started.input", "workflow_execution_completed.result"])


@case("several-arguments")
async def several_arguments(env: Env) -> None:
    """Big and small arguments of one call keep their order; only the big ones are offloaded."""
    first, last = env.blob("first"), env.blob("last")
    handle = await env.client.start_workflow(
        Several.run, args=[first, "small", last], id=env.id("several"), task_queue=env.task_queue
    )
    same("result", await handle.result(), [digest(first), "small", digest(last)])
    history = await env.expect(handle, ["workflow_execution_started.input"])
    arguments = history.events[0].workflow_execution_started_event_attributes.input.payloads
    offloaded = [is_reference(payload) for payload in arguments]
    small = env.external and arguments[1].ByteSize() >= env.threshold or is_reference(arguments[1])
    same("which arguments are references", offloaded, [env.offloads, small, env.offloads])


@case("threshold")
async def threshold(env: Env) -> None:
    """A payload of exactly the threshold is offloaded, one byte less is not."""

    def sized(size: int) -> bytes:
        # binary/plain: the frame around the data has the same length for both sizes.
        frame = Payload(metadata={"encoding": b"binary/plain"}, data=bytes(size)).ByteSize() - size
        return common.blob(env.id("sized"), size - frame)

    if env.threshold < 1000 or env.threshold > 2_000_000:
        return  # At "all" nothing is below, and above the server's limit the lower one cannot pass.
    for size, offloaded in [(env.threshold - 1, False), (env.threshold, env.external)]:
        value = sized(size)
        handle = await env.client.start_workflow(Echo.run, value, id=env.id("echo"), task_queue=env.task_queue)
        same("result", await handle.result(), value)
        history = await env.expect(handle, [])
        argument = history.events[0].workflow_execution_started_event_attributes.input.payloads[0]
        holds(f"{size} bytes: offloaded is not {offloaded}", is_reference(argument) == offloaded)
        if not offloaded:
            same("serialized size", argument.ByteSize(), size)


@case("memo")
async def memo(env: Env) -> None:
    """A start memo is readable by the workflow, by describe and by list."""
    value = env.blob("memo")
    handle = await env.client.start_workflow(
        Echo.run, b"small", id=env.id("memo"), task_queue=env.task_queue, memo={"big": value, "small": "text"}
    )
    same("result", await handle.result(), b"small")
    await env.expect(handle, ["workflow_execution_started.memo.fields"])
    description = await handle.describe()
    same("described memo", await description.memo_value("big", type_hint=bytes), value)
    same("described small memo", await description.memo_value("small"), "text")
    raw = await env.server.workflow_service.describe_workflow_execution(
        DescribeWorkflowExecutionRequest(
            namespace=env.server.namespace, execution=WorkflowExecution(workflow_id=handle.id)
        )
    )
    env.expect_message(raw, ["workflow_execution_info.memo.fields"])

    query = f'WorkflowId = "{handle.id}"'

    async def listed() -> bytes | None:
        async for execution in env.client.list_workflows(query):
            return await execution.memo_value("big", type_hint=bytes)
        return None

    same("listed memo", await env.until("the list has it", listed), value)
    raw_list = await env.server.workflow_service.list_workflow_executions(
        ListWorkflowExecutionsRequest(namespace=env.server.namespace, query=query)
    )
    env.expect_message(raw_list, ["executions.memo.fields"])


@case("memo-upsert")
async def memo_upsert(env: Env) -> None:
    """A workflow adds a big memo and removes one with None; nil payloads stay inline (ES-C5)."""
    value = env.blob("memo")
    handle = await env.client.start_workflow(
        Remembers.run, value, id=env.id("remembers"), task_queue=env.task_queue, memo={"start": value}
    )
    same("seen in the workflow", await handle.result(), [digest(value), digest(value), "added"])
    history = await env.expect(
        handle, ["workflow_execution_started.memo.fields", "workflow_properties_modified.upserted_memo.fields"]
    )
    fields = next(
        event.workflow_properties_modified_event_attributes.upserted_memo.fields
        for event in history.events
        if event.HasField("workflow_properties_modified_event_attributes")
    )
    holds("the removing payload became a reference", not is_reference(fields["start"]))
    described = await (await handle.describe()).memo()
    same("described memo", sorted(described), ["added"])


@case("child-workflow")
async def child_workflow(env: Env) -> None:
    """A child's input, memo, result and failure arrive."""
    value, other = env.blob("value"), env.blob("other")
    handle = await env.client.start_workflow(
        Parent.run, args=[value, other], id=env.id("parent"), task_queue=env.task_queue
    )
    same("seen in the parent", await handle.result(), [digest(value), digest(value), digest(other)])
    await env.expect(
        handle,
        [
            "start_child_workflow_execution_initiated.input",
            "start_child_workflow_execution_initiated.memo.fields",
            "child_workflow_execution_completed.result",
            "child_workflow_execution_failed.failure.application_failure_info.details",
            "child_workflow_execution_failed.failure.cause.application_failure_info.details",
        ],
    )
    child = env.client.get_workflow_handle(f"{handle.id}-child")
    same(
        "the child's own result",
        await child.result(),
        await env.client.get_workflow_handle_for(Echo.run, child.id).result(),
    )
    same("the child's memo", await (await child.describe()).memo_value("child", type_hint=bytes), other)
    await env.expect(
        child,
        [
            "workflow_execution_started.input",
            "workflow_execution_started.memo.fields",
            "workflow_execution_completed.result",
        ],
    )


@case("continue-as-new")
async def continue_as_new(env: Env) -> None:
    """A value passes through three runs."""
    value = env.blob("value")
    handle = await env.client.start_workflow(Chain.run, args=[value, 2], id=env.id("chain"), task_queue=env.task_queue)
    first_run = handle.first_execution_run_id
    same("result", await handle.result(), value)
    first = await env.expect(
        handle,
        ["workflow_execution_started.input", "workflow_execution_continued_as_new.input"],
        run_id=first_run,
    )
    second_run = first.events[-1].workflow_execution_continued_as_new_event_attributes.new_execution_run_id
    await env.expect(
        handle,
        ["workflow_execution_started.input", "workflow_execution_continued_as_new.input"],
        run_id=second_run,
    )
    await env.expect(handle, ["workflow_execution_started.input", "workflow_execution_completed.result"])


@case("local-activity")
async def local_activity(env: Env) -> None:
    """A local activity's result survives in its marker; a worker without a cache replays it."""
    value = env.blob("value")
    async with env.worker(max_cached_workflows=0) as task_queue:
        handle = await env.client.start_workflow(
            ThroughLocalActivity.run, value, id=env.id("local"), task_queue=task_queue
        )
        same("result", await handle.result(), value)
    await env.expect(handle, ["marker_recorded.details", "workflow_execution_completed.result"])


@case("patch-marker")
async def patch_marker(env: Env) -> None:
    """The SDK's own marker is understood in replay, offloaded (threshold all) or not."""
    value = env.blob("value")
    async with env.worker(max_cached_workflows=0) as task_queue:
        handle = await env.client.start_workflow(Patched.run, value, id=env.id("patched"), task_queue=task_queue)
        same("result", await handle.result(), ["True", "True", digest(value)])
    history = await env.expect(handle, ["workflow_execution_started.input"])
    holds(
        "no payload in a marker",
        any(site.path.startswith("events.marker_recorded") for site in sites(history)),
    )


@case("user-metadata")
async def user_metadata(env: Env) -> None:
    """Summaries and details work and stay inline, whatever the threshold (ES-C5)."""
    value = env.blob("value")
    handle = await env.client.start_workflow(
        Described.run,
        value,
        id=env.id("described"),
        task_queue=env.task_queue,
        static_summary="the summary",
        static_details="the details",
    )
    same("result", await handle.result(), digest(value))
    description = await handle.describe()
    same("summary", await description.static_summary(), "the summary")
    same("details", await description.static_details(), "the details")
    history = await env.expect(handle, ["workflow_execution_started.input"], inline=["user_metadata.summary"])
    summaries = sorted(
        site.payload.data.decode() for site in sites(history) if site.path.endswith("user_metadata.summary")
    )
    same("summaries in history", summaries, ['"activity summary"', '"the summary"', '"timer summary"'])


@case("query-in-replay")
async def query_in_replay(env: Env) -> None:
    """A worker without a cache replays big history for a query, and again after each signal."""
    values = [env.blob(f"value {number}") for number in range(2)]
    async with env.worker(max_cached_workflows=0) as task_queue:
        handle = await env.client.start_workflow(
            Mailbox.run, len(values) + 1, id=env.id("mailbox"), task_queue=task_queue
        )
        for value in values:
            await handle.signal(Mailbox.put, value)
        same("answer", await handle.query(Mailbox.answer, b"!"), values[-1] + b"!")
        await handle.signal(Mailbox.put, values[0])
        same("result", await handle.result(), [digest(value) for value in [*values, values[0]]])
        same("answer after the end", await handle.query(Mailbox.answer, b"!"), values[0] + b"!")
    await env.expect(handle, ["workflow_execution_signaled.input"])


@case("terminate")
async def terminate(env: Env) -> None:
    """Termination details arrive with whoever waits for the result."""
    value = env.blob("details")
    handle = await env.client.start_workflow(Mailbox.run, 1, id=env.id("mailbox"), task_queue=env.task_queue)
    await handle.terminate(value, reason="tested")
    try:
        await handle.result()
        holds("a terminated workflow has no result", False)
    except WorkflowFailureError as error:
        holds("not terminated", isinstance(error.cause, TerminatedError))
        same("details", error.cause.details[0], value)  # type: ignore[union-attr]
    await env.expect(handle, ["workflow_execution_terminated.details"])


@case("eager")
async def eager(env: Env) -> None:
    """A workflow task and activities that come back in responses (eager start) are resolved and offloaded."""
    value = env.blob("value")
    async with env.worker() as task_queue:
        handle = await env.client.start_workflow(
            ThroughActivity.run, value, id=env.id("eager"), task_queue=task_queue, request_eager_start=True
        )
        same("result", await handle.result(), value)
    await env.expect(
        handle,
        ["workflow_execution_started.input", "activity_task_scheduled.input", "activity_task_completed.result"],
    )
    holds("the server did not start it eagerly", getattr(handle, "__temporal_eagerly_started", False))


@case("reset")
async def reset(env: Env) -> None:
    """A reset run gets its old signals again."""
    value, extra = env.blob("value"), env.blob("extra")
    handle = await env.client.start_workflow(Mailbox.run, 2, id=env.id("reset"), task_queue=env.task_queue)
    await env.client.get_workflow_handle(handle.id).query(Mailbox.answer, b"")  # The first task is over.
    await handle.signal(Mailbox.put, value)
    await env.client.get_workflow_handle(handle.id).query(Mailbox.answer, b"")
    history = await env.raw(handle)
    first_task = next(
        event.event_id for event in history.events if event.HasField("workflow_task_completed_event_attributes")
    )
    response = await env.client.workflow_service.reset_workflow_execution(
        ResetWorkflowExecutionRequest(
            namespace=env.client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=handle.id),
            reason="tested",
            workflow_task_finish_event_id=first_task,
            request_id=env.id("request"),
        )
    )
    again = env.client.get_workflow_handle(handle.id, run_id=response.run_id)
    await again.signal("put", extra)
    same("result of the new run", sorted(await again.result()), sorted([digest(value), digest(extra)]))
    history = await env.expect(handle, ["workflow_execution_signaled.input"], run_id=response.run_id)
    signals = [event for event in history.events if event.HasField("workflow_execution_signaled_event_attributes")]
    same("signals in the new run", len(signals), 2)


@case("fetch-history-and-replay")
async def fetch_history_and_replay(env: Env) -> None:
    """History fetched through the sidecar holds the values themselves, and replays without any storage."""
    value = env.blob("value")
    for kind in (ThroughActivity, ThroughLocalActivity):
        handle = await env.client.start_workflow(kind.run, value, id=env.id("replayed"), task_queue=env.task_queue)
        same("result", await handle.result(), value)
        fetched = await handle.fetch_history()
        for event in fetched.events:
            if env.client.data_converter.external_storage is None:
                env.expect_resolved(event)
        replayer = Replayer(workflows=WORKFLOWS, data_converter=env.client.data_converter)
        await replayer.replay_workflow(WorkflowHistory(handle.id, fetched.events))
        await env.expect(handle, ["workflow_execution_started.input"])


@case("last-completion-result")
async def last_completion_result(env: Env) -> None:
    """A cron run finds the big result of the run before it."""
    value = env.blob("value")
    handle = await env.client.start_workflow(
        Periodic.run, value, id=env.id("periodic"), task_queue=env.task_queue, cron_schedule="@every 1s"
    )
    runs = [handle.first_execution_run_id]
    for result in (value, value + b"seen"):
        ended = await _completed(env.client.get_workflow_handle(handle.id, run_id=runs[-1]))
        decoded = await env.client.data_converter.decode(ended.result.payloads, [bytes])
        same(f"result of run {len(runs)}", decoded[0], result)
        await env.expect(handle, ["workflow_execution_completed.result"], run_id=runs[-1])
        runs.append(ended.new_execution_run_id)
    await handle.terminate()
    await env.expect(
        handle,
        ["workflow_execution_started.input", "workflow_execution_started.last_completion_result"],
        run_id=runs[1],
    )


async def _completed(run: WorkflowHandle[Any, Any]) -> WorkflowExecutionCompletedEventAttributes:
    """Waits for one run's own completion. (`result` would go on to the next run of a cron workflow.)"""
    async for event in run.fetch_history_events(wait_new_event=True):
        if event.HasField("workflow_execution_completed_event_attributes"):
            return event.workflow_execution_completed_event_attributes
    raise CaseFailure(f"run {run.run_id} has no completion")
