# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""Workflows of the official Python SDK for the tests of the native Swift client.

    native_peer.py --address 127.0.0.1:7233 --task-queue QUEUE --bucket BUCKET

The SDK's own external storage keeps large payloads in the bucket, with its own S3 driver; AWS_ENDPOINT_URL_S3,
AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY say where. There is a worker on QUEUE-standard with the default threshold, and
one on QUEUE-all that stores everything; Nexus endpoints of the same names lead to them. Prints `ready` when they poll, and runs until its standard input ends.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import nexusrpc
import nexusrpc.handler
from temporalio import activity, nexus, workflow
from temporalio.api.nexus.v1 import EndpointSpec, EndpointTarget
from temporalio.api.operatorservice.v1 import CreateNexusEndpointRequest, DeleteNexusEndpointRequest
from temporalio.client import Client
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError
from temporalio.worker import Worker

with workflow.unsafe.imports_passed_through():
    import aioboto3
    from common import leave, quiet, storage_converter
    from temporalio.contrib.aws.s3driver import S3StorageDriver
    from opentelemetry import trace
    from opentelemetry.sdk.trace import TracerProvider
    from temporalio.contrib.aws.s3driver.aioboto3 import new_aioboto3_client
    from temporalio.contrib.opentelemetry import TracingInterceptor


@activity.defn(name="hand-over")
async def hand_over() -> bytes:
    """Is completed by somebody else, who finds the task token in the heartbeat."""
    activity.heartbeat(activity.info().task_token)
    activity.raise_complete_async()


@workflow.defn(name="Echo")
class Echo:
    @workflow.run
    async def run(self, value: bytes) -> bytes:
        return value


@workflow.defn(name="Join")
class Join:
    """Several arguments of several types."""

    @workflow.run
    async def run(self, text: str, number: int, things: list[str]) -> dict[str, str]:
        return {"joined": text * number + "".join(things)}


@workflow.defn(name="Nothing")
class Nothing:
    @workflow.run
    async def run(self) -> None:
        return None


@workflow.defn(name="Countdown")
class Countdown:
    """Continues as new until it is at zero."""

    @workflow.run
    async def run(self, number: int, value: bytes) -> bytes:
        if number > 0:
            workflow.continue_as_new(args=[number - 1, value])
        return value


@workflow.defn(name="FailsAtFirst")
class FailsAtFirst:
    """Fails in its first run, and is retried by the server."""

    @workflow.run
    async def run(self, value: bytes) -> bytes:
        if workflow.info().attempt == 1:
            raise ApplicationError("not yet", type="NotYet")
        return value


@workflow.defn(name="Fails")
class Fails:
    @workflow.run
    async def run(self, value: bytes) -> None:
        raise ApplicationError("it failed", value, 7, type="Planned", non_retryable=True) from ApplicationError(
            "underneath", type="Deep"
        )


@workflow.defn(name="Waits")
class Waits:
    """Waits until it is canceled, or for ever."""

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: False)


@workflow.defn(name="Mailbox")
class Mailbox:
    """Takes values until it is told to finish, and returns them."""

    def __init__(self) -> None:
        self.values: list[bytes] = []
        self.finished = False

    @workflow.run
    async def run(self, prefix: str) -> list[str]:
        await workflow.wait_condition(lambda: self.finished)
        return [prefix] + [str(len(value)) for value in self.values]

    @workflow.signal
    def put(self, value: bytes) -> None:
        self.values.append(value)

    @workflow.signal
    def finish(self) -> None:
        self.finished = True

    @workflow.query
    def last(self, suffix: bytes) -> bytes:
        return (self.values[-1] if self.values else b"") + suffix

    @workflow.query
    def broken(self, value: bytes) -> None:
        raise ApplicationError("cannot answer", value, type="Unanswerable")

    @workflow.update
    async def add(self, value: bytes) -> bytes:
        self.values.append(value)
        return value

    @add.validator
    def validate_add(self, value: bytes) -> None:
        if not value:
            raise ApplicationError("empty", type="Empty")

    @workflow.update
    async def add_later(self, value: bytes) -> int:
        """Ends when the next value comes."""
        count = len(self.values)
        await workflow.wait_condition(lambda: len(self.values) > count)
        return len(value)


@workflow.defn(name="Waiting")
class Waiting:
    """Waits for an activity that somebody else completes."""

    @workflow.run
    async def run(self) -> bytes:
        return await workflow.execute_activity(
            hand_over,
            activity_id="hand-over",
            start_to_close_timeout=timedelta(seconds=60),
            heartbeat_timeout=timedelta(seconds=30),
            cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
            retry_policy=RetryPolicy(maximum_attempts=1),
        )


