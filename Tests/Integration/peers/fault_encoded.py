# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""References that went through a codec (ES-W4): what we write the Python SDK reads, and what it writes we read.

The sidecar is one of the library, with a codec for references; Python has the same codec and a storage of its own. The
SDK reads marked references; that it also writes them is a switch that it has, but does not turn yet (1.35.0): it is
turned here.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import temporalio.converter
from temporalio.api.common.v1 import Payload
from temporalio.client import Client
from temporalio.converter import PayloadCodec
from temporalio.worker import Worker

import common
from bad_harness import Skipped, case, holds
from common import blob, digest, is_reference, sites, storage_converter
from definitions import ACTIVITIES, WORKFLOWS, Mailbox, ThroughActivity
from fault_harness import MIB, Faults
from harness import same
from local_disk_driver import LocalDiskStorageDriver
from sidecar import Caller

MARKER = "__temporal_external_storage_reference"


class MaskingCodec(PayloadCodec):
    """Wraps the serialized payload and masks its bytes, as its twin in Swift does."""

    encoding = b"binary/masked"

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [self._masked(payload) if is_reference(payload) else payload for payload in payloads]

    def _masked(self, payload: Payload) -> Payload:
        data = bytes(each ^ 0x5A for each in payload.SerializeToString())
        return Payload(metadata={"encoding": self.encoding}, data=data)

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [
            Payload.FromString(bytes(each ^ 0x5A for each in payload.data))
            if payload.metadata.get("encoding") == self.encoding
            else payload
            for payload in payloads
        ]


@asynccontextmanager
async def encoding_sidecar(bench: Faults, store: Path, mode: str) -> AsyncIterator[str]:
    """A sidecar that writes encoded references (`encoded`), or only reads them (`reading`); gives its address."""
    program = bench.binary.with_name("EncodedReferencesSidecar")
    if not program.exists():
        raise Skipped(f"there is no {program}")
    with (bench.directory / f"{mode}.log").open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            *(program, bench.server.rpartition(":")[2], store, mode), stdout=asyncio.subprocess.PIPE, stderr=errors
        )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(30):
            line = (await process.stdout.readline()).decode()
        ready = re.match(r"listening on (\S+),", line)
        holds(f"the sidecar did not start: {line}", ready)
        assert ready is not None
        yield ready.group(1)
        process.terminate()
        async with asyncio.timeout(60):
            holds("the sidecar ended with a code", await process.wait() == 0)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


@contextlib.contextmanager
def python_encodes() -> Iterator[None]:
    """Lets the Python SDK write what it only reads so far."""
    module = temporalio.converter._extstore
    module._ENCODE_STORAGE_REFERENCES = True
    try:
        yield
    finally:
        module._ENCODE_STORAGE_REFERENCES = False


async def kinds(bench: Faults, *workflow_ids: str) -> list[str]:
    """What stands in histories in the place of large payloads: `plain`, `marked` or `encoded` references."""
    found: list[str] = []
    server = await bench.client(bench.server)
    for workflow_id in workflow_ids:
        for site in sites(await common.raw_history(server, workflow_id)):
            holds(f"inline payload of {site.size} bytes at {site.path}", site.size < common.DEFAULT_THRESHOLD)
            if site.payload.metadata.get(MARKER) == b"true":
                found.append("marked" if is_reference(site.payload) else "encoded")
                holds("a marked reference has lost its size", site.payload.external_payloads[0].size_bytes > MIB)
                is_readable = b"local-disk" in site.payload.SerializeToString()
                holds("the reference can be read", not is_readable or found[-1] == "marked")
            elif is_reference(site.payload):
                found.append("plain")
    return found


async def talk(bench: Faults, client: Client, worker: Client) -> list[str]:
    """Large values on the common paths between a client and a worker; gives the ids of the workflows."""
    value, other, task_queue = blob(bench.id("value"), MIB), blob(bench.id("other"), MIB), bench.id("encoded")
    async with Worker(worker, task_queue=task_queue, workflows=WORKFLOWS, activities=ACTIVITIES):
        through = await client.start_workflow(ThroughActivity.run, value, id=bench.id("through"), task_queue=task_queue)
        same("result through an activity", await through.result(), value)
        mailbox = await client.start_workflow(Mailbox.run, 2, id=bench.id("mailbox"), task_queue=task_queue)
        await mailbox.signal(Mailbox.put, value)
        same("answer", await mailbox.query(Mailbox.answer, other), value + other)
        same("update", await mailbox.execute_update(Mailbox.replace, other), other)
        same("values seen", await mailbox.result(), [digest(value), digest(other)])
    return [through.id, mailbox.id]


@case("encoded-references", seconds=120)
async def encoded_references(bench: Faults) -> str:
    """Encoded references of either side are read by the other, and plain ones too (ES-W4)."""
    store = bench.new_store()
    driver = LocalDiskStorageDriver(store)
    converter = storage_converter(driver, payload_codec=MaskingCodec())
    straight = await Client.connect(bench.server, namespace=bench.namespace, data_converter=converter)
    async with encoding_sidecar(bench, store, "encoded") as address:
        through = await bench.client(address)
        # All by the sidecar.
        wrote = await kinds(bench, *await talk(bench, through, through))
        holds(f"the sidecar wrote {set(wrote)}", set(wrote) == {"encoded"})
        # Python's storage on one side, and plain references from it.
        before = driver.retrieved
        mixed = await kinds(bench, *await talk(bench, through, straight), *await talk(bench, straight, through))
        holds(f"histories have {set(mixed)}", set(mixed) == {"encoded", "plain"})
        holds("Python read nothing", driver.retrieved > before)
        with python_encodes():
            both = await kinds(bench, *await talk(bench, through, straight), *await talk(bench, straight, through))
        holds(f"histories have {set(both)}", set(both) == {"encoded"})
    # Whoever only reads them writes plain ones.
    async with encoding_sidecar(bench, store, "reading") as address:
        with python_encodes():
            reading = await kinds(bench, *await talk(bench, await bench.client(address), straight))
    holds(f"histories have {set(reading)}", set(reading) == {"encoded", "plain"})
    return f"{len(wrote)}, {len(mixed)}, {len(both)} and {len(reading)} references"


@case("encoded-without-codec", seconds=60)
async def encoded_without_codec(bench: Faults) -> str:
    """Without the codec an encoded reference is [TMPRL1106] at both; one that is only marked is read (ES-W4)."""
    store = bench.new_store()
    value, workflow_id = blob(bench.id("value"), MIB), bench.id("unread")
    no_codec = storage_converter(LocalDiskStorageDriver(store))
    async with encoding_sidecar(bench, store, "encoded") as address:
        client = await bench.client(address)
        await client.start_workflow(ThroughActivity.run, value, id=workflow_id, task_queue=workflow_id)
    async with bench.sidecar(store=store) as sidecar, Caller(sidecar.address) as caller:
        answer = await caller.call("GetWorkflowExecutionHistory", bench.history(workflow_id))
        holds(f"without the codec: {answer}", answer.code == "FAILED_PRECONDITION" and "[TMPRL1106]" in answer.text)
        # Marked but not encoded: Python without a codec.
        straight = await Client.connect(bench.server, namespace=bench.namespace, data_converter=no_codec)
        with python_encodes():
            wrote = await kinds(bench, *await talk(bench, straight, await bench.client(sidecar.address)))
        holds(f"histories have {set(wrote)}", set(wrote) == {"marked", "plain"})
    return answer.text[:200]


