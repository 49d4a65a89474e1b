# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""A storage driver for workflow workers that hand values on without reading them: what a value is stays in the store."""

from __future__ import annotations

import json
from collections.abc import Sequence

from temporalio.api.common.v1 import Payload
from temporalio.converter import (
    ExternalStorage,
    StorageDriver,
    StorageDriverClaim,
    StorageDriverRetrieveContext,
    StorageDriverSelectContext,
    StorageDriverStoreContext,
)

ENCODING = b"example/claim"


class ByReference(StorageDriver):
    """Gives a workflow the claim in place of the value, and makes the same reference of it when it is handed on.

    The sizes of the values are not known here, so the references say that of the claim.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def name(self) -> str:
        return self._name

    def type(self) -> str:
        return "example.by-reference"

    async def store(self, context: StorageDriverStoreContext, payloads: Sequence[Payload]) -> list[StorageDriverClaim]:
        return [StorageDriverClaim(claim_data=json.loads(payload.data)) for payload in payloads]

    async def retrieve(
        self, context: StorageDriverRetrieveContext, claims: Sequence[StorageDriverClaim]
    ) -> list[Payload]:
        return [
            Payload(metadata={"encoding": ENCODING}, data=json.dumps(dict(claim.claim_data)).encode())
            for claim in claims
        ]

    def selects(self, context: StorageDriverSelectContext, payload: Payload) -> StorageDriver | None:
        """All other values of the workflow stay inline."""
        return self if payload.metadata.get("encoding") == ENCODING else None

    def storage(self) -> ExternalStorage:
        """What to give the data converter of the worker."""
        return ExternalStorage(drivers=[self], driver_selector=self.selects, payload_size_threshold=1)
