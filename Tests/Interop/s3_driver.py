#!/usr/bin/env python3
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
"""The official Python S3 driver at the other end of a bucket.

Reads one JSON document from standard input and writes one to standard output. The store is given by the environment:
AWS_ENDPOINT_URL_S3, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY.

    {"verb": "store", "bucket": B, "items": [{"payload": HEX, "target": T}, …]}
        → {"claims": [{…}, …], "uploads": N}
    {"verb": "retrieve", "claims": [{…}, …]}
        → {"payloads": [HEX, …]}

A target T is null or left out, {"kind": "workflow"|"activity", "namespace": …, "id": …, "run_id": …, "type": …}.
"""

import asyncio
import json
import os
import sys

import aioboto3
from temporalio.api.common.v1 import Payload
from temporalio.contrib.aws.s3driver import S3StorageDriver, S3StorageDriverClient
from temporalio.contrib.aws.s3driver.aioboto3 import new_aioboto3_client
from temporalio.converter import (
    StorageDriverActivityInfo,
    StorageDriverClaim,
    StorageDriverRetrieveContext,
    StorageDriverStoreContext,
    StorageDriverWorkflowInfo,
)


class Counting(S3StorageDriverClient):
    """Counts the uploads of the client it wraps."""

    def __init__(self, client):
        self.client = client
        self.uploads = 0

    async def put_object(self, *, bucket, key, data):
        self.uploads += 1
        await self.client.put_object(bucket=bucket, key=key, data=data)

    async def object_exists(self, *, bucket, key):
        return await self.client.object_exists(bucket=bucket, key=key)

    async def get_object(self, *, bucket, key):
        return await self.client.get_object(bucket=bucket, key=key)


def target(value):
    if value is None:
        return None
    kind = {"workflow": StorageDriverWorkflowInfo, "activity": StorageDriverActivityInfo}[value.pop("kind")]
    return kind(**value)


async def main():
    request = json.load(sys.stdin)
    endpoint = os.environ["AWS_ENDPOINT_URL_S3"]
    async with aioboto3.Session().client("s3", endpoint_url=endpoint, region_name="us-east-1") as client:
        counting = Counting(new_aioboto3_client(client))
        driver = S3StorageDriver(client=counting, bucket=request.get("bucket", ""))
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
