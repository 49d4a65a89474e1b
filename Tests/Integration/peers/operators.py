# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""The commands of operators, with a real server, a real store and workers of the official SDK.

    operators.py --binary TEMPORAL-STORAGE --server 127.0.0.1:7233 [--store disk|s3|gcs|azure] [--cases a,b]

Values go through a sidecar with the threshold `all`, so that every payload is an object. What the commands say is
compared with what is known: which objects there are, which are referenced, and that every value can still be read
when all waste is gone. The server is one that nothing else uses: waste is counted. The last line is a tally.

The pitfalls that the cases name are those of the article `Pitfalls` of ExternalStorageOperations, which says what cannot be
brought about here, and where it is shown.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import Request, urlopen

from temporalio import activity, workflow
from temporalio.api.common.v1 import Payload, WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest, ResetWorkflowExecutionRequest
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleSpec,
    ScheduleState,
    WorkflowHandle,
)
from temporalio.common import RawValue, RetryPolicy
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError
from temporalio.worker import Worker
from temporalio.workflow import ParentClosePolicy

with workflow.unsafe.imports_passed_through():
    from common import blob, leave, quiet
    from sidecar import running_sidecar

QUEUE = "operators"
SIZE = 20_000
GRACE = 3
"""Seconds that two passes are apart here; nobody waits a day for a test."""
PAUSE = GRACE + 2
"""Seconds between two runs of gc: for the grace, for a margin of one, and for stores that tell whole seconds."""
SETTLE = 1.1
"""Seconds after which what was written is older than a pass that begins, for a store that tells whole seconds."""


class Failure(Exception):
    """A promise that was not kept."""


class Skipped(Exception):
    """What a case needs is not on this machine."""


def expect(condition: object, text: str) -> None:
    if not condition:
        raise Failure(text)


# --- Workflows ------------------------------------------------------------------------------------------

released = asyncio.Event()
beating = asyncio.Event()


@activity.defn
async def twice(value: bytes) -> bytes:
    return value + value


@activity.defn
async def beat(value: bytes) -> bytes:
    """Reports a large heartbeat and waits: until it ends, the heartbeat is in no history."""
    while not released.is_set():
        activity.heartbeat(blob("heartbeat", SIZE))
        beating.set()
        await asyncio.sleep(0.2)
    return value


@workflow.defn
class Plain:
    @workflow.run
    async def run(self, value: bytes) -> bytes:
        return await workflow.execute_activity(twice, value, start_to_close_timeout=timedelta(seconds=30))


@workflow.defn
class Waiting:
    """Waits for a signal, and gives back what it was given."""

    def __init__(self) -> None:
        self.value: bytes | None = None

    @workflow.signal
    def give(self, value: bytes) -> None:
        self.value = value

    @workflow.run
    async def run(self, value: bytes) -> bytes:
        await workflow.wait_condition(lambda: self.value is not None)
        return value + (self.value or b"")


@workflow.defn
class Beating:
    @workflow.run
    async def run(self, value: bytes) -> bytes:
        return await workflow.execute_activity(
            beat, value, start_to_close_timeout=timedelta(minutes=5), heartbeat_timeout=timedelta(seconds=60)
        )


@workflow.defn
class Chain:
    """Continues as new three times, its memo with it, and waits in the last run."""

    def __init__(self) -> None:
        self.is_enough = False

    @workflow.signal
    def enough(self) -> None:
        self.is_enough = True

    @workflow.run
    async def run(self, value: bytes, left: int) -> bytes:
        if left > 0:
            workflow.continue_as_new(args=[value, left - 1])
        await workflow.wait_condition(lambda: self.is_enough)
        return workflow.memo_value("note", type_hint=bytes)


@workflow.defn
class Parent:
    """Has a result of an activity, and starts a child that outlives it."""

    @workflow.run
    async def run(self, value: bytes, child: str) -> str:
        await workflow.execute_activity(twice, value, start_to_close_timeout=timedelta(seconds=30))
        await workflow.start_child_workflow(
            Waiting.run, value, id=child, parent_close_policy=ParentClosePolicy.ABANDON
        )
        return child


@workflow.defn
class Flaky:
    """Fails twice, and waits in its third run, whose input the server has copied."""

    def __init__(self) -> None:
        self.is_enough = False

    @workflow.signal
    def enough(self) -> None:
        self.is_enough = True

    @workflow.run
    async def run(self, value: bytes) -> bytes:
        if workflow.info().attempt < 3:
            raise ApplicationError("once more")
        await workflow.wait_condition(lambda: self.is_enough)
        return value


WORKFLOWS = [Plain, Waiting, Beating, Chain, Parent, Flaky]


# --- What the cases have --------------------------------------------------------------------------------


@dataclass
class Bed:
    """A server, a store, a worker, and the command."""

    binary: Path
    server: str
    client: Client
    """Through the sidecar."""
    direct: Client
    storage: list[str]
    """The options that say where payloads are."""
    work: Path
    states: int = 0
    readable: list[tuple[str, Callable[[], Awaitable[bytes]], bytes]] = field(default_factory=list)
    """What has to be readable at the end."""

    def command(
        self, *arguments: str, timeout: float = 120, given: bytes | None = None
    ) -> tuple[int, list[dict[str, Any]], str]:
        """Runs the command; gives its exit code, its lines, and what it said on standard error."""
        done = subprocess.run(
            [self.binary, *arguments, *self.storage, "--target", self.server, "--calls-per-second", "5000"],
            capture_output=True,
            timeout=timeout,
            input=given,
        )
        lines = [json.loads(line) for line in done.stdout.decode().splitlines() if line.startswith("{")]
        return done.returncode, lines, done.stderr.decode()

    def new_state(self) -> str:
        self.states += 1
        return str(self.work / f"state-{self.states}")

    def orphans(self) -> set[str]:
        code, lines, errors = self.command("orphans")
        expect(code in (0, 1), f"orphans ended with {code}: {errors}")
        return {line["key"] for line in lines if "key" in line}

    def collect(self, *flags: str, state: str | None = None) -> dict[str, Any]:
        """Runs gc until it has collected; gives what it did, and what became of what was marked before."""
        state = state or self.new_state()
        time.sleep(SETTLE)
        for _ in range(10):
            code, lines, errors = self.command(
                *("gc", "--state", state, "--namespace", "default", "--grace-in-seconds-for-tests", str(GRACE)),
                *("--apply", "--writers-renew", "--claim", "--renewal-margin-in-seconds-for-tests", "1", *flags),
            )
            expect(code == 0, f"gc ended with {code}: {errors}")
            for line in lines:
                if line["record"] == "collection":
                    return {**line["outcome"], "quarantine": line["quarantine"]}
            time.sleep(PAUSE)
        raise Failure("gc never collected")

    async def delete(self, workflow_id: str, run_id: str = "") -> None:
        await self.direct.workflow_service.delete_workflow_execution(
            DeleteWorkflowExecutionRequest(
                namespace="default",
                workflow_execution=WorkflowExecution(workflow_id=workflow_id, run_id=run_id),
            )
        )
        for _ in range(900):
            try:
                await self.direct.get_workflow_handle(workflow_id, run_id=run_id or None).describe()
            except RPCError:
                return
            await asyncio.sleep(0.1)
        raise Failure(f"{workflow_id} is not deleted")

    async def start(self, kind: Any, *arguments: Any, id: str, **more: Any) -> WorkflowHandle[Any, Any]:
        return await self.client.start_workflow(
            kind.run, args=list(arguments), id=id, task_queue=QUEUE, **more
        )

    async def listed(self, query: str, count: int = 1) -> None:
        """Waits until visibility lists so many executions; it learns of one later, one of forty only after a second."""
        for _ in range(200):
            if (await self.direct.count_workflows(query)).count >= count:
                return
            await asyncio.sleep(0.1)
        raise Failure(f"visibility does not list {count} executions where {query}")


