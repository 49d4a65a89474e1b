#!/usr/bin/env python3
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
"""The official Python driver of Google Cloud Storage at the other end of a bucket.

Reads one JSON document from standard input and writes one to standard output, as s3_driver.py does. The store is given by
STORAGE_EMULATOR_HOST.

    {"verb": "store", "bucket": B, "items": [{"payload": HEX, "target": T}, …]}
        → {"claims": [{…}, …], "uploads": N}
    {"verb": "retrieve", "claims": [{…}, …]}
        → {"payloads": [HEX, …]}
"""

import asyncio
import json
import os
import sys

import aiohttp
from gcloud.aio.storage import Storage
from temporalio.api.common.v1 import Payload
from temporalio.contrib.gcp.gcsdriver import GCSStorageDriver, GCSStorageDriverClient
from temporalio.contrib.gcp.gcsdriver.gcloud_aio import new_gcloud_aio_client
from temporalio.converter import (
    StorageDriverActivityInfo,
    StorageDriverClaim,
    StorageDriverRetrieveContext,
    StorageDriverStoreContext,
    StorageDriverWorkflowInfo,
)


class Counting(GCSStorageDriverClient):
    """Counts the uploads of the client it wraps."""

    def __init__(self, client):
        self.client = client
        self.uploads = 0

    async def put_object(self, *, bucket, object_name, data):
        self.uploads += 1
        await self.client.put_object(bucket=bucket, object_name=object_name, data=data)

    async def object_exists(self, *, bucket, object_name):
        return await self.client.object_exists(bucket=bucket, object_name=object_name)

    async def get_object(self, *, bucket, object_name):
        return await self.client.get_object(bucket=bucket, object_name=object_name)


def target(value):
    if value is None:
        return None
    kind = {"workflow": StorageDriverWorkflowInfo, "activity": StorageDriverActivityInfo}[value.pop("kind")]
    return kind(**value)


async def main():
    request = json.load(sys.stdin)
    async with aiohttp.ClientSession() as session:
        client = Storage(session=session, api_root=os.environ["STORAGE_EMULATOR_HOST"])
        counting = Counting(new_gcloud_aio_client(client))
        driver = GCSStorageDriver(client=counting, bucket=request.get("bucket", ""))
        if request["verb"] == "store":
            claims = []
            for item in request["items"]:
                payload = Payload.FromString(bytes.fromhex(item["payload"]))
                context = StorageDriverStoreContext(target=target(item.get("target")))
                claims += [dict(claim.claim_data) for claim in await driver.store(context, [payload])]
            json.dump({"claims": claims, "uploads": counting.uploads}, sys.stdout)
        else:
            claims = [StorageDriverClaim(claim_data=claim) for claim in request["claims"]]
            payloads = await driver.retrieve(StorageDriverRetrieveContext(), claims)
            json.dump({"payloads": [payload.SerializeToString().hex() for payload in payloads]}, sys.stdout)


asyncio.run(main())
