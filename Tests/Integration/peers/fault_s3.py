# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""S3: one bucket shared with the official Python S3 driver, and a store that is killed in the middle of much work."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import aioboto3
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import (
    DescribeActivityExecutionRequest,
    PollActivityTaskQueueRequest,
    PollActivityTaskQueueResponse,
)
from temporalio.client import Client
from temporalio.contrib.aws.s3driver import S3StorageDriver
from temporalio.contrib.aws.s3driver.aioboto3 import new_aioboto3_client
from temporalio.converter import DataConverter, ExternalStorage
from temporalio.service import RPCError
from temporalio.worker import Worker

import common
from bad_harness import case, expect_ok, holds
from common import blob, digest, storage_converter
from definitions import ACTIVITIES, WORKFLOWS, Mailbox, Remembers, ThroughActivity, WaitsForOther, echo
from fault_harness import Faults, references_in, until
from harness import same
from load import PASSING
from sidecar import Caller, running_sidecar
from store_gate import StoreGate, gate_to

SIZE = 300 * 1024


@dataclass
class Both:
    """One bucket, and two ways to it, each with a count of its requests."""

    bench: Faults
    ours: Client
    """Through the sidecar."""
    python: Client
    """Straight to the server, with the SDK's own storage."""
    plain: Client
    """Straight to the server, without storage: sees what is really there."""
    our_gate: StoreGate
    python_gate: StoreGate
    stack: AsyncExitStack

    def requests(self) -> tuple[dict[str, int], dict[str, int]]:
        """The requests since the last time, ours and Python's."""
        counted = dict(self.our_gate.requests), dict(self.python_gate.requests)
        self.our_gate.requests.clear()
        self.python_gate.requests.clear()
        return counted

    async def fresh_sidecar(self) -> Client:
        """A client of a sidecar that remembers nothing."""
        sidecar = await self.stack.enter_async_context(self.bench.s3_sidecar(endpoint=self.our_gate.url))
        return await self.bench.client(sidecar.address)


@asynccontextmanager
async def both(bench: Faults) -> AsyncIterator[Both]:
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        our_gate, python_gate = await enter(gate_to(bench.s3_endpoint)), await enter(gate_to(bench.s3_endpoint))
        session = aioboto3.Session()
        boto = await enter(
            session.client(
                "s3",
                region_name="us-east-1",
                endpoint_url=python_gate.url,
                aws_access_key_id=os.environ["AWS_ACCESS_KEY_ID"],
                aws_secret_access_key=os.environ["AWS_SECRET_ACCESS_KEY"],
            )
        )
        driver = S3StorageDriver(client=new_aioboto3_client(boto), bucket=bench.bucket)
        sidecar = await enter(bench.s3_sidecar(endpoint=our_gate.url))
        python = await Client.connect(bench.server, namespace=bench.namespace, data_converter=storage_converter(driver))
        yield Both(
            bench,
            await bench.client(sidecar.address),
            python,
            await bench.client(bench.server),
            our_gate,
            python_gate,
            stack,
        )


def uploads(both: Both) -> tuple[int, int]:
    """How many objects were made since the last time, by us and by Python."""
    made = both.our_gate.stored, both.python_gate.stored
    both.our_gate.stored = both.python_gate.stored = 0
    return made


async def talk(both: Both, client: Client, worker: Client) -> list[str]:
    value, other = (blob(both.bench.id(name), SIZE) for name in ("value", "other"))
    task_queue = both.bench.id("s3")
    async with Worker(worker, task_queue=task_queue, workflows=WORKFLOWS, activities=ACTIVITIES):
        start = client.start_workflow
        through = await start(ThroughActivity.run, value, id=both.bench.id("through"), task_queue=task_queue)
        same("result through an activity", await through.result(), value)
        remembers = await start(
            Remembers.run, other, id=both.bench.id("remembers"), task_queue=task_queue, memo={"start": value}
        )
        same("memo", await remembers.result(), [digest(value), digest(other), "added"])
        mailbox = await start(Mailbox.run, 2, id=both.bench.id("mailbox"), task_queue=task_queue)
        await mailbox.signal(Mailbox.put, value)
        same("answer", await mailbox.query(Mailbox.answer, other), value + other)
        same("update", await mailbox.execute_update(Mailbox.replace, other), other)
        same("values seen", await mailbox.result(), [digest(value), digest(other)])
    return [through.id, remembers.id, mailbox.id]


