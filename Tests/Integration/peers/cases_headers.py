# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""Headers: interceptors put a big payload into every header there is and read it at the other end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

import temporalio.client
import temporalio.worker
from temporalio import activity, workflow
from temporalio.api.common.v1 import Payload
from temporalio.client import Client
from temporalio.converter import PayloadConverter

from common import digest
from definitions import ONCE, PATIENCE
from harness import Env, case, same

KEY = "big"
_converter = PayloadConverter.default


def _with(headers: Mapping[str, Payload], value: bytes) -> Mapping[str, Payload]:
    return {**headers, KEY: _converter.to_payload(value)}


def _read(headers: Mapping[str, Payload]) -> bytes:
    return _converter.from_payload(headers[KEY], bytes) if KEY in headers else b""


seen: dict[str, str] = {}
"""Digest of the header that arrived with a signal, by workflow id."""


class ClientOutbound(temporalio.client.OutboundInterceptor):
    def __init__(self, next: temporalio.client.OutboundInterceptor, value: bytes) -> None:
        super().__init__(next)
        self.value = value

    async def start_workflow(self, input: temporalio.client.StartWorkflowInput) -> Any:
        input.headers = _with(input.headers, self.value)
        return await super().start_workflow(input)

    async def signal_workflow(self, input: temporalio.client.SignalWorkflowInput) -> None:
        input.headers = _with(input.headers, self.value)
        await super().signal_workflow(input)

    async def query_workflow(self, input: temporalio.client.QueryWorkflowInput) -> Any:
        input.headers = _with(input.headers, self.value)
        return await super().query_workflow(input)

    async def start_workflow_update(self, input: temporalio.client.StartWorkflowUpdateInput) -> Any:
        input.headers = _with(input.headers, self.value)
        return await super().start_workflow_update(input)

    async def start_activity(self, input: temporalio.client.StartActivityInput) -> Any:
        input.headers = _with(input.headers, self.value)
        return await super().start_activity(input)


class ActivityInbound(temporalio.worker.ActivityInboundInterceptor):
    async def execute_activity(self, input: temporalio.worker.ExecuteActivityInput) -> Any:
        if activity.info().activity_type == "read_header":
            return digest(_read(input.headers))
        return await super().execute_activity(input)


class WorkflowInbound(temporalio.worker.WorkflowInboundInterceptor):
    def init(self, outbound: temporalio.worker.WorkflowOutboundInterceptor) -> None:
        self.outbound = WorkflowOutbound(outbound)
        super().init(self.outbound)

    async def execute_workflow(self, input: temporalio.worker.ExecuteWorkflowInput) -> Any:
        self.outbound.value = _read(input.headers)
        if workflow.info().workflow_type == "HeaderReader":
            return digest(self.outbound.value)
        return await super().execute_workflow(input)

    async def handle_signal(self, input: temporalio.worker.HandleSignalInput) -> None:
        seen[workflow.info().workflow_id] = digest(_read(input.headers))
        await super().handle_signal(input)

    async def handle_query(self, input: temporalio.worker.HandleQueryInput) -> Any:
        return digest(_read(input.headers))

    async def handle_update_handler(self, input: temporalio.worker.HandleUpdateInput) -> Any:
        return digest(_read(input.headers))


class WorkflowOutbound(temporalio.worker.WorkflowOutboundInterceptor):
    value = b""

    def start_activity(self, input: temporalio.worker.StartActivityInput) -> Any:
        input.headers = _with(input.headers, self.value)
        return super().start_activity(input)

    def start_local_activity(self, input: temporalio.worker.StartLocalActivityInput) -> Any:
        input.headers = _with(input.headers, self.value)
        return super().start_local_activity(input)

    async def start_child_workflow(self, input: temporalio.worker.StartChildWorkflowInput) -> Any:
        input.headers = _with(input.headers, self.value)
        return await super().start_child_workflow(input)

    async def signal_external_workflow(self, input: temporalio.worker.SignalExternalWorkflowInput) -> None:
        input.headers = _with(input.headers, self.value)
        await super().signal_external_workflow(input)

    def continue_as_new(self, input: temporalio.worker.ContinueAsNewInput) -> NoReturn:
        input.headers = _with(input.headers, self.value)
        super().continue_as_new(input)


