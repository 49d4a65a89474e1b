# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""Workflows in Python that call activities in Swift, with the Python SDK's own external storage in the same bucket.

    native_activities.py --server 127.0.0.1:7233 --task-queue NAME [--namespace default]

Two workers: `NAME-standard` stores values from the default threshold on, `NAME-all` stores everything. The bucket is
S3_BUCKET at S3_ENDPOINT. Prints `ready` when both poll, and ends when its standard input does.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.client import Client
from temporalio.common import RetryPolicy
from temporalio.converter import StorageDriver
from temporalio.exceptions import ActivityError, ApplicationError, CancelledError, FailureError, TimeoutError
from temporalio.worker import Worker
from temporalio.workflow import ActivityCancellationType

with workflow.unsafe.imports_passed_through():
    import common
    from common import blob, digest

CANCELLATION_TYPES = {
    "try": ActivityCancellationType.TRY_CANCEL,
    "wait": ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    "abandon": ActivityCancellationType.ABANDON,
}


def seconds(value: float | None) -> timedelta | None:
    return None if value is None else timedelta(seconds=value)


def options(spec: dict[str, Any]) -> dict[str, Any]:
    """The options of an activity, from what the test says of them."""
    retry = spec.get("retry", {})
    return {
        "task_queue": spec["taskQueue"],
        "start_to_close_timeout": seconds(spec.get("startToClose", 60)),
        "schedule_to_close_timeout": seconds(spec.get("scheduleToClose")),
        "heartbeat_timeout": seconds(spec.get("heartbeat")),
        "cancellation_type": CANCELLATION_TYPES[spec.get("cancellation", "try")],
        "retry_policy": RetryPolicy(
            initial_interval=timedelta(seconds=retry.get("initial", 0.1)),
            backoff_coefficient=retry.get("backoff", 1.0),
            maximum_attempts=retry.get("attempts", 0),
            non_retryable_error_types=retry.get("nonRetryable"),
        ),
    }


def failures(error: BaseException | None) -> list[dict[str, Any]]:
    """An error and its causes, as the workflow sees them."""
    chain: list[dict[str, Any]] = []
    while error is not None:
        found: dict[str, Any] = {"kind": type(error).__name__, "message": str(getattr(error, "message", error))}
        if isinstance(error, ApplicationError):
            found |= {"type": error.type or "", "nonRetryable": error.non_retryable}
        if isinstance(error, (ApplicationError, CancelledError)):
            found["details"] = [digest(value) for value in error.details]
        if isinstance(error, TimeoutError):
            found["type"] = error.type.name if error.type else ""
            found["details"] = [digest(value) for value in error.last_heartbeat_details]
        if isinstance(error, ActivityError):
            found["type"] = error.retry_state.name if error.retry_state else ""
        chain.append(found)
        error = error.__cause__ if isinstance(error, FailureError) else None
    return chain


@workflow.defn
class Call:
    """Calls one activity as the test wants it, and says how it ended. The signal `cancel` cancels it."""

    def __init__(self) -> None:
        self.cancelled = False

    @workflow.run
    async def run(self, spec: dict[str, Any]) -> dict[str, Any]:
        arguments = list(spec.get("arguments", []))
        if spec.get("blob"):
            arguments.insert(0, blob(workflow.info().workflow_id, spec["blob"]))
        started = workflow.now()
        handle: workflow.ActivityHandle[Any] = workflow.start_activity(
            spec["activity"],
            args=arguments,
            activity_id="1",
            result_type=bytes if spec.get("bytes") else None,
            **options(spec),
        )
        canceller = asyncio.create_task(self.cancel_when_asked(handle))
        try:
            value = await handle
            shown = digest(value) if isinstance(value, bytes) else value
            outcome = {"outcome": "completed", "value": shown}
        except (ActivityError, asyncio.CancelledError) as error:
            outcome = {"outcome": "failed", "chain": failures(error)}
        canceller.cancel()
        return outcome | {"seconds": (workflow.now() - started).total_seconds()}

    async def cancel_when_asked(self, handle: workflow.ActivityHandle[Any]) -> None:
        await workflow.wait_condition(lambda: self.cancelled)
        handle.cancel()

    @workflow.signal
    def cancel(self) -> None:
        self.cancelled = True


@workflow.defn
class Burst:
    """Calls an activity many times, so many at a time, and checks every result."""

    @workflow.run
    async def run(self, spec: dict[str, Any]) -> int:
        right = 0
        gate = asyncio.Semaphore(spec["parallel"])

        async def one(number: int) -> None:
            nonlocal right
            async with gate:
                if spec["activity"] == "greet":
                    result = await workflow.execute_activity("greet", str(number), result_type=str, **options(spec))
                    right += result == f"Hello, {number}!"
                else:
                    value = blob(f"{workflow.info().workflow_id}/{number}", spec["size"])
                    result = await workflow.execute_activity("flip", value, result_type=bytes, **options(spec))
                    right += result[1:] == value[1:] and result[0] == value[0] ^ 0xFF

        await asyncio.gather(*(one(number) for number in range(spec["count"])))
        return right


WORKFLOWS = [Call, Burst]


@contextlib.asynccontextmanager
async def s3_driver() -> AsyncIterator[StorageDriver]:
    # Not above: the sandbox of workflows does not stand these modules.
    import aioboto3
    from temporalio.contrib.aws.s3driver import S3StorageDriver
    from temporalio.contrib.aws.s3driver.aioboto3 import new_aioboto3_client

    session = aioboto3.Session()
    async with session.client(
        "s3", endpoint_url=os.environ.get("S3_ENDPOINT"), region_name=os.environ.get("AWS_REGION", "us-east-1")
    ) as client:
        yield S3StorageDriver(new_aioboto3_client(client), os.environ.get("S3_BUCKET", "payloads"))


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", required=True)
    parser.add_argument("--namespace", default="default")
    parser.add_argument("--task-queue", required=True)
    arguments = parser.parse_args()
    common.quiet()

    async with s3_driver() as driver, contextlib.AsyncExitStack() as stack:
        for suffix, threshold in (("standard", common.DEFAULT_THRESHOLD), ("all", 1)):
            task_queue = f"{arguments.task_queue}-{suffix}"
            client = await Client.connect(
                arguments.server,
                namespace=arguments.namespace,
                data_converter=common.storage_converter(driver, threshold),
            )
            await stack.enter_async_context(Worker(client, task_queue=task_queue, workflows=WORKFLOWS))
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
    common.leave(0)