@case("s3-interop", seconds=90)
async def s3_interop(bench: Faults) -> str:
    """Python with its own S3 driver and the sidecar read each other's claims, in both directions."""
    async with both(bench) as parties:
        counts: list[int] = []
        for client, worker in ((parties.python, parties.ours), (parties.ours, parties.python)):
            used = await talk(parties, client, worker)
            ours, pythons = parties.requests()
            holds(f"our requests: {ours}, Python's: {pythons}", ours.get("GET") and pythons.get("GET"))
            references = [
                each for id in used for each in references_in(await common.raw_history(parties.plain, id))
            ]
            wanted = {"bucket", "key", "hash_algorithm", "hash_value"}
            strange = [claim for _, claim in references if set(claim) != wanted or claim["bucket"] != bench.bucket]
            holds(f"strange claims: {strange[:1]}", references and not strange)
            counts.append(len(references))
    return f"{counts[0]} references with a Python client, {counts[1]} with a Python worker"


@case("s3-replicas", seconds=90)
async def s3_replicas(bench: Faults) -> str:
    """What the bucket has lost is read from its replica, by a sidecar that is told of one, and by no other."""
    replica, value = f"replica-{bench.id('r')[-8:]}", blob(bench.id("value"), SIZE)
    async with both(bench) as parties, aioboto3.Session().client(
        "s3", region_name="us-east-1", endpoint_url=bench.s3_endpoint
    ) as store:
        await store.create_bucket(Bucket=replica)
        handle = await parties.ours.start_workflow(
            Remembers.run, value, id=bench.id("replicated"), task_queue=bench.id("nobody"), memo={"start": value}
        )
        claims = [claim for _, claim in references_in(await common.raw_history(parties.plain, handle.id))]
        for key in {claim["key"] for claim in claims}:
            source = {"Bucket": bench.bucket, "Key": key}
            await store.copy_object(Bucket=replica, Key=key, CopySource=source)
            await store.delete_object(**source)
        with_replica = await parties.stack.enter_async_context(
            bench.s3_sidecar("--replica-buckets", f"{replica}@us-east-1")
        )
        same("memo", (await _memo(bench, with_replica.address, handle.id))["start"], value)
        without = await parties.stack.enter_async_context(bench.s3_sidecar())
        try:
            await _memo(bench, without.address, handle.id)
        except RPCError as error:
            holds(f"a bucket that has lost it says: {error}", "404 NoSuchKey" in str(error))
        else:
            holds("a bucket that has lost it gave it", False)
        await handle.terminate()
    return f"{len(claims)} references, read from {replica}"


async def _memo(bench: Faults, address: str, workflow_id: str) -> dict[str, object]:
    client = await bench.client(address)
    return dict(await (await client.get_workflow_handle(workflow_id).describe()).memo())