async def read_again(handle: WorkflowHandle[Any, Any]) -> bytes:
    """All that a history has in it: a worker may have it in memory, and need no object any more."""
    return b"".join(event.SerializeToString() for event in (await handle.fetch_history()).events)


# --- Cases ----------------------------------------------------------------------------------------------


async def clean(bed: Bed) -> None:
    """ES-G1: verify finds nothing wrong, and inspect and get show what there is."""
    value = blob("clean", SIZE)
    handle = await bed.start(Plain, value, id="clean")
    await handle.result()
    code, lines, errors = await asyncio.to_thread(bed.command, "verify", "--deep")
    expect(code == 0, f"verify ended with {code}: {lines} {errors}")
    code, lines, errors = await asyncio.to_thread(bed.command, "inspect", "--workflow-id", "clean")
    expect(code == 0 and {line["state"] for line in lines} == {"there"}, f"inspect: {code} {lines} {errors}")
    fields = {(line["eventID"], line["field"]) for line in lines}
    expect((1, "workflow_execution_started_event_attributes.input") in fields, f"inspect shows {fields}")
    done = subprocess.run(
        [bed.binary, "get", *bed.storage, "--target", bed.server, "--workflow-id", "clean", "--event", "1"],
        capture_output=True,
    )
    expect(done.returncode == 0 and done.stdout == value, f"get gave {len(done.stdout)} bytes: {done.stderr!r}")

    # The same reference by itself, copied from the history in every form, and without a server.
    history = await bed.direct.get_workflow_handle("clean").fetch_history()
    payload = history.events[0].workflow_execution_started_event_attributes.input.payloads[0]
    for given in (payload.data, payload.SerializeToString(), history.to_json().encode()):
        code, lines, errors = await asyncio.to_thread(bed.command, "inspect", "--stdin", "--deep", given=given)
        expect(code == 0 and lines and lines[0]["state"] == "there", f"inspect --stdin: {code} {lines} {errors}")
    done = subprocess.run(
        [bed.binary, "get", "--stdin", *bed.storage, "--target", "127.0.0.1:1"],
        capture_output=True,
        input=payload.data,
        timeout=30,
    )
    expect(done.returncode == 0 and done.stdout == value, f"get --stdin gave {len(done.stdout)} bytes: {done.stderr!r}")
    code, lines, errors = await asyncio.to_thread(bed.command, "inspect", "--stdin", given=b'{"claimData":{}}')
    expect(code == 64 and "driverName" in errors, f"inspect --stdin of nothing ended with {code}: {errors}")


async def abandoned_child(bed: Bed) -> None:
    """P6: the child's input lies under the child, its result under the parent that is deleted meanwhile."""
    value = blob("child", SIZE)
    await (await bed.start(Parent, value, "abandoned", id="parent")).result()
    await bed.delete("parent")
    await bed.client.get_workflow_handle("abandoned").signal(Waiting.give, blob("given", SIZE))
    result = bed.client.get_workflow_handle_for(Waiting.run, "abandoned").result
    await result()
    bed.readable.append(("abandoned child", result, value + blob("given", SIZE)))


async def chain(bed: Bed) -> None:
    """P3: the memo of three runs ago, and the first run is deleted."""
    note = blob("note", SIZE)
    handle = await bed.start(Chain, blob("chain", SIZE), 3, id="chain", memo={"note": note})
    first = handle.result_run_id
    for _ in range(100):
        if (await bed.direct.get_workflow_handle("chain").describe()).run_id != first:
            break
        await asyncio.sleep(0.1)
    await asyncio.sleep(1)
    await bed.delete("chain", first or "")

    async def read() -> bytes:
        current = bed.client.get_workflow_handle("chain")
        expect(note in await read_again(current), "the history has another memo")
        await current.signal(Chain.enough)
        return await bed.client.get_workflow_handle_for(Chain.run, "chain").result()

    bed.readable.append(("memo over three runs", read, note))


async def retried(bed: Bed) -> None:
    """P4: the run that stored the input is deleted, and the server has copied the reference to another one."""
    value = blob("retried", SIZE)
    policy = RetryPolicy(initial_interval=timedelta(milliseconds=200), maximum_attempts=3)
    await bed.start(Flaky, value, id="retried", retry_policy=policy)
    closed: list[str] = []
    for _ in range(200):
        runs = [run async for run in bed.direct.list_workflows("WorkflowId = 'retried'")]
        closed = [run.run_id for run in runs if run.close_time]
        if len(runs) == 3 and len(closed) == 2:
            break
        await asyncio.sleep(0.1)
    expect(len(closed) == 2, f"the workflow was not retried: {closed}")
    for run_id in closed:
        await bed.delete("retried", run_id)

    async def read() -> bytes:
        current = bed.client.get_workflow_handle("retried")
        expect(value in await read_again(current), "the history has another input")
        await current.signal(Flaky.enough)
        return await bed.client.get_workflow_handle_for(Flaky.run, "retried").result()

    bed.readable.append(("input that the server copied", read, value))


