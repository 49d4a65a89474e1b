# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""Messages to running workflows: signals, queries, updates, and those that start the workflow too."""

from __future__ import annotations

import asyncio

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.errordetails.v1 import QueryFailedFailure
from temporalio.api.enums.v1 import QueryResultType
from temporalio.api.failure.v1 import ApplicationFailureInfo, Failure
from temporalio.api.query.v1 import WorkflowQuery
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import (
    PollWorkflowTaskQueueRequest,
    QueryWorkflowRequest,
    QueryWorkflowResponse,
    RespondQueryTaskCompletedRequest,
    RespondWorkflowTaskCompletedRequest,
)
from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowHandle,
    WorkflowQueryFailedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateStage,
)
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

from common import digest
from definitions import Mailbox, Sender
from harness import CaseFailure, Env, case, holds, same

QUERY_SIZE = 3 * 1024 * 1024
"""More than the 2 MB that the server lets through inline."""


async def mailbox(env: Env, count: int = 1) -> WorkflowHandle[Mailbox, list[str]]:
    return await env.client.start_workflow(Mailbox.run, count, id=env.id("mailbox"), task_queue=env.task_queue)


@case("signal")
async def signal(env: Env) -> None:
    """A signal's value arrives."""
    value = env.blob("value")
    handle = await mailbox(env)
    await handle.signal(Mailbox.put, value)
    same("result", await handle.result(), [digest(value)])
    await env.expect(handle, ["workflow_execution_signaled.input"])


@case("signal-external")
async def signal_external(env: Env) -> None:
    """A workflow signals another one."""
    value = env.blob("value")
    receiver = await mailbox(env)
    sender = await env.client.start_workflow(
        Sender.run, args=[receiver.id, value], id=env.id("sender"), task_queue=env.task_queue
    )
    await sender.result()
    same("result", await receiver.result(), [digest(value)])
    await env.expect(sender, ["signal_external_workflow_execution_initiated.input"])
    await env.expect(receiver, ["workflow_execution_signaled.input"])


@case("signal-with-start")
async def signal_with_start(env: Env) -> None:
    """Signal and start in one call: the signal, and the start's memo."""
    value, memo = env.blob("value"), env.blob("memo")
    handle = await env.client.start_workflow(
        Mailbox.run,
        1,
        id=env.id("mailbox"),
        task_queue=env.task_queue,
        start_signal="put",
        start_signal_args=[value],
        memo={"big": memo},
    )
    same("result", await handle.result(), [digest(value)])
    same("memo", await (await handle.describe()).memo_value("big", type_hint=bytes), memo)
    await env.expect(handle, ["workflow_execution_started.memo.fields", "workflow_execution_signaled.input"])


async def _raw_query(client: Client, workflow_id: str, query: str, value: bytes) -> QueryWorkflowResponse:
    return await client.workflow_service.query_workflow(
        QueryWorkflowRequest(
            namespace=client.namespace,
            execution=WorkflowExecution(workflow_id=workflow_id),
            query=WorkflowQuery(query_type=query, query_args={"payloads": await client.data_converter.encode([value])}),
        )
    )


@case("query")
async def query(env: Env) -> None:
    """A query's argument and answer, each larger than the server takes inline, arrive."""
    big = env.with_size(max(env.size, QUERY_SIZE)) if env.external else env
    held, argument = env.blob("held"), big.blob("argument")
    handle = await mailbox(env, count=2)
    await handle.signal(Mailbox.put, held)
    same("answer", await handle.query(Mailbox.answer, argument), held + argument)
    # The same query straight from the server: its answer has been offloaded by the worker's side.
    raw = await _raw_query(env.server, handle.id, "answer", b"?")
    env.expect_message(raw, ["query_result"])
    await handle.signal(Mailbox.put, b"end")
    await handle.result()
    same("answer after the end", await handle.query(Mailbox.answer, argument), b"end" + argument)


@case("query-failing")
async def query_failing(env: Env) -> None:
    """A failing query tells its message, and what the worker put into the failure arrives as status details.

    The Python worker sends no failure with a failed query, other SDKs do: a hand-made worker stands in for them.
    """
    handle = await mailbox(env)
    try:
        await handle.query(Mailbox.broken, env.blob("argument"))
        holds("the query did not fail", False)
    except WorkflowQueryFailedError as error:
        same("message", error.message, "query failed")
    await handle.terminate()

    # Small details are resolved at any threshold.
    small = env.with_size(2_000)
    details, value = await _details_of_failed_query(small, small.client)
    decoded = await env.client.data_converter.decode(details.failure.application_failure_info.details.payloads, [bytes])
    same("details", decoded[0], value)
    details, _ = await _details_of_failed_query(small, small.server)
    small.expect_message(details, ["failure.application_failure_info.details"])

    # Big ones cannot come back inline: status details travel in a header, and SDKs refuse one over 16 KiB.
    # What must arrive is the failure itself, with a reference.
    if env.offloads:
        for client in (env.client, env.server):
            details, _ = await _details_of_failed_query(env, client)
            env.expect_message(details, ["failure.application_failure_info.details"])


