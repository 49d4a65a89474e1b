# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
"""What the scripts at the other end of a bucket have in common: one JSON document in, one out.

    {"verb": "store", "bucket": B, "items": [{"payload": HEX, "target": T}, …]}
        → {"claims": [{…}, …], "uploads": N}
    {"verb": "retrieve", "claims": [{…}, …]}
        → {"payloads": [HEX, …]}

A target T is null or left out, {"kind": "workflow"|"activity", "namespace": …, "id": …, "run_id": …, "type": …}.
"""

import json
import sys

from temporalio.api.common.v1 import Payload
from temporalio.converter import (
    StorageDriverActivityInfo,
    StorageDriverClaim,
    StorageDriverRetrieveContext,
    StorageDriverStoreContext,
    StorageDriverWorkflowInfo,
)


class Counting:
    """Counts the uploads of the client it wraps; stands before the class of the driver's client."""

    def __init__(self, client):
        self.client = client
        self.uploads = 0

    async def put_object(self, **arguments):
        self.uploads += 1
        await self.client.put_object(**arguments)

    async def object_exists(self, **arguments):
        return await self.client.object_exists(**arguments)

    async def get_object(self, **arguments):
        return await self.client.get_object(**arguments)


def target(value):
    if value is None:
        return None
    kind = {"workflow": StorageDriverWorkflowInfo, "activity": StorageDriverActivityInfo}[value.pop("kind")]
    return kind(**value)


async def answer(counting, make_driver):
    """Does what standard input asks for, with the driver that `make_driver(client, bucket)` makes."""
    request = json.load(sys.stdin)
    driver = make_driver(counting, request.get("bucket") or "")
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
