# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""What all peer programs share: values, connections, and reading payloads out of any message.

Payloads are found by walking the protobuf descriptors, so a field added to the API is covered the day the
SDK's protos know it. Nothing here resolves references: this is how the tests see what the server holds.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

from google.protobuf import json_format, message_factory, symbol_database
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from temporalio.api.common.v1 import Payload, WorkflowExecution
from temporalio.api.history.v1 import History
from temporalio.api.sdk.v1.external_storage_pb2 import ExternalStorageReference
from temporalio.api.workflowservice.v1 import GetWorkflowExecutionHistoryRequest
from temporalio.client import Client
from temporalio.converter import DataConverter, ExternalStorage, StorageDriver
from temporalio.runtime import Runtime, TelemetryConfig

DEFAULT_THRESHOLD = 256 * 1024
PAYLOAD = Payload.DESCRIPTOR.full_name
ANY = "google.protobuf.Any"
REFERENCE_TYPE = ExternalStorageReference.DESCRIPTOR.full_name

# Payloads that the server itself reads, or that are no user data: they stay inline at any threshold
# (ES-C1, ES-C5). Each is named by the message that holds it, or by its field.
INLINE_MESSAGES = frozenset(
    {
        "temporal.api.common.v1.SearchAttributes",
        "temporal.api.sdk.v1.UserMetadata",
        "temporal.api.compute.v1.ComputeConfig",
        "temporal.api.nexus.v1.EndpointSpec",
    }
)
INLINE_FIELDS = frozenset(
    {
        "temporal.api.workflowservice.v1.CreateScheduleRequest.memo",
        "temporal.api.workflowservice.v1.UpdateScheduleRequest.memo",
        "temporal.api.workflowservice.v1.DescribeScheduleResponse.memo",
        "temporal.api.schedule.v1.ScheduleListEntry.memo",
    }
)
INLINE_FIELD_NAMES = frozenset({"event_group_markers", "group_values"})
# In a memo upsert these payloads mean "remove the key".
REMOVING_ENCODINGS = frozenset({b"", b"binary/null"})


# --- Values ---------------------------------------------------------------------------------------------


def blob(seed: str, size: int) -> bytes:
    """`size` incompressible bytes that follow from `seed` alone, so that both ends can make them."""
    return hashlib.shake_256(seed.encode()).digest(size)


def digest(value: Any) -> str:
    """A short fingerprint of a value: bytes as they are, anything else as its JSON."""
    raw = value if isinstance(value, bytes) else json.dumps(value, sort_keys=True).encode()
    return f"{hashlib.sha256(raw).hexdigest()[:16]}/{len(raw)}"


# --- Payloads in messages -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Site:
    """One payload in a message."""

    path: str
    """Field names with dots, without positions and map keys: `events.user_metadata.summary`."""
    payload: Payload
    stays_inline: bool
    """Whether the rules keep it out of external storage whatever its size."""

    @property
    def size(self) -> int:
        return self.payload.ByteSize()


@functools.cache
def _reaches_payload(descriptor: Descriptor) -> bool:
    """Whether a message of this type can hold a payload at any depth."""
    seen: set[str] = set()
    queue = [descriptor]
    while queue:
        current = queue.pop()
        if current.full_name in (PAYLOAD, ANY):
            return True
        if current.full_name not in seen:
            seen.add(current.full_name)
            queue.extend(field.message_type for field in current.fields if field.message_type)
    return False


def _elements(field: FieldDescriptor, value: Any) -> list[Message]:
    if field.message_type.GetOptions().map_entry:
        return list(value.values()) if field.message_type.fields_by_name["value"].message_type else []
    if field.is_repeated:
        return list(value)
    return [value]


def _unpacked(message: Message) -> Message | None:
    """The message inside an `Any`, or None if its type is not known here."""
    try:
        kind = message.type_url.rpartition("/")[2]  # type: ignore[attr-defined]
        descriptor = symbol_database.Default().pool.FindMessageTypeByName(kind)
    except KeyError:
        return None
    inner = message_factory.GetMessageClass(descriptor)()
    inner.ParseFromString(message.value)  # type: ignore[attr-defined]
    return inner


