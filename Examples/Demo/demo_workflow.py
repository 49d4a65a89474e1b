"""The workflow of the demo, in Python, for activities in Swift; external storage of the Python SDK, same bucket.

    demo_workflow.py --address HOST:PORT    runs the worker until it is stopped
"""

import argparse
import asyncio
import dataclasses
import os
from datetime import timedelta

from temporalio import converter, workflow
from temporalio.client import Client
from temporalio.converter import ExternalStorage
from temporalio.worker import Worker

with workflow.unsafe.imports_passed_through():
    import aioboto3
    from temporalio.contrib.aws.s3driver import S3StorageDriver
    from temporalio.contrib.aws.s3driver.aioboto3 import new_aioboto3_client


@workflow.defn
class Invert:
    """Waits for a value and hands it to an activity, which is written in Swift."""

    def __init__(self) -> None:
        self.value = b""

    @workflow.run
    async def run(self, name: str) -> bytes:
        await workflow.wait_condition(lambda: bool(self.value))
        timeout = timedelta(seconds=60)
        return await workflow.execute_activity(
            "invert", self.value, task_queue=name, result_type=bytes, start_to_close_timeout=timeout
        )

    @workflow.signal
    def put(self, value: bytes) -> None:
        self.value = value

    @workflow.query
    def current(self) -> bytes:
        return self.value


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--address", required=True)
    address = parser.parse_args().address
    async with aioboto3.Session().client("s3", endpoint_url=os.environ["S3_ENDPOINT"]) as s3:
        driver = S3StorageDriver(new_aioboto3_client(s3), os.environ["S3_BUCKET"])
        data_converter = dataclasses.replace(
            converter.default(), external_storage=ExternalStorage(drivers=[driver])
        )
        client = await Client.connect(address, data_converter=data_converter)
        async with Worker(client, task_queue="demo-workflows", workflows=[Invert]):
            print("worker ready", flush=True)
            await asyncio.Event().wait()


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        pass
