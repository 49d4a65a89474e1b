# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""The workflows of the example: one hands a file from an activity to the next, one reads a value.

    pipeline.py [--ready FILE]

The server is TEMPORAL_ADDRESS, the store S3_BUCKET at S3_ENDPOINT. FILE is written when the workers poll.
"""

import argparse
import asyncio
import os
from datetime import timedelta
from pathlib import Path

from temporalio import workflow
from temporalio.client import Client
from temporalio.common import RawValue
from temporalio.converter import DataConverter, ExternalStorage
from temporalio.worker import Worker

with workflow.unsafe.imports_passed_through():
    import aioboto3
    from by_reference import ByReference
    from temporalio.contrib.aws.s3driver import S3StorageDriver
    from temporalio.contrib.aws.s3driver.aioboto3 import new_aioboto3_client

OPTIONS = {"task_queue": "stored-pipeline-activities", "start_to_close_timeout": timedelta(minutes=5)}


@workflow.defn
class FilePipeline:
    @workflow.run
    async def run(self, path: str) -> RawValue:
        content = await workflow.execute_activity("upload", path, result_type=RawValue, **OPTIONS)
        return await workflow.execute_activity("seal", content, result_type=RawValue, **OPTIONS)


@workflow.defn
class CountWords:
    @workflow.run
    async def run(self, text: str) -> int:
        return len(text.split())


async def connect(storage: ExternalStorage) -> Client:
    return await Client.connect(
        os.environ.get("TEMPORAL_ADDRESS", "127.0.0.1:7233"), data_converter=DataConverter(external_storage=storage)
    )


async def main(ready: Path | None) -> None:
    session = aioboto3.Session()
    async with session.client("s3", endpoint_url=os.environ.get("S3_ENDPOINT"), region_name="us-east-1") as s3:
        # Workflows that read values need the store, as with any worker of this SDK.
        driver = S3StorageDriver(new_aioboto3_client(s3), os.environ.get("S3_BUCKET", "payloads"))
        reading = await connect(ExternalStorage(drivers=[driver]))
        # Workflows that only hand values on do not: 200 MiB would keep a workflow from its thread for too long.
        handing_on = await connect(ByReference("aws.s3driver").storage())
        async with (
            Worker(reading, task_queue="stored-pipeline-words", workflows=[CountWords]),
            Worker(handing_on, task_queue="stored-pipeline-files", workflows=[FilePipeline]),
        ):
            if ready:
                ready.write_text("ready")
            await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--ready", type=Path)
    asyncio.run(main(parser.parse_args().ready))