def sites(message: Message, path: str = "", stays_inline: bool = False) -> Iterator[Site]:
    """Every payload in `message`, in field order."""
    name = message.DESCRIPTOR.full_name
    if name == PAYLOAD:
        yield Site(path, message, stays_inline)  # type: ignore[arg-type]
        return
    if name == ANY:
        inner = _unpacked(message)
        if inner is not None:
            yield from sites(inner, path, stays_inline)
        return
    stays_inline = stays_inline or name in INLINE_MESSAGES
    for field, value in message.ListFields():
        if field.message_type is None or not _reaches_payload(field.message_type):
            continue
        inline = stays_inline or field.full_name in INLINE_FIELDS or field.name in INLINE_FIELD_NAMES
        for element in _elements(field, value):
            inner_path = f"{path}.{field.name}" if path else field.name
            removes = (
                field.full_name == "temporal.api.common.v1.Memo.fields"
                and "upserted_memo" in path
                and isinstance(element, Payload)
                and element.metadata.get("encoding", b"") in REMOVING_ENCODINGS
            )
            yield from sites(element, inner_path, inline or removes)


def short(path: str) -> str:
    """A path as the cases write it: without what every event repeats."""
    path = re.sub(r"^events\.", "", path)
    path = path.replace("_event_attributes", "")
    return re.sub(r"\.payloads$", "", path)


# --- References -----------------------------------------------------------------------------------------


def is_reference(payload: Payload) -> bool:
    """ES-W2, for the plain form."""
    return (
        payload.metadata.get("encoding") == b"json/protobuf"
        and payload.metadata.get("messageType") == REFERENCE_TYPE.encode()
    )


def reference(payload: Payload, *, sized: bool = True) -> tuple[str, dict[str, str], int | None]:
    """Driver name, claim and original size of a reference. Raises AssertionError if it breaks ES-W1.

    `sized=False` accepts a reference that has lost its size on the way through the server.
    """
    assert set(payload.metadata) == {"encoding", "messageType"}, f"metadata {sorted(payload.metadata)}"
    details = payload.external_payloads
    assert len(details) == 1 or (not details and not sized), f"{len(details)} external_payloads"
    assert not details or details[0].size_bytes > 0, "external_payloads[0].size_bytes is not set"
    parsed = json_format.Parse(payload.data, ExternalStorageReference())
    assert parsed.driver_name, "no driver name"
    assert parsed.claim_data, "no claim data"
    return parsed.driver_name, dict(parsed.claim_data), details[0].size_bytes if details else None


# --- Connections and histories --------------------------------------------------------------------------


def storage_converter(driver: StorageDriver, threshold: int = DEFAULT_THRESHOLD, **more: Any) -> DataConverter:
    """The SDK's converter with its own external storage."""
    return DataConverter(external_storage=ExternalStorage(drivers=[driver], payload_size_threshold=threshold), **more)


async def raw_history(client: Client, workflow_id: str, run_id: str | None = None) -> History:
    """All events of a run as the server has them. Call it with a client that talks straight to the server."""
    history = History()
    request = GetWorkflowExecutionHistoryRequest(
        namespace=client.namespace,
        execution=WorkflowExecution(workflow_id=workflow_id, run_id=run_id or ""),
    )
    while True:
        response = await client.workflow_service.get_workflow_execution_history(request)
        history.events.extend(response.history.events)
        if not response.next_page_token:
            return history
        request.next_page_token = response.next_page_token


def quiet() -> None:
    """Turns the log of the SDK's core off: big values are the point here, and it warns about each."""
    Runtime.set_default(Runtime(telemetry=TelemetryConfig(logging=None)))


def leave(code: int) -> NoReturn:
    """Ends the program at once, with everything printed.

    The SDK's native threads can outlive the event loop, and one that calls back while the interpreter is being
    taken down aborts the process (seen with temporalio 1.35.0: "PyGILState_Release ... must be current").
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def parse_threshold(text: str) -> int:
    """`all` or a number of bytes; as everywhere, 0 means the default."""
    return 1 if text == "all" else int(text) or DEFAULT_THRESHOLD
