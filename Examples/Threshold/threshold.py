# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""The workflow of the example, in two workers: every process has a threshold of its own.

    threshold.py [--ready FILE]

The server is TEMPORAL_ADDRESS, the store S3_BUCKET at S3_ENDPOINT. FILE is written when the workers poll.
"""

import argparse
import asyncio
import os
from datetime import timedelta
from pathlib import Path

from temporalio import workflow
from temporalio.client import Client
from temporalio.converter import DataConverter, ExternalStorage
from temporalio.worker import Worker

with workflow.unsafe.imports_passed_through():
    import aioboto3
    from temporalio.contrib.aws.s3driver import S3StorageDriver
    from temporalio.contrib.aws.s3driver.aioboto3 import new_aioboto3_client


@workflow.defn
class Report:
    @workflow.run
    async def run(self, text: str) -> str:
        return await workflow.execute_activity(
            "render",
            text,
            result_type=str,
            task_queue=f"{workflow.info().task_queue}-activities",
            start_to_close_timeout=timedelta(minutes=1),
        )


async def connect(storage: ExternalStorage) -> Client:
    return await Client.connect(
        os.environ.get("TEMPORAL_ADDRESS", "127.0.0.1:7233"), data_converter=DataConverter(external_storage=storage)
    )


async def main(ready: Path | None) -> None:
    session = aioboto3.Session()
    async with session.client("s3", endpoint_url=os.environ.get("S3_ENDPOINT"), region_name="us-east-1") as s3:
        driver = S3StorageDriver(new_aioboto3_client(s3), os.environ.get("S3_BUCKET", "payloads"))
        usual = await connect(ExternalStorage(drivers=[driver]))
        lower = await connect(ExternalStorage(drivers=[driver], payload_size_threshold=64 * 1024))
        async with (
            Worker(usual, task_queue="threshold-default", workflows=[Report]),
            Worker(lower, task_queue="threshold-64-kib", workflows=[Report]),
        ):
            if ready:
                ready.write_text("ready")
            await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--ready", type=Path)
    asyncio.run(main(parser.parse_args().ready))
