# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""The official Python SDK drives workflows that are written in Swift, and offers them an activity and a child workflow.

    native_workflows.py --address 127.0.0.1:7233 --task-queue QUEUE --bucket BUCKET --threshold standard|all

The Swift worker polls QUEUE; this side's own worker polls QUEUE-python. Both keep large payloads in the bucket. Prints a
line per case and a tally; the exit code is 0 if all passed.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import uuid

from temporalio import activity, workflow
from temporalio.api.sdk.v1 import EnhancedStackTrace
from temporalio.client import Client, WorkflowHandle, WorkflowQueryFailedError, WorkflowUpdateFailedError
from temporalio.worker import Worker

with workflow.unsafe.imports_passed_through():
    import aioboto3
    from common import leave, quiet, storage_converter
    from temporalio.contrib.aws.s3driver import S3StorageDriver
    from temporalio.contrib.aws.s3driver.aioboto3 import new_aioboto3_client


@activity.defn(name="shout")
async def shout(text: str) -> str:
    return text.upper()


@workflow.defn(name="Whisper")
class Whisper:
    @workflow.run
    async def run(self, text: str) -> str:
        return text.lower()


async def relay(client: Client, queue: str) -> list[tuple[str, bool]]:
    """A large value goes through a workflow in Swift that does not look into it, from one of ours to the next."""
    large = uuid.uuid4().hex + "Z" * 400_000
    result = await client.execute_workflow(
        "Relay", large, id=f"py-{uuid.uuid4()}", task_queue=queue, result_type=str
    )
    passed = result == large.lower()
    print(f"{'pass' if passed else 'FAIL'}  relay", flush=True)
    return [("relay", passed)]


async def enhanced(handle: WorkflowHandle) -> list[tuple[str, str]]:
    """Where the tasks of a workflow wait, and for what, as the SDKs tell it."""
    trace = await handle.query("__enhanced_stack_trace", result_type=EnhancedStackTrace)
    if trace.sdk.name == "" or trace.sdk.version == "":
        raise AssertionError(f"an SDK without a name: {trace}")
    # Code of users stands before what waits in it.
    found = []
    for stack in trace.stacks:
        places = [f"{at.file_path}:{at.line} {at.function_name}" for at in stack.locations if not at.internal_code]
        found.append((" ".join(places), stack.locations[-1].function_name))
    return found


async def cases(client: Client, queue: str) -> list[tuple[str, bool]]:
    results: list[tuple[str, bool]] = []

    def check(name: str, passed: bool) -> None:
        results.append((name, passed))
        print(f"{'pass' if passed else 'FAIL'}  {name}", flush=True)

    large = "z" * 400_000
    handle = await client.start_workflow(
        "Notebook", large, id=f"py-{uuid.uuid4()}", task_queue=queue, result_type=list[str]
    )
    await handle.signal("add", "from python")
    check("query", await handle.query("last") == "from python")
    check("update", await handle.execute_update("sign", large) == 3)
    try:
        await handle.execute_update("sign", "")
        check("rejected update", False)
    except WorkflowUpdateFailedError as error:
        check("rejected update", "an empty note" in str(error.cause))
    try:
        await handle.query("nothing")
        print("an unknown query was answered", flush=True)
    except WorkflowQueryFailedError:
        pass
    stacks = await enhanced(handle)
    check("where it waits", [(place.split()[1:], waits) for place, waits in stacks] == [(["run(context:input:)"], "condition")])
    await handle.signal("finish")
    check("result", await handle.result() == [large, "from python", large + "!"])
    check("a finished one waits for nothing", await enhanced(handle) == [])
    crossed = await client.execute_workflow(
        "Deeds", args=["python", f"{queue}-python"], id=f"py-{uuid.uuid4()}", task_queue=queue, result_type=str
    )
    check("activity and child in Python", crossed == "HEYhey")
    return results


async def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--address", required=True)
    parser.add_argument("--task-queue", required=True)
    parser.add_argument("--relay", action="store_true", help="only the value that nobody looks into")
    parser.add_argument("--bucket", required=True)
    parser.add_argument("--threshold", required=True, choices=["standard", "all"])
    arguments = parser.parse_args()
    quiet()
    endpoint = os.environ["AWS_ENDPOINT_URL_S3"]
    async with aioboto3.Session().client("s3", endpoint_url=endpoint, region_name="us-east-1") as s3:
        driver = S3StorageDriver(client=new_aioboto3_client(s3), bucket=arguments.bucket)
        converter = storage_converter(driver, 1 if arguments.threshold == "all" else 256 * 1024)
        client = await Client.connect(arguments.address, data_converter=converter)
        queue = arguments.task_queue
        async with Worker(client, task_queue=f"{queue}-python", workflows=[Whisper], activities=[shout]):
            results = await (relay if arguments.relay else cases)(client, queue)
    failed = sum(not passed for _, passed in results)
    print(f"{len(results) - failed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    leave(asyncio.run(main()))