@case("s3-moves", seconds=120)
async def s3_moves(bench: Faults) -> str:
    """A sidecar joins a fleet whose SDKs have two drivers, chosen by size, and moves to another store by its configuration."""
    bucket, large = f"archive-{bench.id('b')[-8:]}", 2 * SIZE
    directory = bench.directory / bucket
    directory.mkdir()
    s3 = f'type: s3, region: us-east-1, pathStyle: true, endpointURL: "{bench.s3_endpoint}"'
    drivers = f"""
target: {bench.server}
drivers:
  - {{name: s3-primary, bucket: {bench.bucket}, {s3}}}
  - {{name: s3-archive, bucket: {bucket}, {s3}}}
"""
    before, after = directory / "before.yaml", directory / "after.yaml"
    before.write_text(f"{drivers}rules: [{{sizeAtLeast: {large}, driver: s3-archive}}]\ndefault: s3-primary\n")
    after.write_text(f"{drivers}  - {{name: next, type: local-disk, root: {directory}}}\ndefault: next\n")
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        store = await enter(
            aioboto3.Session().client("s3", region_name="us-east-1", endpoint_url=bench.s3_endpoint)
        )
        await store.create_bucket(Bucket=bucket)
        primary, archive = (
            S3StorageDriver(client=new_aioboto3_client(store), bucket=each, driver_name=name)
            for name, each in (("s3-primary", bench.bucket), ("s3-archive", bucket))
        )
        fleet = ExternalStorage(
            drivers=[primary, archive],
            driver_selector=lambda _, payload: archive if payload.ByteSize() >= large else primary,
        )
        python = await Client.connect(
            bench.server, namespace=bench.namespace, data_converter=DataConverter(external_storage=fleet)
        )
        plain = await bench.client(bench.server)

        async def sidecar(configuration: Path) -> Client:
            log = directory / f"{configuration.stem}.log"
            running = await enter(running_sidecar(bench.binary, log, "--config", str(configuration)))
            return await bench.client(running.address)

        async def places(workflow_id: str) -> list[tuple[str, str | None]]:
            """Driver and bucket of every reference of a workflow; each is that of its size."""
            found = []
            for site in common.sites(await common.raw_history(plain, workflow_id)):
                if common.is_reference(site.payload):
                    name, claim, size = common.reference(site.payload)
                    found.append((name, claim.get("bucket")))
                    if name != "next":
                        wanted = ("s3-archive", bucket) if size >= large else ("s3-primary", bench.bucket)
                        same(f"place of {size} bytes at {common.short(site.path)}", found[-1], wanted)
            return found

        ours, counted = await sidecar(before), 0
        for client, worker in ((python, ours), (ours, python)):
            task_queue = bench.id("two-drivers")
            async with Worker(worker, task_queue=task_queue, workflows=WORKFLOWS, activities=ACTIVITIES):
                for size in (SIZE, 2 * large):
                    value, id = blob(bench.id("value"), size), bench.id(f"through-{size}")
                    result = await client.execute_workflow(ThroughActivity.run, value, id=id, task_queue=task_queue)
                    same("result", result, value)
                    found = await places(id)
                    holds(f"references of {size} bytes: {found}", len(found) >= 3)
                    counted += len(found)

        task_queue, values = bench.id("moves"), [blob(bench.id("value"), SIZE) for _ in range(2)]
        handle = await ours.start_workflow(Mailbox.run, 2, id=task_queue, task_queue=task_queue)
        await handle.signal(Mailbox.put, values[0])
        moved = await sidecar(after)
        await moved.get_workflow_handle(handle.id).signal(Mailbox.put, values[1])
        async with Worker(moved, task_queue=task_queue, workflows=WORKFLOWS, activities=ACTIVITIES):
            same("values before and after", await handle.result(), [digest(value) for value in values])
        same("places", await places(handle.id), [("s3-primary", bench.bucket), ("next", None)])
    return f"{counted} references of two drivers, one of a third after it"


@case("s3-same-keys", seconds=90)
async def s3_same_keys(bench: Faults) -> str:
    """A payload for the same workflow, activity or nobody has the same key, and is stored once (ES-D1, ES-D4)."""
    async with both(bench) as parties:
        lines: list[str] = []
        for first, second, name in ((parties.python, None, "Python first"), (None, parties.python, "Python second")):
            claims: dict[str, list[dict[str, str]]] = {"workflow": [], "activity": [], "nil": []}
            made: list[tuple[int, int]] = []
            ids, value = {kind: bench.id(kind) for kind in claims}, blob(bench.id("same"), SIZE)
            for party in (first, second):
                # Ours is another sidecar each time: its memory is not to be what saves an upload.
                client = party or await parties.fresh_sidecar()
                uploads(parties)
                claims["workflow"].append(await _workflow(parties, client, ids["workflow"], value))
                claims["activity"].append(await _activity(parties, client, ids["activity"], value))
                claims["nil"].append(await _nobody(parties, client, value))
                made.append(uploads(parties))
            for kind, (one, other) in claims.items():
                holds(f"{name}: claims for {kind} differ: {one} and {other}", one == other)
            once = sum(made[0]) == 3 and sum(made[1]) == 0
            holds(f"{name}: objects made by (us, Python), first and second: {made}", once)
            if name == "Python first":
                lines += [claims[kind][0]["key"].partition("/d/")[0] for kind in claims]
    return f"keys {', '.join(lines)}"