async def used_again(bed: Bed) -> None:
    """P5: an id has a run that ended and still counts; the later run of the same id is deleted."""
    values = [blob("used-once", SIZE), blob("used-again", SIZE)]
    runs = []
    for value in values:
        handle = await bed.start(Plain, value, id="used-again")
        await handle.result()
        runs.append(handle.result_run_id or "")
    await bed.delete("used-again", runs[1])
    keys = {key for key in await asyncio.to_thread(bed.orphans) if "/wi/used-again/" in key}
    expect(len(keys) >= 2, f"what the later run alone refers to is no waste: {keys}")
    result = bed.client.get_workflow_handle_for(Plain.run, "used-again", run_id=runs[0]).result
    bed.readable.append(("earlier run of an id", result, values[0] * 2))


async def reset(bed: Bed) -> None:
    """P2: a closed run is reset, and its base is deleted; the copied events refer to objects of the base run."""
    value = blob("reset", SIZE)
    handle = await bed.start(Plain, value, id="reset")
    await handle.result()
    base = handle.result_run_id or ""
    answer = await bed.direct.workflow_service.reset_workflow_execution(
        ResetWorkflowExecutionRequest(
            namespace="default",
            workflow_execution=WorkflowExecution(workflow_id="reset", run_id=base),
            reason="test",
            workflow_task_finish_event_id=4,
            request_id="reset-1",
        )
    )
    await bed.client.get_workflow_handle("reset", run_id=answer.run_id).result()
    await bed.delete("reset", base)
    result = bed.client.get_workflow_handle_for(Plain.run, "reset").result
    bed.readable.append(("reset of a closed run", result, value + value))


async def paused_schedule(bed: Bed) -> None:
    """P9: nothing but the schedule holds its input."""
    value = blob("scheduled", SIZE)
    handle = await bed.client.create_schedule(
        "paused",
        Schedule(
            action=ScheduleActionStartWorkflow(Plain.run, value, id="scheduled", task_queue=QUEUE),
            spec=ScheduleSpec(),
            state=ScheduleState(paused=True),
        ),
    )

    async def read() -> bytes:
        await handle.trigger()
        for _ in range(200):
            actions = (await handle.describe()).info.recent_actions
            if actions:
                started = actions[0].action
                return await bed.client.get_workflow_handle_for(
                    Plain.run, started.workflow_id  # type: ignore[union-attr]
                ).result()
            await asyncio.sleep(0.1)
        raise Failure("the schedule starts nothing")

    bed.readable.append(("paused schedule", read, value + value))


async def heartbeat(bed: Bed) -> None:
    """P10: the heartbeat of a waiting activity stands in no history."""
    released.clear()
    await bed.start(Beating, blob("beating", SIZE), id="beating")
    async with asyncio.timeout(20):
        await beating.wait()

    async def read() -> bytes:
        code, lines, errors = await asyncio.to_thread(bed.command, "inspect", "--workflow-id", "beating")
        released.set()
        pending = [line for line in lines if "heartbeat_details" in line["field"]]
        expect(pending and pending[0]["state"] == "there", f"the heartbeat is gone: {code} {lines} {errors}")
        return await bed.client.get_workflow_handle_for(Beating.run, "beating").result()

    bed.readable.append(("heartbeat of a waiting activity", read, blob("beating", SIZE)))


async def waste(bed: Bed) -> None:
    """ES-G2, P35: what only deleted workflows refer to goes, in two passes, and stands in the log; the rest can be read."""
    for number in range(5):
        await (await bed.start(Plain, blob(f"waste-{number}", SIZE), id=f"waste-{number}")).result()
    await bed.listed("WorkflowId STARTS_WITH 'waste-'", 5)
    before = await asyncio.to_thread(bed.orphans)
    for number in range(5):
        await bed.delete(f"waste-{number}")
    orphans = await asyncio.to_thread(bed.orphans)
    new = {key for key in orphans - before if "/wi/waste-" in key}
    # Input, its copy for the activity, the activity's result and the workflow's.
    expect(len(new) >= 10, f"deleting five workflows made {len(new)} orphans: {sorted(new)}")
    outcome = await asyncio.to_thread(bed.collect)
    expect(outcome["failed"] == 0 and outcome["deleted"] >= len(new), f"gc did {outcome}")
    left = await asyncio.to_thread(bed.orphans)
    expect(not left & new, f"orphans are left: {sorted(left & new)}")
    log = await asyncio.to_thread(contents, bed, "temporal-storage/audit/")
    unlogged = [key for key in new if log.count(f'"key":"{key}"'.encode()) < 2]
    expect(not unlogged, f"deleted, and not in the log before and after: {unlogged}")
    expect(blob("waste-0", SIZE)[:64] not in log, "the log has what was deleted in it")
    code, lines, errors = await asyncio.to_thread(bed.command, "verify", "--deep")
    expect(code == 0, f"verify after gc ended with {code}: {lines} {errors}")