@activity.defn(name="trace")
async def current_trace() -> str:
    """The id of the trace that the activity is part of."""
    return format(trace.get_current_span().get_span_context().trace_id, "032x")


@workflow.defn(name="Traced")
class Traced:
    """Has an activity in both languages say which trace it is part of."""

    @workflow.run
    async def run(self, swift_queue: str) -> list[str]:
        timeout = timedelta(seconds=20)
        return [
            await workflow.execute_activity(current_trace, start_to_close_timeout=timeout),
            await workflow.execute_activity(
                "trace", task_queue=swift_queue, start_to_close_timeout=timeout, result_type=str
            ),
        ]


@nexusrpc.service
class Letters:
    echo: nexusrpc.Operation[bytes, bytes]
    through_workflow: nexusrpc.Operation[bytes, bytes]
    fail: nexusrpc.Operation[bytes, bytes]
    wait: nexusrpc.Operation[None, None]


@nexusrpc.handler.service_handler(service=Letters)
class LettersHandler:
    @nexusrpc.handler.sync_operation
    async def echo(self, ctx: nexusrpc.handler.StartOperationContext, value: bytes) -> bytes:
        if ctx.headers.get("reason") != "test":
            raise ApplicationError("the header is missing", type="Headers", non_retryable=True)
        return value

    @nexus.workflow_run_operation
    async def through_workflow(
        self, ctx: nexus.WorkflowRunOperationContext, value: bytes
    ) -> nexus.WorkflowHandle[bytes]:
        return await ctx.start_workflow(Echo.run, value, id=f"nexus-{ctx.request_id}")

    @nexusrpc.handler.sync_operation
    async def fail(self, ctx: nexusrpc.handler.StartOperationContext, value: bytes) -> bytes:
        raise ApplicationError("it failed", value, type="Planned", non_retryable=True)

    @nexus.workflow_run_operation
    async def wait(self, ctx: nexus.WorkflowRunOperationContext, value: None) -> nexus.WorkflowHandle[None]:
        return await ctx.start_workflow(Waits.run, id=f"nexus-{ctx.request_id}")


WORKFLOWS = [Countdown, Echo, Fails, FailsAtFirst, Join, Mailbox, Nothing, Traced, Waiting, Waits]


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--address", required=True)
    parser.add_argument("--namespace", default="default")
    parser.add_argument("--task-queue", required=True)
    parser.add_argument("--bucket", required=True)
    arguments = parser.parse_args()
    quiet()
    tracer = TracerProvider().get_tracer("native_peer")
    endpoint = os.environ["AWS_ENDPOINT_URL_S3"]
    async with aioboto3.Session().client("s3", endpoint_url=endpoint, region_name="us-east-1") as s3:
        driver = S3StorageDriver(client=new_aioboto3_client(s3), bucket=arguments.bucket)

        async def worker(suffix: str, threshold: int) -> Worker:
            converter = storage_converter(driver, threshold)
            client = await Client.connect(
                arguments.address, namespace=arguments.namespace, data_converter=converter
            )
            return Worker(
                client,
                task_queue=f"{arguments.task_queue}-{suffix}",
                workflows=WORKFLOWS,
                activities=[current_trace, hand_over],
                nexus_service_handlers=[LettersHandler()],
                interceptors=[TracingInterceptor(tracer)],
            )

        @asynccontextmanager
        async def nexus_endpoint(suffix: str) -> AsyncIterator[None]:
            """An endpoint that leads to the task queue, and has its name."""
            client = await Client.connect(arguments.address, namespace=arguments.namespace)
            queue = f"{arguments.task_queue}-{suffix}"
            target = EndpointTarget(worker=EndpointTarget.Worker(namespace=arguments.namespace, task_queue=queue))
            created = await client.operator_service.create_nexus_endpoint(
                CreateNexusEndpointRequest(spec=EndpointSpec(name=queue, target=target))
            )
            try:
                yield
            finally:
                await client.operator_service.delete_nexus_endpoint(
                    DeleteNexusEndpointRequest(id=created.endpoint.id, version=created.endpoint.version)
                )

        async with (
            await worker("standard", 256 * 1024),
            await worker("all", 1),
            nexus_endpoint("standard"),
            nexus_endpoint("all"),
        ):
            print("ready", flush=True)
            await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
    leave(0)