async def _details_of_failed_query(env: Env, client: Client) -> tuple[QueryFailedFailure, bytes]:
    """Asks `client` a query that a worker made of plain calls fails, with a big value in its details."""
    value = env.blob("details")
    service, namespace = env.client.workflow_service, env.client.namespace
    task_queue = env.id("by-hand")
    handle = await env.client.start_workflow("ByHand", id=env.id("by-hand"), task_queue=task_queue)
    poll = PollWorkflowTaskQueueRequest(namespace=namespace, task_queue=TaskQueue(name=task_queue), identity="peer")
    task = await service.poll_workflow_task_queue(poll)
    await service.respond_workflow_task_completed(
        RespondWorkflowTaskCompletedRequest(namespace=namespace, task_token=task.task_token, identity="peer")
    )
    query = asyncio.create_task(_raw_query(client, handle.id, "broken", b"?"))
    task = await service.poll_workflow_task_queue(poll)
    await service.respond_query_task_completed(
        RespondQueryTaskCompletedRequest(
            namespace=namespace,
            task_token=task.task_token,
            completed_type=QueryResultType.QUERY_RESULT_TYPE_FAILED,
            error_message="query failed",
            failure=Failure(
                message="query failed",
                application_failure_info=ApplicationFailureInfo(
                    type="Outer", details={"payloads": await env.client.data_converter.encode([value])}
                ),
            ),
        )
    )
    try:
        await query
    except RPCError as error:
        same("status", (error.status.name, error.message), ("INVALID_ARGUMENT", "query failed"))
        failure = QueryFailedFailure()
        holds("no QueryFailedFailure in the status details", error.grpc_status.details[0].Unpack(failure))
        await handle.terminate()
        return failure, value
    raise CaseFailure("the query did not fail")


@case("update")
async def update(env: Env) -> None:
    """An accepted update: argument and result, also when the result is polled for later."""
    first, second = env.blob("first"), env.blob("second")
    handle = await mailbox(env, count=2)
    same("result of the update", await handle.execute_update(Mailbox.replace, first), first)
    started = await handle.start_update(
        Mailbox.replace, second, wait_for_stage=WorkflowUpdateStage.ACCEPTED, id="second"
    )
    same("polled result", await started.result(), second)
    again = handle.get_update_handle("second", result_type=bytes)
    same("result by id", await again.result(), second)
    same("result", await handle.result(), [digest(first), digest(second)])
    await env.expect(
        handle,
        [
            "workflow_execution_update_accepted.accepted_request.input.args",
            "workflow_execution_update_completed.outcome.success",
        ],
    )


@case("update-in-replay")
async def update_in_replay(env: Env) -> None:
    """Updates with big values are replayed by a worker without a cache."""
    first, second = env.blob("first"), env.blob("second")
    async with env.worker(max_cached_workflows=0) as task_queue:
        handle = await env.client.start_workflow(Mailbox.run, 2, id=env.id("mailbox"), task_queue=task_queue)
        for value in (first, second):
            same("result of the update", await handle.execute_update(Mailbox.replace, value), value)
        same("result", await handle.result(), [digest(first), digest(second)])
    await env.expect(handle, ["workflow_execution_update_accepted.accepted_request.input.args"])


@case("update-rejected")
async def update_rejected(env: Env) -> None:
    """A validator's rejection arrives with its big details; nothing is left in history."""
    value = b"reject" + env.blob("value")
    handle = await mailbox(env)
    await _expect_update_failure(handle, value, "update rejected")
    await handle.signal(Mailbox.put, b"end")
    await handle.result()
    history = await env.expect(handle, [])
    holds(
        "the rejected update is in history",
        not any(event.HasField("workflow_execution_update_accepted_event_attributes") for event in history.events),
    )


@case("update-failing")
async def update_failing(env: Env) -> None:
    """An accepted update that fails arrives with its big details."""
    value = b"fail" + env.blob("value")
    handle = await mailbox(env)
    await _expect_update_failure(handle, value, "update failed")
    await handle.signal(Mailbox.put, b"end")
    await handle.result()
    await env.expect(
        handle,
        [
            "workflow_execution_update_accepted.accepted_request.input.args",
            "workflow_execution_update_completed.outcome.failure.application_failure_info.details",
        ],
    )


async def _expect_update_failure(handle: WorkflowHandle[Mailbox, list[str]], value: bytes, message: str) -> None:
    try:
        await handle.execute_update(Mailbox.replace, value)
        holds("the update did not fail", False)
    except WorkflowUpdateFailedError as error:
        holds(f"cause is {error.cause!r:.100}", isinstance(error.cause, ApplicationError))
        same("message", error.cause.message, message)  # type: ignore[union-attr]
        same("details", error.cause.details[0], value)  # type: ignore[union-attr]


@case("update-with-start")
async def update_with_start(env: Env) -> None:
    """Update and start in one call: the update's argument and result, and the start's memo."""
    value, memo = env.blob("value"), env.blob("memo")
    start = WithStartWorkflowOperation(
        Mailbox.run,
        1,
        id=env.id("mailbox"),
        task_queue=env.task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
        memo={"big": memo},
    )
    result = await env.client.execute_update_with_start_workflow(Mailbox.replace, value, start_workflow_operation=start)
    same("result of the update", result, value)
    handle = await start.workflow_handle()
    same("result", await handle.result(), [digest(value)])
    same("memo", await (await handle.describe()).memo_value("big", type_hint=bytes), memo)
    await env.expect(
        handle,
        [
            "workflow_execution_started.memo.fields",
            "workflow_execution_update_accepted.accepted_request.input.args",
            "workflow_execution_update_completed.outcome.success",
        ],
    )
