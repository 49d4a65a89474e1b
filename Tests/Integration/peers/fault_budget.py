# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""References that say too little, stores that never answer, lists with holes, and SDKs with storage of their own."""

from __future__ import annotations

import asyncio
import time
import uuid
from datetime import timedelta

from temporalio.api.common.v1 import Payload, Payloads, WorkflowExecution
from temporalio.api.workflowservice.v1 import (
    ListWorkflowExecutionsRequest,
    ListWorkflowExecutionsResponse,
    SignalWorkflowExecutionRequest,
)
from temporalio.client import Client, WorkflowQueryFailedError
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import Worker

import common
from bad_harness import case, expect_ok, holds
from common import blob, digest, is_reference, sites, storage_converter
from definitions import ACTIVITIES, Echo, Mailbox
from fault_harness import Faults, failures_in
from harness import same
from local_disk_driver import LocalDiskStorageDriver
from sidecar import Caller, Sidecar
from store_gate import gate_to

KIB = 1024
MIB = 1024 * KIB


async def stored_references(bench: Faults, client: Client, values: list[bytes]) -> list[Payload]:
    """References to values that the sidecar behind `client` has stored, without the sizes that it wrote."""
    workflow_id = bench.id("stored")
    handle = await client.start_workflow(Mailbox.run, 1, id=workflow_id, task_queue=workflow_id)
    for value in values:
        await handle.signal(Mailbox.put, value)
    history = await common.raw_history(await bench.client(bench.server), workflow_id)
    found = [site.payload for site in sites(history) if is_reference(site.payload)]
    holds(f"{len(found)} of {len(values)} values are references", len(found) == len(values))
    for reference in found:
        del reference.external_payloads[:]
    await handle.terminate()
    return found


def memory(sidecar: Sidecar, limit: int = 192 * MIB) -> str:
    """The most memory that a sidecar has had, which is not to be over `limit` bytes."""
    peak = sidecar.peak_memory()
    holds(f"the sidecar had {peak // MIB} MiB of memory", peak <= limit)
    return f"{peak // MIB} MiB at most"


@case("references-without-sizes", seconds=180)
async def references_without_sizes(bench: Faults) -> str:
    """ES-P11: a history of references that do not say their sizes comes in pages that fit, and each is read once."""
    limit, count, size = 16 * MIB, 60, 2 * MIB
    values = [blob(f"{bench.id('unsized')}/{number}", size) for number in range(count)]
    workflow_id = bench.id("unsized")
    directory = bench.new_store()
    async with bench.sidecar(store=directory) as writer:
        references = await stored_references(bench, await bench.client(writer.address), values)
    flags = ("--max-message-bytes", str(limit), "--cache-bytes", "0")
    async with (
        bench.sidecar(*flags, store=directory) as sidecar,
        Caller(bench.server) as straight,
    ):
        client = await bench.client(sidecar.address)
        # The one task takes all pages; a busy machine may need more than the usual ten seconds for them.
        handle = await client.start_workflow(
            Mailbox.run, count, id=workflow_id, task_queue=workflow_id, task_timeout=timedelta(seconds=60)
        )
        for reference in references:
            request = SignalWorkflowExecutionRequest(
                namespace=bench.namespace,
                workflow_execution=WorkflowExecution(workflow_id=workflow_id),
                signal_name="put",
                input=Payloads(payloads=[reference]),
                request_id=uuid.uuid4().hex,
            )
            expect_ok("a signal past the sidecar", await straight.call("SignalWorkflowExecution", request))
        before = await sidecar.metric("temporal_external_storage_payloads_total", operation="retrieve")
        async with Worker(client, task_queue=workflow_id, workflows=[Mailbox], max_cached_workflows=0):
            same("values that the workflow saw", await handle.result(), [digest(value) for value in values])
        retrieved = await sidecar.metric("temporal_external_storage_payloads_total", operation="retrieve") - before
        failures = failures_in(await common.raw_history(await bench.client(bench.server), workflow_id))
        holds(f"tasks failed: {failures}", not failures.tasks and not failures.timeouts)
        peak = memory(sidecar, 16 * limit)
    return f"{count} x {size // MIB} MiB in messages of {limit // MIB} MiB; {retrieved:.0f} reads, {peak}"


@case("query-answer-not-stored", seconds=90)
async def query_answer_not_stored(bench: Faults) -> str:
    """ES-F2: an answer of 3 MiB that cannot be stored fails its query, and nothing else."""
    workflow_id = bench.id("answer")
    async with gate_to(bench.s3_endpoint) as gate, bench.s3_sidecar("--cache-bytes", "0", endpoint=gate.url) as sidecar:
        client = await bench.client(sidecar.address)
        async with Worker(client, task_queue=workflow_id, workflows=[Mailbox], activities=ACTIVITIES):
            handle = await client.start_workflow(Mailbox.run, 2, id=workflow_id, task_queue=workflow_id)
            large = blob(workflow_id, 3 * MIB)
            await handle.signal(Mailbox.put, large)
            same("a query while the store is there", await handle.query(Mailbox.answer, b"?"), large + b"?")
            gate.mode = "dropping"
            try:
                await handle.query(Mailbox.answer, b"!", rpc_timeout=timedelta(seconds=60))
            except (WorkflowQueryFailedError, RPCError) as error:
                text = str(error)
            else:
                raise AssertionError("the query was answered although the store is gone")
            gate.mode = "open"
            await handle.signal(Mailbox.put, b"two")
            same("the workflow", await handle.result(), [digest(large), digest(b"two")])
        failures = failures_in(await common.raw_history(await bench.client(bench.server), workflow_id))
        holds(f"tasks failed: {failures}", not failures.tasks)
        peak = memory(sidecar)
    return f"{text[:60]}; {peak}"


