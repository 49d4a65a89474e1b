# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""What the server runs for its users: schedules, batch operations, Nexus operations; and a codec on top."""

from __future__ import annotations

import dataclasses
import uuid
import zlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from temporalio.api.batch.v1 import BatchOperationSignal
from temporalio.api.common.v1 import Payload, WorkflowExecution
from temporalio.api.enums.v1 import BatchOperationState
from temporalio.api.nexus.v1 import EndpointSpec, EndpointTarget
from temporalio.api.operatorservice.v1 import CreateNexusEndpointRequest, DeleteNexusEndpointRequest
from temporalio.api.workflowservice.v1 import (
    DescribeBatchOperationRequest,
    DescribeScheduleRequest,
    StartBatchOperationRequest,
)
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleOverlapPolicy,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.converter import PayloadCodec
from temporalio.service import RPCError

from common import blob, digest
from definitions import PATIENCE, Caller, Echo, EchoService, Mailbox, Remembers, ThroughActivity
from harness import Env, Skipped, case, holds, same

# --- Schedules ------------------------------------------------------------------------------------------

SCHEDULE_MEMO_SIZE = 300_000
"""More than the default threshold; small enough for the server, since it stays inline."""


@case("schedule")
async def schedule(env: Env) -> None:
    """A schedule with a big memo of its own (stays inline, ES-C5), big action input and memo: it really runs."""
    value, memo, about = env.blob("value"), env.blob("memo"), blob(env.run, SCHEDULE_MEMO_SIZE)
    action = ScheduleActionStartWorkflow(
        Echo.run, value, id=env.id("scheduled"), task_queue=env.task_queue, memo={"big": memo}
    )
    handle = await env.client.create_schedule(
        env.id("schedule"), Schedule(action=action, spec=ScheduleSpec()), memo={"about": about}
    )
    try:
        await _expect_run(env, handle.id, value, memo, ran_before=0)
        description = await handle.describe()
        same("described memo", await description.memo_value("about", type_hint=bytes), about)
        described = description.schedule.action
        holds("not a workflow action", isinstance(described, ScheduleActionStartWorkflow))
        arguments = await env.client.data_converter.decode(described.args, [bytes])  # type: ignore[arg-type,union-attr]
        same("described input", arguments[0], value)

        other = env.blob("other")

        def change(update: ScheduleUpdateInput) -> ScheduleUpdate:
            changed = dataclasses.replace(action)
            changed.args = [other]
            return ScheduleUpdate(dataclasses.replace(update.description.schedule, action=changed))

        await handle.update(change)
        await _expect_run(env, handle.id, other, memo, ran_before=1)
    finally:
        await handle.delete()


async def _expect_run(env: Env, schedule_id: str, value: bytes, memo: bytes, ran_before: int) -> None:
    """Triggers the schedule and checks the workflow that it starts, and what the server holds for it."""
    raw = await env.server.workflow_service.describe_schedule(
        DescribeScheduleRequest(namespace=env.server.namespace, schedule_id=schedule_id)
    )
    env.expect_message(raw, ["schedule.action.start_workflow.input", "schedule.action.start_workflow.memo.fields"])
    handle = env.client.get_schedule_handle(schedule_id)
    # Not left out where the scheduler does not know yet that the workflow before has ended.
    await handle.trigger(overlap=ScheduleOverlapPolicy.ALLOW_ALL)

    async def started() -> str | None:
        actions = (await handle.describe()).info.recent_actions
        return actions[-1].action.workflow_id if len(actions) > ran_before else None  # type: ignore[union-attr]

    workflow_id = await env.until("the schedule has started a workflow", started)
    env.used_ids.append(workflow_id)
    workflow = env.client.get_workflow_handle_for(Echo.run, workflow_id)
    same("result of the scheduled workflow", await workflow.result(), value)
    same("its memo", await (await workflow.describe()).memo_value("big", type_hint=bytes), memo)
    await env.expect(
        workflow,
        [
            "workflow_execution_started.input",
            "workflow_execution_started.memo.fields",
            "workflow_execution_completed.result",
        ],
    )


# --- Batch operations -----------------------------------------------------------------------------------


@case("batch-signal")
async def batch_signal(env: Env) -> None:
    """A batch operation signals two workflows with a big input."""
    value = env.blob("value")
    handles = [
        await env.client.start_workflow(Mailbox.run, 1, id=env.id("mailbox"), task_queue=env.task_queue)
        for _ in range(2)
    ]
    job_id = str(uuid.uuid4())
    await env.client.workflow_service.start_batch_operation(
        StartBatchOperationRequest(
            namespace=env.client.namespace,
            job_id=job_id,
            reason="tested",
            executions=[
                WorkflowExecution(workflow_id=handle.id, run_id=handle.first_execution_run_id or "")
                for handle in handles
            ],
            signal_operation=BatchOperationSignal(
                signal="put",
                input={"payloads": await env.client.data_converter.encode([value])},
                identity="peer",
            ),
        )
    )
    for handle in handles:
        same("result", await handle.result(), [digest(value)])
        await env.expect(handle, ["workflow_execution_signaled.input"])

    async def over() -> bool:
        described = await env.client.workflow_service.describe_batch_operation(
            DescribeBatchOperationRequest(namespace=env.client.namespace, job_id=job_id)
        )
        holds("the batch failed", described.state != BatchOperationState.BATCH_OPERATION_STATE_FAILED)
        return described.state == BatchOperationState.BATCH_OPERATION_STATE_COMPLETED

    await env.until("the batch is over", over)