async def _workflow(parties: Both, client: Client, workflow_id: str, value: bytes) -> dict[str, str]:
    """Starts a workflow that nobody works on, and ends it; gives the claim of its input."""
    handle = await client.start_workflow(ThroughActivity.run, value, id=workflow_id, task_queue=workflow_id)
    history = await common.raw_history(parties.plain, workflow_id, handle.first_execution_run_id)
    await parties.plain.get_workflow_handle(workflow_id).terminate()
    ((_, claim),) = references_in(history)
    return claim


async def _activity(parties: Both, client: Client, activity_id: str, value: bytes) -> dict[str, str]:
    """Starts a standalone activity that nobody works on, and ends it; gives the claim of its input."""
    handle = await client.start_activity(
        echo, value, id=activity_id, task_queue=activity_id, start_to_close_timeout=timedelta(seconds=60)
    )
    request = DescribeActivityExecutionRequest(
        namespace=parties.bench.namespace, activity_id=activity_id, run_id=handle.run_id or "", include_input=True
    )
    described = await parties.plain.workflow_service.describe_activity_execution(request)
    await parties.plain.get_activity_handle(activity_id).terminate()
    _, claim, _ = common.reference(described.input.payloads[0])
    return claim


async def _nobody(parties: Both, client: Client, value: bytes) -> dict[str, str]:
    """Completes an activity by a bare token, as a process that never saw the task; gives the claim of the result."""
    workflow_id = parties.bench.id("nobody")
    async with Worker(
        parties.plain, task_queue=workflow_id, workflows=[WaitsForOther], disable_eager_activity_execution=True
    ):
        await parties.plain.start_workflow(
            WaitsForOther.run, args=[b"small", 60.0], id=workflow_id, task_queue=workflow_id
        )
        async with Caller(parties.bench.server) as straight:
            poll = PollActivityTaskQueueRequest(
                namespace=parties.bench.namespace, task_queue=TaskQueue(name=workflow_id)
            )
            answer = await straight.call("PollActivityTaskQueue", poll)
        expect_ok("poll", answer)
        token = PollActivityTaskQueueResponse.FromString(answer.body).task_token
        await client.get_async_activity_handle(task_token=token).complete(value)
    for path, claim in references_in(await common.raw_history(parties.plain, workflow_id)):
        if path.startswith("activity_task_completed"):
            return claim
    raise AssertionError("no reference in the result")


@case("s3-killed", seconds=300)
async def s3_killed(bench: Faults) -> str:
    """SeaweedFS is killed in the middle of 100 workflows and started again: all complete with the right values."""
    count, task_queue, done, retried = 100, bench.id("killed"), 0, 0
    async with bench.s3_sidecar() as sidecar:
        client, worker = await bench.client(sidecar.address), await bench.client(sidecar.address)

        async def one(number: int) -> None:
            nonlocal done, retried
            value = blob(f"{task_queue}/{number}", SIZE)
            while True:
                try:
                    result = await client.execute_workflow(
                        ThroughActivity.run,
                        value,
                        id=f"{task_queue}-{number}",
                        task_queue=task_queue,
                        task_timeout=timedelta(seconds=5),
                    )
                    break
                except RPCError as error:
                    if error.status not in PASSING:
                        raise
                    # Its input, or its result, could not be stored or read: the caller is told, and tries again.
                    retried += 1
                    await asyncio.sleep(0.2)  # The back-off of a client.
            same(f"result of {number}", result, value)
            done += 1

        async with Worker(worker, task_queue=task_queue, workflows=WORKFLOWS, activities=ACTIVITIES):
            async with asyncio.TaskGroup() as group:
                slots = [group.create_task(one(number)) for number in range(count)]
                await until(lambda: done >= 10, "ten workflows are done", 120)
                await bench.service("kill", "s3")
                at = done
                await until(lambda: retried > 0 or sidecar.logged().count("unavailable") > 10, "it is noticed", 60)
                await bench.service("up", "s3")
        holds(f"{done} of {len(slots)} completed", done == count)
        holds("it was killed too late", at < count - 10)
        failures = await sidecar.metric("temporal_external_storage_failures_total")
    return f"{done} completed, killed after {at}, {failures:.0f} storage failures, {retried} calls repeated"