async def quarantine(bed: Bed) -> None:
    """P29, P1: marked, and deleted in a later pass; what is referenced again is unmarked, what is written again stays."""
    names = ("gone", "again", "restored")
    for name in names:
        await (await bed.start(Plain, blob(f"marked-{name}", SIZE), id=f"marked-{name}")).result()
        await bed.delete(f"marked-{name}")
    orphans = await asyncio.to_thread(bed.orphans)
    keys = {name: {key for key in orphans if f"/wi/marked-{name}/" in key} for name in names}
    expect(all(len(found) >= 2 for found in keys.values()), f"the orphans are {keys}")
    state = bed.new_state()
    outcome = await asyncio.to_thread(lambda: bed.collect("--quarantine", state=state))
    expect(outcome["deleted"] == 0 and outcome["marked"] >= 6 and outcome["failed"] == 0, f"gc did {outcome}")
    expect(all(marked(bed, key) for found in keys.values() for key in found), "something is not marked")
    code, lines, errors = await asyncio.to_thread(bed.command, "verify", "--deep")
    expect(code == 0, f"verify after marking ended with {code}: {lines} {errors}")

    # The same workflow with the same values: their objects are written again, or touched, and count anew.
    again = await bed.start(Plain, blob("marked-again", SIZE), id="marked-again")
    await again.result()
    # A reference comes back without anybody storing: from a backup, or from a place that nobody read.
    key = sorted(keys["restored"])[0]
    code, lines, errors = await asyncio.to_thread(bed.command, "inspect", "--workflow-id", "marked-again")
    claim = {**lines[0]["claim"], "hash_value": key.rsplit("/", 1)[1]}
    claim |= {name: key for name in ("key", "object_name", "blob") if name in claim}
    text = json.dumps({"driverName": lines[0]["driver"], "claimData": claim}).encode()
    metadata = {"encoding": b"json/protobuf", "messageType": b"temporal.api.sdk.v1.ExternalStorageReference"}
    holder = await bed.direct.start_workflow(
        "Unknown", RawValue(Payload(metadata=metadata, data=text)), id="marked-holder", task_queue="nobody"
    )
    try:
        outcome = await asyncio.to_thread(lambda: bed.collect("--quarantine", state=state))
        expect(outcome["quarantine"]["unmarked"] >= 1 and not marked(bed, key), f"gc did {outcome}")
        expect(outcome["deleted"] >= len(keys["gone"]) and outcome["failed"] == 0, f"gc did {outcome}")
        left = await asyncio.to_thread(bed.orphans)
        expect(not left & keys["gone"], f"marked orphans are left: {sorted(left & keys['gone'])}")
        code, lines, errors = await asyncio.to_thread(bed.command, "verify", "--deep")
        expect(code == 0, f"verify after gc --quarantine ended with {code}: {lines} {errors}")
    finally:
        await holder.terminate()
        await bed.delete("marked-holder")
    bed.readable.append(
        ("stored again after it was marked", bed.client.get_workflow_handle_for(Plain.run, "marked-again").result,
         blob("marked-again", SIZE) * 2)
    )


async def tag_only(bed: Bed) -> None:
    """P29, P34: with --tag-only the store deletes; where it has no rules for that, it is refused."""
    await (await bed.start(Plain, blob("tagged", SIZE), id="tagged")).result()
    await bed.delete("tagged")
    if "--store" in bed.storage:
        try:
            await asyncio.to_thread(lambda: bed.collect("--tag-only"))
        except Failure as failure:
            expect("ended with 64" in str(failure) and "--tag-only" in str(failure), f"gc: {failure}")
            return
        raise Failure("gc --tag-only on a disk was not refused")
    before = {key for key in await asyncio.to_thread(bed.orphans) if "/wi/tagged/" in key}
    state = bed.new_state()
    outcome = await asyncio.to_thread(lambda: bed.collect("--tag-only", state=state))
    expect(outcome["marked"] >= len(before) and outcome["deleted"] == 0, f"gc did {outcome}")
    outcome = await asyncio.to_thread(lambda: bed.collect("--tag-only", state=state))
    expect(outcome["waiting"] >= len(before) and outcome["deleted"] == 0, f"gc did {outcome}")
    expect(before <= await asyncio.to_thread(bed.orphans), "something is gone")


async def may_not_delete(bed: Bed) -> None:
    """P29, P30: where deleting is forbidden, gc ends with the first refusal; with --tag-only it needs no such right."""
    # A directory has no accounts that may write and not delete.
    if "--store" in bed.storage:
        return
    await (await bed.start(Plain, blob("guarded", SIZE), id="guarded")).result()
    await bed.delete("guarded")
    keys = {key for key in await asyncio.to_thread(bed.orphans) if "/wi/guarded/" in key}
    expect(len(keys) >= 2, f"the orphans are {keys}")
    client, bucket = s3(), os.environ["S3_BUCKET"]
    denial = {"Effect": "Deny", "Principal": "*", "Action": "s3:DeleteObject", "Resource": f"arn:aws:s3:::{bucket}/*"}
    client.put_bucket_policy(
        Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [denial]})
    )
    try:
        try:
            await asyncio.to_thread(bed.collect)
        except Failure as failure:
            expect("ended with 2" in str(failure) and "no more is tried" in str(failure), f"gc: {failure}")
        else:
            raise Failure("gc deleted what it may not delete")
        expect(keys <= await asyncio.to_thread(bed.orphans), "something is gone")
        state = bed.new_state()
        outcome = await asyncio.to_thread(lambda: bed.collect("--tag-only", state=state))
        expect(outcome["marked"] >= len(keys) and outcome["failed"] == 0, f"gc --tag-only did {outcome}")
        expect(all(marked(bed, key) for key in keys), "something is not marked")
    finally:
        client.delete_bucket_policy(Bucket=bucket)
    # With the right to delete, the same goes, marked or not.
    outcome = await asyncio.to_thread(bed.collect)
    expect(outcome["failed"] == 0 and not keys & await asyncio.to_thread(bed.orphans), f"gc did {outcome}")


async def in_flight(bed: Bed) -> None:
    """P14: an object whose reference is on its way while two passes run is too young, and stays."""
    handle = await bed.start(Waiting, blob("late", SIZE), id="late")
    state = bed.new_state()
    # The first pass is made; then a value is stored whose reference comes long after.
    await asyncio.to_thread(
        bed.command, "gc", "--state", state, "--namespace", "default", "--grace-in-seconds-for-tests", str(GRACE)
    )
    other = await bed.start(Waiting, blob("young", SIZE), id="young")
    await other.terminate()
    await bed.delete("young")
    outcome = await asyncio.to_thread(lambda: bed.collect(state=state))
    expect(outcome["tooYoung"] >= 1, f"gc did {outcome}")
    keys = await asyncio.to_thread(bed.orphans)
    expect(any("/wi/young/" in key for key in keys), "an object that was younger than the first pass is gone")
    await handle.signal(Waiting.give, b"x")
    expect(await handle.result() == blob("late", SIZE) + b"x", "the value of the waiting workflow is another one")