# --- Nexus ----------------------------------------------------------------------------------------------


@asynccontextmanager
async def _endpoint(env: Env) -> AsyncIterator[str]:
    """A Nexus endpoint that leads to the shared worker."""
    name = f"endpoint-{env.run}-{uuid.uuid4().hex[:6]}"
    created = await env.client.operator_service.create_nexus_endpoint(
        CreateNexusEndpointRequest(
            spec=EndpointSpec(
                name=name,
                target=EndpointTarget(
                    worker=EndpointTarget.Worker(namespace=env.client.namespace, task_queue=env.task_queue)
                ),
            )
        )
    )
    try:
        yield name
    finally:
        await env.client.operator_service.delete_nexus_endpoint(
            DeleteNexusEndpointRequest(id=created.endpoint.id, version=created.endpoint.version)
        )


async def _call(env: Env, operation: str, at: Sequence[str]) -> None:
    value = env.blob("value")
    async with _endpoint(env) as endpoint:
        handle = await env.client.start_workflow(
            Caller.run, args=[endpoint, operation, value], id=env.id("caller"), task_queue=env.task_queue
        )
        same("result", await handle.result(), value)
        await env.expect(handle, ["nexus_operation_scheduled.input", *at])


@case("nexus-sync")
async def nexus_sync(env: Env) -> None:
    """A synchronous Nexus operation's input and result arrive."""
    await _call(env, "echo", ["nexus_operation_completed.result"])


@case("nexus-workflow-run")
async def nexus_workflow_run(env: Env) -> None:
    """A Nexus operation that runs a workflow: input and result, by way of the server's callback."""
    await _call(env, "through_workflow", ["nexus_operation_completed.result"])


@case("nexus-failure")
async def nexus_failure(env: Env) -> None:
    """A failing Nexus operation's big details arrive in the calling workflow."""
    await _call(env, "fail", [])


@case("nexus-standalone")
async def nexus_standalone(env: Env) -> None:
    """A Nexus operation started by a client: input and result arrive."""
    value = env.blob("value")
    async with _endpoint(env) as endpoint:
        client = env.client.create_nexus_client(EchoService, endpoint)
        for operation in (EchoService.echo, EchoService.through_workflow):
            try:
                result = await client.execute_operation(
                    operation, value, id=env.id("operation"), schedule_to_close_timeout=PATIENCE
                )
            except RPCError as error:
                if "disabled" in error.message:
                    raise Skipped(f"the server says: {error.message}") from error
                raise
            same(f"result of {operation.name}", result, value)


# --- A codec on top -------------------------------------------------------------------------------------


class Scramble(PayloadCodec):
    """Compresses, then hides the bytes. A stand-in for encryption: it is as opaque to whoever is below."""

    KEY = 0x5A

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [
            Payload(
                metadata={"encoding": b"binary/scrambled"},
                data=self._hide(zlib.compress(payload.SerializeToString(), 1)),
            )
            for payload in payloads
        ]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [
            (
                Payload.FromString(zlib.decompress(self._hide(payload.data)))
                if payload.metadata.get("encoding") == b"binary/scrambled"
                else payload
            )
            for payload in payloads
        ]

    def _hide(self, data: bytes) -> bytes:
        return data.translate(bytes(byte ^ self.KEY for byte in range(256)))


@case("codec")
async def codec(env: Env) -> None:
    """A payload codec in the application stays untouched by what happens below it."""
    value = env.blob("value")
    config = env.client.config()
    config["data_converter"] = dataclasses.replace(config["data_converter"], payload_codec=Scramble())
    client = Client(**config)
    async with env.worker(client) as task_queue:
        through = await client.start_workflow(ThroughActivity.run, value, id=env.id("codec"), task_queue=task_queue)
        same("result", await through.result(), value)
        remembers = await client.start_workflow(
            Remembers.run, value, id=env.id("codec"), task_queue=task_queue, memo={"start": value}
        )
        same("memo", await remembers.result(), [digest(value), digest(value), "added"])
        mailbox = await client.start_workflow(Mailbox.run, 2, id=env.id("codec"), task_queue=task_queue)
        await mailbox.signal(Mailbox.put, value)
        same("answer", await mailbox.query(Mailbox.answer, b"!"), value + b"!")
        same("update", await mailbox.execute_update(Mailbox.replace, value), value)
        await mailbox.result()
    history = await env.expect(
        through,
        [
            "workflow_execution_started.input",
            "activity_task_scheduled.input",
            "activity_task_completed.result",
            "workflow_execution_completed.result",
        ],
    )
    if not env.offloads:
        first = history.events[0].workflow_execution_started_event_attributes.input.payloads[0]
        same("encoding in history", first.metadata["encoding"].decode(), "binary/scrambled")
    await env.expect(remembers, ["workflow_properties_modified.upserted_memo.fields"])
    await env.expect(mailbox, ["workflow_execution_signaled.input"])