class Interceptor(temporalio.client.Interceptor, temporalio.worker.Interceptor):
    def __init__(self, value: bytes) -> None:
        self.value = value

    def intercept_client(self, next: temporalio.client.OutboundInterceptor) -> temporalio.client.OutboundInterceptor:
        return ClientOutbound(next, self.value)

    def intercept_activity(
        self, next: temporalio.worker.ActivityInboundInterceptor
    ) -> temporalio.worker.ActivityInboundInterceptor:
        return ActivityInbound(next)

    def workflow_interceptor_class(
        self, input: temporalio.worker.WorkflowInterceptorClassInput
    ) -> type[temporalio.worker.WorkflowInboundInterceptor]:
        return WorkflowInbound


@activity.defn
async def read_header() -> str:
    raise AssertionError("the interceptor answers instead")


@workflow.defn
class HeaderReader:
    @workflow.run
    async def run(self) -> str:
        raise AssertionError("the interceptor answers instead")


@workflow.defn
class HeaderReceiver:
    """Lives until it has had a signal. Its query and its update are answered by the interceptor."""

    def __init__(self) -> None:
        self.signalled = False

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: self.signalled)

    @workflow.signal
    def put(self) -> None:
        self.signalled = True

    @workflow.query
    def ask(self) -> str:
        raise AssertionError("the interceptor answers instead")

    @workflow.update
    async def change(self) -> str:
        raise AssertionError("the interceptor answers instead")


@workflow.defn
class HeaderSender:
    """Makes every call that carries a header, and gives what the other ends read."""

    @workflow.run
    async def run(self, target: str, runs_left: int) -> list[str]:
        if runs_left > 0:
            workflow.continue_as_new(args=[target, runs_left - 1])
        await workflow.get_external_workflow_handle(target).signal("put")
        in_activity = await workflow.execute_activity(read_header, start_to_close_timeout=PATIENCE, retry_policy=ONCE)
        in_local_activity = await workflow.execute_local_activity(
            read_header, start_to_close_timeout=PATIENCE, retry_policy=ONCE
        )
        in_child = await workflow.execute_child_workflow(HeaderReader.run, id=f"{workflow.info().workflow_id}-child")
        return [in_activity, in_local_activity, in_child]


@case("headers")
async def headers(env: Env) -> None:
    """Big headers arrive with starts, signals, queries, updates, activities, children and continuations."""
    value = env.blob("header")
    config = env.client.config()
    config["interceptors"] = [Interceptor(value)]
    client = Client(**config)
    async with env.worker(
        client,
        workflows=[HeaderReader, HeaderReceiver, HeaderSender],
        activities=[read_header],
        # The interceptors share module state with this case.
        workflow_runner=temporalio.worker.UnsandboxedWorkflowRunner(),
    ) as task_queue:
        receiver = await client.start_workflow(HeaderReceiver.run, id=env.id("receiver"), task_queue=task_queue)
        same("header of a query", await receiver.query(HeaderReceiver.ask), digest(value))
        same("header of an update", await receiver.execute_update(HeaderReceiver.change), digest(value))
        sender = await client.start_workflow(
            HeaderSender.run, args=[receiver.id, 1], id=env.id("sender"), task_queue=task_queue
        )
        same("headers of activity, local activity and child", await sender.result(), [digest(value)] * 3)
        await receiver.result()
        same("header of a workflow's signal", seen.pop(receiver.id), digest(value))

        another = await client.start_workflow(HeaderReceiver.run, id=env.id("receiver"), task_queue=task_queue)
        await another.signal(HeaderReceiver.put)
        await another.result()
        same("header of a client's signal", seen.pop(another.id), digest(value))

        standalone = await client.execute_activity(
            read_header, id=env.id("standalone"), task_queue=task_queue, start_to_close_timeout=PATIENCE
        )
        same("header of a standalone activity", standalone, digest(value))

    await env.expect(
        receiver,
        [
            "workflow_execution_started.header.fields",
            "workflow_execution_update_accepted.accepted_request.input.header.fields",
            "workflow_execution_signaled.header.fields",
        ],
    )
    await env.expect(
        sender,
        [
            "workflow_execution_started.header.fields",
            "workflow_execution_continued_as_new.header.fields",
        ],
        run_id=sender.first_execution_run_id,
    )
    await env.expect(
        sender,
        [
            "workflow_execution_started.header.fields",
            "signal_external_workflow_execution_initiated.header.fields",
            "activity_task_scheduled.header.fields",
            "start_child_workflow_execution_initiated.header.fields",
        ],
    )
