#!/usr/bin/env python3
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
"""The official Python driver of Google Cloud Storage at the other end of a bucket; see shared_bucket.py.

The store is given by STORAGE_EMULATOR_HOST.
"""

import asyncio
import os

import aiohttp
from gcloud.aio.storage import Storage
from temporalio.contrib.gcp.gcsdriver import GCSStorageDriver, GCSStorageDriverClient
from temporalio.contrib.gcp.gcsdriver.gcloud_aio import new_gcloud_aio_client

import shared_bucket


class Counting(shared_bucket.Counting, GCSStorageDriverClient):
    pass


async def main():
    async with aiohttp.ClientSession() as session:
        client = Storage(session=session, api_root=os.environ["STORAGE_EMULATOR_HOST"])
        counting = Counting(new_gcloud_aio_client(client))
        await shared_bucket.answer(counting, lambda client, bucket: GCSStorageDriver(client=client, bucket=bucket))


asyncio.run(main())