async def missing(bed: Bed) -> None:
    """ES-G1, P33: an object that somebody deleted is found, with its event and field, although a cache hides that."""
    value = blob("missing", SIZE)
    await (await bed.start(Plain, value, id="missing")).result()
    await bed.listed("WorkflowId = 'missing'")
    # One as everybody has it, with what it has read in memory.
    sidecar = running_sidecar(
        bed.binary, bed.work / "caching.log", *bed.storage, "--threshold", "all", "--target", bed.server
    )
    async with sidecar as caching:
        handle = (await Client.connect(caching.address)).get_workflow_handle("missing")
        expect(value in await read_again(handle), "the input cannot be read to begin with")
        code, lines, _ = await asyncio.to_thread(bed.command, "inspect", "--workflow-id", "missing")
        expect(code == 0, "the objects are not there to begin with")
        # The workflow itself is the waste here; its history stays while the objects are taken away by hand.
        victim = next(line for line in lines if line["eventID"] == 1)
        remove(bed, victim["claim"].get("key") or victim["claim"]["blob"])
        expect(
            value in await read_again(handle),
            "the sidecar does not have in memory what it has just read: nothing is hidden here",
        )
    code, lines, errors = await asyncio.to_thread(bed.command, "verify")
    found = [line["finding"] for line in lines if line["record"] == "finding"]
    expect(code == 1 and len(found) == 1, f"verify ended with {code}: {lines} {errors}")
    expect(
        found[0]["kind"] == "missing" and found[0]["item"]["i"] == "missing" and found[0]["place"]["eventID"] == 1,
        f"verify found {found}",
    )
    await bed.delete("missing")


