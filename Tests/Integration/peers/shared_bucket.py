# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""A bucket of Google Cloud Storage that the sidecar and the Python SDK's own driver share.

    shared_bucket.py --address 127.0.0.1:7234 --server 127.0.0.1:7233

--address is a sidecar with the driver gcs. The bucket is that of GCS_BUCKET at STORAGE_EMULATOR_HOST. One line per
scenario; the last line is `N passed, N failed`.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
from pathlib import Path

import aiohttp
from gcloud.aio.storage import Storage
from temporalio.client import Client
from temporalio.contrib.gcp.gcsdriver import GCSStorageDriver
from temporalio.contrib.gcp.gcsdriver.gcloud_aio import new_gcloud_aio_client
from temporalio.converter import StorageDriverClaim, StorageDriverRetrieveContext

import common
from common import is_reference, leave, quiet, short, sites
from fleet import Fleet, conversation
from harness import holds, same


async def resolved_by_python(fleet: Fleet, workflow_ids: list[str]) -> int:
    """Reads what histories refer to with the official driver, which checks the digests; counts it."""
    references = 0
    for workflow_id in workflow_ids:
        for site in sites(await common.raw_history(fleet.server, workflow_id)):
            if not is_reference(site.payload):
                holds(f"inline payload of {site.size} bytes", site.stays_inline or site.size < common.DEFAULT_THRESHOLD)
                continue
            name, claim, size = common.reference(site.payload)
            same(f"driver at {short(site.path)}", name, "gcp.gcsdriver")
            stored = await fleet.driver.retrieve(
                StorageDriverRetrieveContext(), [StorageDriverClaim(claim_data=dict(claim))]
            )
            same(f"size behind {short(site.path)}", stored[0].ByteSize(), size)
            holds(f"a reference to a reference at {short(site.path)}", not is_reference(stored[0]))
            references += 1
    holds("no reference in history", references > 0)
    return references


async def main(options: argparse.Namespace) -> int:
    failed = 0
    async with aiohttp.ClientSession() as session:
        client = new_gcloud_aio_client(Storage(session=session, api_root=os.environ["STORAGE_EMULATOR_HOST"]))
        fleet = Fleet(
            address=options.address,
            address_all=None,
            server_address=options.server,
            store=Path(),
            size=1024 * 1024,
            namespace="default",
            driver=GCSStorageDriver(client=client, bucket=os.environ["GCS_BUCKET"]),  # type: ignore[arg-type]
            server=await Client.connect(options.server),
        )
        sidecar, python = await fleet.plain(options.address), await fleet.storing(options.server)
        for name, starter, worker in (
            ("python-client-sidecar-worker", python, sidecar),
            ("sidecar-client-python-worker", sidecar, python),
        ):
            try:
                async with asyncio.timeout(60):
                    used = await conversation(fleet, starter, worker)
                    print(f"ok {name} ({await resolved_by_python(fleet, used)} references)", flush=True)
            except Exception as error:
                failed += 1
                print(f"FAIL {name} {type(error).__name__}: {' '.join(str(error).split())[:600]}", flush=True)
    print(f"{2 - failed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--address", required=True, metavar="HOST:PORT", help="a sidecar with the driver gcs")
    parser.add_argument("--server", required=True, metavar="HOST:PORT", help="the Temporal server")
    quiet()
    logging.basicConfig(level=logging.CRITICAL)
    leave(asyncio.run(main(parser.parse_args())))