@case("store-never-answers", seconds=90)
async def store_never_answers(bench: Faults) -> str:
    """ES-R6: a store that takes connections and never answers ends a call at its deadline, not later."""

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await reader.read(65_536):
                pass
        finally:
            writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        async with bench.s3_sidecar(endpoint=f"http://127.0.0.1:{port}") as sidecar:
            client = await bench.client(sidecar.address)
            began = time.monotonic()
            try:
                await client.start_workflow(
                    Echo.run,
                    blob("silent", MIB),
                    id=bench.id("silent"),
                    task_queue="nobody",
                    rpc_timeout=timedelta(seconds=3),
                )
            except RPCError as error:
                code = error.status
            else:
                raise AssertionError("the call succeeded although the store never answers")
            elapsed = time.monotonic() - began
            holds(f"{code.name} after {elapsed:.1f} s", elapsed < 6)
            wanted = (RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED)
            holds(f"the status is {code.name}", code in wanted)
            await bench.works(sidecar)
            peak = memory(sidecar)
    finally:
        server.close()
    return f"{code.name} after {elapsed:.1f} s of 3; {peak}"


@case("list-with-a-hole", seconds=90)
async def list_with_a_hole(bench: Faults) -> str:
    """ES-F7: workflows are listed although the memo of one is gone, and those whose memos have no room."""
    count, size = 8, 512 * KIB
    kind, store = f"Listed{uuid.uuid4().hex[:8]}", bench.new_store()
    async with bench.sidecar("--max-message-bytes", str(3 * MIB), "--cache-bytes", "0", store=store) as sidecar:
        client = await bench.client(sidecar.address)
        for number in range(count):
            value = blob(f"{kind}/{number}", size)
            await client.start_workflow(
                kind, id=f"{kind}-{number}", task_queue=kind, memo={"note": value, "number": number}
            )
        gone = next(path for path in store.rglob("sha256/*") if f"{kind}-0" in str(path))
        gone.unlink()
        request = ListWorkflowExecutionsRequest(namespace=bench.namespace, query=f"WorkflowType = '{kind}'")
        async with Caller(sidecar.address) as caller:
            listed = ListWorkflowExecutionsResponse()
            deadline = time.monotonic() + 30
            while len(listed.executions) < count and time.monotonic() < deadline:
                answer = await caller.call("ListWorkflowExecutions", request)
                expect_ok("ListWorkflowExecutions", answer)
                listed = ListWorkflowExecutionsResponse.FromString(answer.body)
                await asyncio.sleep(0.2)  # Visibility comes later, and says nothing when it does.
        same("workflows in the list", len(listed.executions), count)
        notes = {info.execution.workflow_id: info.memo.fields["note"] for info in listed.executions}
        holds("the memo that is gone was resolved", is_reference(notes[f"{kind}-0"]))
        resolved = sum(not is_reference(note) for note in notes.values())
        holds(f"{resolved} of {count} memos were resolved in a message of 3 MiB", 0 < resolved < count - 1)
        holds("the message is too large", listed.ByteSize() <= 3 * MIB)
        names = [each.id async for each in client.list_workflows(f"WorkflowType = '{kind}'")]
        same("workflows that the SDK lists", len(names), count)
        peak = memory(sidecar)
    return f"{count} listed, {resolved} with their memos; {peak}"


@case("own-storage-behind-the-sidecar", seconds=90)
async def own_storage(bench: Faults) -> str:
    """ES-P8: an SDK with storage of its own works behind a sidecar that leaves references of drivers it does not know.

    Without that option the task fails at once, and history says what the option is.
    """
    own = LocalDiskStorageDriver(bench.new_store(), name="of-the-sdk")
    value, task_queue = blob(bench.id("own"), 400 * KIB), bench.id("own")
    async with bench.sidecar("--unregistered-drivers", "leave", "--threshold", "1000000") as sidecar:
        client = await Client.connect(
            sidecar.address, namespace=bench.namespace, data_converter=storage_converter(own)
        )
        async with Worker(client, task_queue=task_queue, workflows=[Echo], activities=ACTIVITIES):
            result = await client.execute_workflow(Echo.run, value, id=bench.id("own"), task_queue=task_queue)
        same("the value", digest(result), digest(value))
        peak = memory(sidecar)
    async with bench.sidecar() as sidecar:
        client = await Client.connect(
            sidecar.address, namespace=bench.namespace, data_converter=storage_converter(own)
        )
        workflow_id = bench.id("refused")
        await client.start_workflow(Echo.run, value, id=workflow_id, task_queue=workflow_id)
        async with Worker(client, task_queue=workflow_id, workflows=[Echo], activities=ACTIVITIES):
            deadline = time.monotonic() + 30
            text = ""
            while not text and time.monotonic() < deadline:
                history = await common.raw_history(await bench.client(bench.server), workflow_id)
                for event in history.events:
                    text = event.workflow_task_failed_event_attributes.failure.message or text
                await asyncio.sleep(0.2)  # Nobody signals that a task has failed.
        await client.get_workflow_handle(workflow_id).terminate()
    holds(f"the failure does not name the option: {text}", "--unregistered-drivers leave" in text)
    return f"passes with leave, {peak}; fails its task and says so without"
