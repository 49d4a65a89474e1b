#!/usr/bin/env python3
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
"""The official clients of Azure Blob Storage: Microsoft's SDK for Python, and rclone with the one for Go.

Reads one JSON document from standard input and writes one to standard output.

    {"endpoint": URL, "account": A, "key": K, "container": C, "read": [NAME, …], "write": {NAME: HEX, …}}
        → {"read": {NAME: HEX}, "sas": {NAME: HEX}, "rclone": {NAME: HEX}, "listed": [NAME, …], "refused": N, "blocks": HEX}

`read`, `sas` and `rclone` are what the SDK with the key, the SDK with a shared access signature and rclone read. `refused`
counts the writes without overwriting that the store refused when they were repeated. `blocks` is what came back of a blob
that the SDK wrote in blocks. Fails with whatever a client does not like.
"""

import json
import os
import subprocess
import sys
from datetime import datetime, timedelta, timezone

from azure.core.exceptions import ResourceExistsError
from azure.storage.blob import BlobClient, BlobServiceClient, ContainerSasPermissions, generate_container_sas

request = json.load(sys.stdin)
endpoint, account, key = request["endpoint"], request["account"], request["key"]
name = request["container"]
service = BlobServiceClient(endpoint, credential={"account_name": account, "account_key": key})
container = service.get_container_client(name)


def rclone(*arguments, data=None):
    environment = os.environ | {
        "RCLONE_CONFIG": "/dev/null",
        "RCLONE_CONFIG_AZ_TYPE": "azureblob",
        "RCLONE_CONFIG_AZ_ACCOUNT": account,
        "RCLONE_CONFIG_AZ_KEY": key,
        "RCLONE_CONFIG_AZ_ENDPOINT": endpoint,
        # Names are taken as they are.
        "RCLONE_CONFIG_AZ_ENCODING": "None",
    }
    program = os.path.join(os.path.dirname(sys.executable), "rclone")
    result = subprocess.run([program, *arguments], input=data, env=environment, capture_output=True, timeout=60)
    if result.returncode != 0:
        sys.exit(f"rclone {arguments}: {result.stderr.decode()}")
    return result.stdout


refused = 0
for blob, content in request["write"].items():
    client = container.get_blob_client(blob)
    client.upload_blob(bytes.fromhex(content))
    try:
        client.upload_blob(bytes.fromhex(content))
    except ResourceExistsError as error:
        assert error.error_code == "BlobAlreadyExists", error.error_code
        refused += 1

large = os.urandom(3 * 1024 * 1024)
blocks = BlobClient(
    endpoint,
    name,
    "clients/blocks",
    credential={"account_name": account, "account_key": key},
    max_single_put_size=1024 * 1024,
    max_block_size=1024 * 1024,
)
blocks.upload_blob(large)

rclone("rcat", f"az:{name}/clients/rclone", data=b"by rclone")

token = generate_container_sas(
    account,
    name,
    account_key=key,
    permission=ContainerSasPermissions(read=True),
    expiry=datetime.now(timezone.utc) + timedelta(hours=1),
)
signed = BlobServiceClient(endpoint, credential=token).get_container_client(name)
json.dump(
    {
        "read": {blob: container.download_blob(blob).readall().hex() for blob in request["read"]},
        "sas": {blob: signed.download_blob(blob).readall().hex() for blob in request["read"]},
        "rclone": {blob: rclone("cat", f"az:{name}/{blob}").hex() for blob in request["read"]},
        "listed": sorted(blob.name for blob in container.list_blobs()),
        "refused": refused,
        "blocks": "same" if blocks.download_blob().readall() == large else "different",
    },
    sys.stdout,
)