async def killed(bed: Bed) -> None:
    """ES-G3: kill -9 at any point, and the next run goes on."""
    for number in range(4):
        await (await bed.start(Plain, blob(f"killed-{number}", SIZE), id=f"killed-{number}")).result()
        await bed.delete(f"killed-{number}")
    state = bed.new_state()
    for delay in (0.05, 0.1, 0.2, 0.4):
        process = subprocess.Popen(
            [bed.binary, "gc", "--state", state, "--namespace", "default", *bed.storage, "--target", bed.server]
            + ["--grace-in-seconds-for-tests", str(GRACE), "--calls-per-second", "200"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        await asyncio.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.wait()
    outcome = await asyncio.to_thread(lambda: bed.collect(state=state))
    expect(outcome["failed"] == 0 and outcome["deleted"] >= 4, f"gc did {outcome}")


async def refusals(bed: Bed) -> None:
    """ES-G2, P19: what is not sure is refused, with a text that says what to do; times that are none are, too."""
    state = bed.new_state()
    for flags, word in (
        (["--grace", "24"], "25"),
        (["--grace", "0"], "25"),
        (["--grace=-1"], "25"),
        (["--grace", "nan"], "grace"),
    ):
        code, _, errors = await asyncio.to_thread(
            bed.command, "gc", "--state", state, "--namespace", "default", *flags
        )
        expect(code == 64 and word in errors, f"gc {flags} ended with {code}: {errors}")
    code, _, errors = await asyncio.to_thread(bed.command, "gc", "--state", state, "--namespace", "no-such-namespace")
    expect(code == 64 and "no-such-namespace" in errors, f"an unknown namespace ended with {code}: {errors}")


async def promises(bed: Bed) -> None:
    """ES-G2, ES-G3, P1, P13: without --apply nothing goes, and with it nothing without what only an operator can say."""
    await (await bed.start(Plain, blob("promised", SIZE), id="promised")).result()
    await bed.delete("promised")
    before = await asyncio.to_thread(bed.orphans)
    expect(any("/wi/promised/" in key for key in before), f"the orphans are {before}")
    if contents(bed, "temporal-storage/owner/"):
        remove(bed, "temporal-storage/owner/default.json")
    flags = ("--state", bed.new_state(), "--namespace", "default", "--grace-in-seconds-for-tests", str(GRACE))
    margin = ("--renewal-margin-in-seconds-for-tests", "1")
    collected: list[dict[str, Any]] = []
    await asyncio.sleep(SETTLE)
    for _ in range(10):
        code, lines, errors = await asyncio.to_thread(bed.command, "gc", *flags, *margin)
        expect(code == 0, f"gc ended with {code}: {errors}")
        collected = [line for line in lines if line["record"] == "collection"]
        if collected:
            break
        await asyncio.sleep(PAUSE)
    expect(collected and not collected[0]["applied"] and collected[0]["outcome"]["deleted"] >= 2, f"gc: {collected}")
    wrong = [((*margin, "--apply"), "--writers-renew"), ((*margin, "--apply", "--writers-renew"), "--claim")]
    if "s3" in bed.storage:
        wrong.append((("--apply", "--writers-renew", "--claim"), "--refresh-after"))
    for more, word in wrong:
        code, _, errors = await asyncio.to_thread(bed.command, "gc", *flags, *more)
        expect(code == 64 and word in errors, f"gc {more} ended with {code}: {errors}")
    expect(before <= await asyncio.to_thread(bed.orphans), "something is gone")
    # The bucket is another namespace's by now.
    put(bed, "temporal-storage/owner/default.json", b'{"namespace":"default","id":"another"}')
    try:
        code, _, errors = await asyncio.to_thread(
            bed.command, "gc", *flags, *margin, "--apply", "--writers-renew", "--claim"
        )
        expect(code == 64 and "another" in errors, f"gc in the bucket of another ended with {code}: {errors}")
        expect(before <= await asyncio.to_thread(bed.orphans), "something is gone")
    finally:
        remove(bed, "temporal-storage/owner/default.json")


async def standalone(bed: Bed) -> None:
    """P10: an activity that no workflow started; nothing but itself holds its input and its result."""
    value = blob("alone", SIZE)
    handle = await bed.client.start_activity(
        twice, value, id="alone", task_queue=QUEUE, start_to_close_timeout=timedelta(seconds=60)
    )
    expect(await handle.result() == value + value, "the activity gave another value")
    code, lines, errors = await asyncio.to_thread(bed.command, "inspect", "--activity-id", "alone")
    expect(code == 0 and len(lines) >= 2, f"inspect ended with {code}: {lines} {errors}")

    async def read() -> bytes:
        return await bed.client.get_activity_handle("alone", result_type=bytes).result()

    bed.readable.append(("activity that no workflow started", read, value + value))


async def lifecycle(bed: Bed) -> None:
    """P34: the rules of the bucket are compared with what the server needs; ours is set, those of others stay."""
    if "--store" in bed.storage:
        code, _, errors = await asyncio.to_thread(bed.command, "lifecycle")
        expect(code == 64 and "S3" in errors, f"lifecycle on a disk ended with {code}: {errors}")
        return
    client, bucket = s3(), os.environ["S3_BUCKET"]
    margin = ("--refresh-after", "30")
    code, lines, errors = await asyncio.to_thread(bed.command, "lifecycle", *margin)
    expect(code == 0 and lines[0]["rules"] == [], f"lifecycle ended with {code}: {lines} {errors}")
    expect(any("--longest-run" in text for text in lines[0]["plan"]["obstacles"]), f"obstacles: {lines}")
    code, _, errors = await asyncio.to_thread(bed.command, "lifecycle", *margin, "--apply")
    expect(code == 64 and "--longest-run" in errors, f"without --longest-run: {code} {errors}")
    code, _, errors = await asyncio.to_thread(bed.command, "lifecycle", "--longest-run", "9", "--apply")
    expect(code == 64 and "--refresh-after" in errors, f"without --refresh-after: {code} {errors}")
    client.put_bucket_lifecycle_configuration(
        Bucket=bucket,
        LifecycleConfiguration={
            "Rules": [
                {"ID": "short", "Status": "Enabled", "Filter": {"Prefix": "v0/ns/none/"}, "Expiration": {"Days": 1}}
            ]
        },
    )
    try:
        code, lines, errors = await asyncio.to_thread(bed.command, "verify", *margin)
        rules = [line for line in lines if line["record"] == "rule"]
        expect(code == 1 and len(rules) == 1, f"verify with a short rule ended with {code}: {lines} {errors}")
        code, lines, errors = await asyncio.to_thread(
            bed.command, "lifecycle", *margin, "--longest-run", "9", "--apply"
        )
        expect(code == 1, f"lifecycle --apply beside a short rule ended with {code}: {errors}")
        rules = client.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
        days = sorted(rule["Expiration"]["Days"] for rule in rules)
        expect(days == [1, lines[0]["days"]], f"the bucket has {rules}")
    finally:
        client.delete_bucket_lifecycle(Bucket=bucket)


async def purge(bed: Bed) -> None:
    """ES-G3, P6, P8: everything of one workflow goes, but for what others refer to, and only when it is gone."""
    await (await bed.start(Plain, blob("purged", SIZE), id="purged")).result()
    state = bed.new_state()
    flags = ("--state", state, "--workflow-id", "purged", "--grace-in-seconds-for-tests", "1")
    await asyncio.sleep(2.5)
    code, lines, errors = await asyncio.to_thread(bed.command, "purge", *flags)
    shown = {line["key"] for line in lines if line["record"] == "object"}
    expect(code == 1 and len(shown) >= 3, f"purge ended with {code}: {lines} {errors}")
    code, _, errors = await asyncio.to_thread(bed.command, "purge", *flags, "--apply", "--claim")
    expect(code == 64 and "--delete-workflow" in errors, f"purge of what is there ended with {code}: {errors}")
    code, lines, errors = await asyncio.to_thread(
        bed.command, "purge", *flags, "--apply", "--claim", "--delete-workflow"
    )
    expect(code == 0, f"purge --apply ended with {code}: {lines} {errors}")
    expect(lines[-1]["deleted"] == len(shown), f"purge deleted {lines[-1]} of {len(shown)}")
    code, lines, errors = await asyncio.to_thread(bed.command, "purge", *flags)
    expect(code == 0 and len(lines) == 1, f"something is left: {code} {lines} {errors}")

    value = blob("purge-child", SIZE)
    await (await bed.start(Parent, value, "purge-child", id="purge-parent")).result()
    await asyncio.sleep(2.5)
    code, lines, errors = await asyncio.to_thread(
        bed.command,
        *("purge", "--state", bed.new_state(), "--workflow-id", "purge-parent"),
        *("--grace-in-seconds-for-tests", "1", "--apply", "--delete-workflow"),
    )
    held = [line for line in lines if line.get("verdict") == "heldByOthers"]
    expect(code == 1 and held, f"purge of the parent ended with {code}: {lines} {errors}")
    expect({line["holders"][0]["id"] for line in held} == {"purge-child"}, f"held: {held}")
    # What the activity gave back lies with the parent, and the child is about to give back the same. The disk renews.
    expect("purge-child" in errors and "is open" in errors, f"nothing is said of the open child: {errors}")
    reusable = [line for line in lines if line.get("verdict") == "reusable"]
    expect(bool(reusable) == ("s3" in bed.storage), f"while the child is open: {lines}")
    expect(all("/wi/purge-parent/" in line["key"] for line in reusable), f"reusable: {reusable}")
    await bed.client.get_workflow_handle("purge-child").signal(Waiting.give, value)
    result = bed.client.get_workflow_handle_for(Waiting.run, "purge-child").result
    expect(await result() == value + value, "the child of a purged parent gave another value")
    await bed.listed("WorkflowId = 'purge-child' AND ExecutionStatus = 'Completed'")
    code, lines, errors = await asyncio.to_thread(
        bed.command, "purge", "--state", bed.new_state(), "--workflow-id", "purge-parent"
    )
    expect("is open" not in errors, f"a child that has ended is open: {errors}")
    expect(not any(line.get("verdict") == "reusable" for line in lines), f"after the child has ended: {lines}")


async def report(bed: Bed) -> None:
    """The page of `report`, looked at in a browser: both themes, 320 px to 4K, contrast, labels, nothing from elsewhere."""
    if not any(map(shutil.which, ("chromium", "chromium-browser"))):
        raise Skipped("there is no chromium to look at the report with")
    await (await bed.start(Plain, blob("reported", SIZE), id="reported")).result()
    page = bed.work / "report.html"
    code, _, errors = await asyncio.to_thread(bed.command, "report", "--file", str(page))
    expect(code in (0, 1), f"report ended with {code}: {errors}")
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, Path(__file__).with_name("report_page.py"), page],
        capture_output=True,
        timeout=120,
    )
    expect(done.returncode == 0, f"the page: {done.stdout.decode()} {done.stderr.decode()}")


