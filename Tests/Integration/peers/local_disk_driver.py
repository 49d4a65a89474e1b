# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""A storage driver for the Temporal Python SDK that shares a directory with the Swift local-disk driver.

Written the way a user would write one: against the SDK's public `StorageDriver` only.

Layout: the file of a payload is `root/key`, its content the serialized payload. The key is that of the S3
drivers (ES-D1), with two more rules because segments become file names: none may be longer than 255 bytes
(a key with such a segment falls back to the short form, like one over 1,024 bytes), and a segment that is
`.` or `..` is escaped. The claim holds `key`, `hash_algorithm` (always `sha256`) and `hash_value`.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import string
import tempfile
from collections.abc import Sequence
from pathlib import Path

from temporalio.api.common.v1 import Payload
from temporalio.converter import (
    StorageDriver,
    StorageDriverActivityInfo,
    StorageDriverClaim,
    StorageDriverRetrieveContext,
    StorageDriverStoreContext,
    StorageDriverWorkflowInfo,
)

MAX_KEY_BYTES = 1024
MAX_SEGMENT_BYTES = 255
_SAFE = frozenset((string.ascii_letters + string.digits + "!-_.*'()").encode())


def encode_segment(value: str | None) -> str:
    """Percent-encodes every byte that S3 does not call safe. Nothing becomes the literal `null`."""
    if not value:
        return "null"
    if value in (".", ".."):
        return "%2E" * len(value)
    return "".join(chr(byte) if byte in _SAFE else f"%{byte:02X}" for byte in value.encode())


def object_key(target: StorageDriverWorkflowInfo | StorageDriverActivityInfo | None, digest: str) -> str:
    """The place of a payload: grouped by the workflow or standalone activity it belongs to, then by digest."""
    scope: list[str] = []
    if target is not None:
        scope = ["ns", encode_segment(target.namespace)]
    owner: list[str] = []
    if isinstance(target, StorageDriverWorkflowInfo):
        owner = ["wt", target.type, "wi", target.id, "ri", target.run_id]
    elif isinstance(target, StorageDriverActivityInfo):
        owner = ["at", target.type, "ai", target.id, "ri", target.run_id]
    owner = [encode_segment(part) for part in owner]
    tail = ["d", "sha256", digest]
    segments = ["v0", *scope, *owner, *tail]
    key = "/".join(segments)
    if len(key) > MAX_KEY_BYTES or any(len(segment) > MAX_SEGMENT_BYTES for segment in segments):
        key = "/".join(["v0", *scope, *tail])
    return key


class LocalDiskStorageDriver(StorageDriver):
    """Keeps payloads as files below one directory."""

    def __init__(self, root: str | os.PathLike[str], name: str = "local-disk") -> None:
        self._root = Path(root).resolve()
        self._name = name
        self.stored = 0
        """Payloads handed to `store` so far; tests read it."""
        self.retrieved = 0
        """Payloads given back by `retrieve` so far; tests read it."""

    def name(self) -> str:
        return self._name

    def type(self) -> str:
        return "local-disk"

    async def store(self, context: StorageDriverStoreContext, payloads: Sequence[Payload]) -> list[StorageDriverClaim]:
        return list(
            await asyncio.gather(*(asyncio.to_thread(self._store_one, context, payload) for payload in payloads))
        )

    async def retrieve(
        self, context: StorageDriverRetrieveContext, claims: Sequence[StorageDriverClaim]
    ) -> list[Payload]:
        return list(await asyncio.gather(*(asyncio.to_thread(self._retrieve_one, claim) for claim in claims)))

    def _store_one(self, context: StorageDriverStoreContext, payload: Payload) -> StorageDriverClaim:
        body = payload.SerializeToString()
        digest = hashlib.sha256(body).hexdigest()
        key = object_key(context.target, digest)
        path = self._root / key
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            # A reader sees the whole file or none: it gets its name only when its bytes are on the disk.
            with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".tmp-", delete=False) as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            os.replace(file.name, path)
        self.stored += 1
        return StorageDriverClaim({"key": key, "hash_algorithm": "sha256", "hash_value": digest})

    def _retrieve_one(self, claim: StorageDriverClaim) -> Payload:
        key = claim.claim_data["key"]
        path = (self._root / key).resolve()
        if not path.is_relative_to(self._root):
            raise ValueError(f"claim names a file outside of the store: {key}")
        if claim.claim_data["hash_algorithm"] != "sha256":
            raise ValueError(f"unsupported hash algorithm {claim.claim_data['hash_algorithm']!r}")
        body = path.read_bytes()
        digest = hashlib.sha256(body).hexdigest()
        if digest != claim.claim_data["hash_value"]:
            raise ValueError(
                f"{key} is corrupted: expected sha256:{claim.claim_data['hash_value']}, got sha256:{digest}"
            )
        self.retrieved += 1
        return Payload.FromString(body)
