#!/usr/bin/env python3
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
"""The official Python S3 driver at the other end of a bucket; see shared_bucket.py.

The store is given by the environment: AWS_ENDPOINT_URL_S3, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY.
"""

import asyncio
import os

import aioboto3
from temporalio.contrib.aws.s3driver import S3StorageDriver, S3StorageDriverClient
from temporalio.contrib.aws.s3driver.aioboto3 import new_aioboto3_client

import shared_bucket


class Counting(shared_bucket.Counting, S3StorageDriverClient):
    pass


async def main():
    endpoint = os.environ["AWS_ENDPOINT_URL_S3"]
    async with aioboto3.Session().client("s3", endpoint_url=endpoint, region_name="us-east-1") as client:
        counting = Counting(new_aioboto3_client(client))
        await shared_bucket.answer(counting, lambda client, bucket: S3StorageDriver(client=client, bucket=bucket))


asyncio.run(main())