async def another_namespace(bed: Bed) -> None:
    """P13: objects of other namespaces stay, and a bucket with objects of unknown ones is refused."""
    ghost = "v0/ns/ghost/d/sha256/" + "0" * 64
    put(bed, ghost, b"x")
    try:
        state = bed.new_state()
        flags = ("--namespace", "default", "--grace-in-seconds-for-tests", str(GRACE), "--state", state)
        for _ in range(3):
            code, _, errors = await asyncio.to_thread(bed.command, "gc", *flags)
            if code != 0:
                break
            await asyncio.sleep(PAUSE)
        expect(code == 64 and "ghost" in errors, f"gc beside an unknown namespace ended with {code}: {errors}")
    finally:
        remove(bed, ghost)
    # The namespace of the server's own workflows has been read as well, and is not named: it stays as it is.
    other = "v0/ns/temporal-system/d/sha256/" + "1" * 64
    put(bed, other, b"x")
    await asyncio.to_thread(bed.collect)
    keys = await asyncio.to_thread(bed.orphans)
    expect(other in keys, "an object of a namespace that was not named is gone")
    remove(bed, other)


async def undecodable(bed: Bed) -> None:
    """P21: a marked reference that nobody here can decode makes every pass incomplete, and nothing is deleted."""
    payload = Payload(
        metadata={"encoding": b"binary/encrypted", "__temporal_external_storage_reference": b"true"}, data=b"\x01\x02"
    )
    await bed.direct.start_workflow("Unknown", RawValue(payload), id="encoded", task_queue="nobody")
    try:
        await bed.listed("WorkflowId = 'encoded'")
        code, lines, errors = await asyncio.to_thread(bed.command, "orphans")
        expect(code == 2 and "undecodable" in errors and not lines, f"orphans ended with {code}: {errors}")
        code, _, errors = await asyncio.to_thread(
            bed.command,
            *("gc", "--state", bed.new_state(), "--namespace", "default", "--apply", "--writers-renew"),
            *("--grace-in-seconds-for-tests", str(GRACE)),
        )
        expect(code == 2 and "incomplete" in errors, f"gc ended with {code}: {errors}")
    finally:
        await bed.direct.get_workflow_handle("encoded").terminate()
        await bed.delete("encoded")


async def two_collectors(bed: Bed) -> None:
    """P32: while somebody else has the lease, nothing is deleted; when it is over, the work goes on."""
    await (await bed.start(Plain, blob("two", SIZE), id="two")).result()
    await bed.delete("two")
    lease = "temporal-storage/lease/000000099999"
    put(bed, lease, json.dumps({"holder": "somebody else", "expires": int(time.time()) + 3_600}).encode())
    state = bed.new_state()
    before = await asyncio.to_thread(bed.orphans)
    try:
        await asyncio.to_thread(lambda: bed.collect(state=state))
    except Failure as failure:
        expect("ended with 2" in str(failure) and "somebody else" in str(failure), f"gc: {failure}")
    else:
        raise Failure("gc deleted under the lease of somebody else")
    finally:
        remove(bed, lease)
    expect(before <= await asyncio.to_thread(bed.orphans), "something is gone")
    outcome = await asyncio.to_thread(lambda: bed.collect(state=state))
    expect(outcome["deleted"] >= 1, f"gc did {outcome}")


async def moved(bed: Bed) -> None:
    """ES-G3, P36: everything referenced is copied, read from the new place, and put back from there."""
    old = bed.storage
    if "--store" in old:
        place = bed.work / "second"
        place.mkdir()
        target, moved_to = ("--to-store", str(place)), ["--driver", "local-disk", "--store", str(place)]
        replica = str(place)
    else:
        bucket = os.environ["S3_BUCKET"]
        replica = f"{bucket}-second"
        s3().create_bucket(Bucket=replica)
        target = ("--to-bucket", replica)
        moved_to = [replica if part == bucket else part for part in old]
        moved_to += ["--moved-buckets", f"{bucket}={replica}"]
    code, lines, errors = await asyncio.to_thread(bed.command, "copy", *target)
    expect(code == 0 and lines[0]["tally"]["copied"] > 5, f"copy ended with {code}: {lines} {errors}")
    code, lines, errors = await asyncio.to_thread(bed.command, "copy", *target, "--apply")
    expect(code == 0 and lines[0]["tally"]["copied"] > 5, f"copy --apply ended with {code}: {lines} {errors}")
    code, lines, errors = await asyncio.to_thread(bed.command, "copy", *target, "--apply")
    tally = lines[0]["tally"]
    expect(code == 0 and tally["copied"] == 0 and tally["present"] > 5, f"copied again: {code} {lines} {errors}")
    bed.storage = moved_to
    try:
        code, lines, errors = await asyncio.to_thread(bed.command, "verify", "--deep")
        expect(code == 0, f"verify of the new place ended with {code}: {lines} {errors}")
    finally:
        bed.storage = old
    await (await bed.start(Plain, blob("repaired", SIZE), id="repaired")).result()
    await bed.listed("WorkflowId = 'repaired'")
    code, _, errors = await asyncio.to_thread(bed.command, "copy", *target, "--apply")
    expect(code == 0, f"copy ended with {code}: {errors}")
    code, lines, _ = await asyncio.to_thread(bed.command, "inspect", "--workflow-id", "repaired")
    remove(bed, lines[0]["claim"]["key"])
    code, lines, errors = await asyncio.to_thread(bed.command, "verify", "--repair-from", replica)
    found = [line["finding"] for line in lines if line["record"] == "finding"]
    expect(code == 1 and all("--apply" in one["text"] for one in found), f"verify: {code} {lines} {errors}")
    code, lines, errors = await asyncio.to_thread(bed.command, "verify", "--repair-from", replica, "--apply")
    expect(code == 0, f"verify --repair-from ended with {code}: {lines} {errors}")
    code, lines, errors = await asyncio.to_thread(bed.command, "verify", "--deep")
    expect(code == 0, f"verify after the repair ended with {code}: {lines} {errors}")


CASES: dict[str, Callable[[Bed], Awaitable[None]]] = {
    "clean": clean,
    "refusals": refusals,
    "promises": promises,
    "lifecycle": lifecycle,
    "abandoned-child": abandoned_child,
    "chain": chain,
    "retried": retried,
    "used-again": used_again,
    "reset": reset,
    "paused-schedule": paused_schedule,
    "heartbeat": heartbeat,
    "standalone": standalone,
    "in-flight": in_flight,
    "waste": waste,
    "quarantine": quarantine,
    "tag-only": tag_only,
    "may-not-delete": may_not_delete,
    "killed": killed,
    "missing": missing,
    "another-namespace": another_namespace,
    "undecodable": undecodable,
    "two-collectors": two_collectors,
    "purge": purge,
    "report": report,
    "moved": moved,
}


def s3() -> Any:
    import boto3  # type: ignore[import-untyped]

    return boto3.client("s3", endpoint_url=os.environ["S3_ENDPOINT"], region_name="us-east-1")


def remove(bed: Bed, key: str) -> None:
    """Takes an object away behind everybody's back."""
    if "--store" in bed.storage:
        (Path(bed.storage[bed.storage.index("--store") + 1]) / key).unlink()
        return
    if "gcs" in bed.storage:
        address = f"{os.environ['STORAGE_EMULATOR_HOST']}/storage/v1/b/{os.environ['GCS_BUCKET']}/o/{quote(key, safe='')}"
        urlopen(Request(address, method="DELETE")).close()
        return
    if "azure" in bed.storage:
        from azure.storage.blob import BlobServiceClient

        service = BlobServiceClient.from_connection_string(os.environ["AZURE_STORAGE_CONNECTION_STRING"])
        service.get_blob_client("payloads", key).delete_blob()
        return
    s3().delete_object(Bucket=os.environ["S3_BUCKET"], Key=key)


def contents(bed: Bed, prefix: str) -> bytes:
    """What stands in all objects whose keys begin with a prefix that ends with a slash."""
    if "--store" in bed.storage:
        root = Path(bed.storage[bed.storage.index("--store") + 1]) / prefix
        return b"".join(path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file())
    if "gcs" in bed.storage:
        base = f"{os.environ['STORAGE_EMULATOR_HOST']}/storage/v1/b/{os.environ['GCS_BUCKET']}/o"
        with urlopen(f"{base}?prefix={quote(prefix, safe='')}&maxResults=1000") as answer:
            names = [item["name"] for item in json.load(answer).get("items", [])]
        return b"".join(urlopen(f"{base}/{quote(name, safe='')}?alt=media").read() for name in names)
    if "azure" in bed.storage:
        from azure.storage.blob import BlobServiceClient

        service = BlobServiceClient.from_connection_string(os.environ["AZURE_STORAGE_CONNECTION_STRING"])
        container = service.get_container_client("payloads")
        names = [one.name for one in container.list_blobs(name_starts_with=prefix)]
        return b"".join(container.download_blob(name).readall() for name in names)
    pages = s3().get_paginator("list_objects_v2").paginate(Bucket=os.environ["S3_BUCKET"], Prefix=prefix)
    keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
    return b"".join(s3().get_object(Bucket=os.environ["S3_BUCKET"], Key=key)["Body"].read() for key in keys)


def marked(bed: Bed, key: str) -> bool:
    """Whether an object is marked as one that nothing refers to."""
    if "--store" in bed.storage:
        root = Path(bed.storage[bed.storage.index("--store") + 1])
        return (root / "temporal-storage/tags" / key).exists()
    if "gcs" in bed.storage:
        base = f"{os.environ['STORAGE_EMULATOR_HOST']}/storage/v1/b/{os.environ['GCS_BUCKET']}/o"
        with urlopen(f"{base}/{quote(key, safe='')}") as answer:
            return json.load(answer).get("metadata", {}).get("temporal-unreferenced") == "true"
    if "azure" in bed.storage:
        from azure.storage.blob import BlobServiceClient

        service = BlobServiceClient.from_connection_string(os.environ["AZURE_STORAGE_CONNECTION_STRING"])
        return service.get_blob_client("payloads", key).get_blob_tags().get("temporal-unreferenced") == "true"
    tags = s3().get_object_tagging(Bucket=os.environ["S3_BUCKET"], Key=key)["TagSet"]
    return {"Key": "temporal-unreferenced", "Value": "true"} in tags


def put(bed: Bed, key: str, content: bytes) -> None:
    """Puts an object there that no writer wrote."""
    if "--store" in bed.storage:
        path = Path(bed.storage[bed.storage.index("--store") + 1]) / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    else:
        s3().put_object(Bucket=os.environ["S3_BUCKET"], Key=key, Body=content)


async def main(arguments: argparse.Namespace) -> int:
    quiet()
    passed = failed = skipped = 0
    async with AsyncExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if arguments.store == "disk":
            (work / "store").mkdir()
            storage = ["--driver", "local-disk", "--store", str(work / "store")]
        elif arguments.store == "gcs":
            storage = ["--driver", "gcs", "--bucket", os.environ["GCS_BUCKET"]]
        elif arguments.store == "azure":
            storage = ["--driver", "azure", "--bucket", "payloads"]
        else:
            storage = ["--driver", "s3", "--bucket", os.environ["S3_BUCKET"], "--region", "us-east-1"]
            storage += ["--endpoint-url", os.environ["S3_ENDPOINT"], "--path-style"]
        sidecar = await stack.enter_async_context(
            running_sidecar(
                *(arguments.binary, work / "sidecar.log", *storage, "--threshold", "all", "--target", arguments.server),
                # What it remembered could be read at the end although the object is gone.
                *("--cache-bytes", "0"),
            )
        )
        client = await Client.connect(sidecar.address)
        direct = await Client.connect(arguments.server)
        await stack.enter_async_context(
            Worker(client, task_queue=QUEUE, workflows=WORKFLOWS, activities=[twice, beat])
        )
        bed = Bed(arguments.binary, arguments.server, client, direct, storage, work)
        wanted = arguments.cases.split(",") if arguments.cases else list(CASES)
        for name in wanted:
            try:
                async with asyncio.timeout(180):
                    await CASES[name](bed)
                print(f"ok    {name}", flush=True)
                passed += 1
            except Skipped as reason:
                print(f"SKIPPED {name}: {reason}", flush=True)
                skipped += 1
            except Exception as error:
                print(f"FAILED {name}: {error}", flush=True)
                if not isinstance(error, Failure):
                    traceback.print_exc()
                failed += 1
        for name, read, value in bed.readable:
            try:
                async with asyncio.timeout(60):
                    expect(await read() == value, "another value")
                print(f"ok    readable at the end: {name}", flush=True)
                passed += 1
            except Exception as error:
                print(f"FAILED readable at the end: {name}: {error!r}", flush=True)
                failed += 1
        released.set()
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", type=Path, required=True)
    parser.add_argument("--server", required=True)
    parser.add_argument("--store", choices=["disk", "s3", "gcs", "azure"], default="disk")
    parser.add_argument("--cases", default="")
    leave(asyncio.run(main(parser.parse_args())))
