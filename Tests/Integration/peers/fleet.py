# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""A mixed fleet: some parties use the sidecar, others the Python SDK's own external storage on the same directory.

    fleet.py --address 127.0.0.1:7234 --address-all 127.0.0.1:7235 --server 127.0.0.1:7233 --store DIR

--address is a sidecar with the default threshold, --address-all one with `--threshold all`, both with the
local-disk driver on --store. One line per scenario; the last line is `N passed, N failed`.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from temporalio.api.common.v1 import Payload
from temporalio.client import Client
from temporalio.worker import Worker

import common
from common import digest, is_reference, leave, quiet, short, sites, storage_converter
from definitions import ACTIVITIES, WORKFLOWS, Mailbox, Remembers, ThroughActivity, ThroughOtherQueue
from harness import CaseFailure, holds, same
from local_disk_driver import LocalDiskStorageDriver


@dataclass
class Fleet:
    address: str
    address_all: str | None
    server_address: str
    store: Path
    size: int
    namespace: str
    driver: LocalDiskStorageDriver
    server: Client
    """Straight to the server, without storage: sees what is really there."""

    def id(self, name: str) -> str:
        return f"{name}-{uuid.uuid4().hex[:8]}"

    def blob(self, name: str) -> bytes:
        return common.blob(self.id(name), self.size)

    async def plain(self, address: str) -> Client:
        """A client that knows nothing of storage."""
        return await Client.connect(address, namespace=self.namespace)

    async def storing(self, address: str, threshold: int = common.DEFAULT_THRESHOLD) -> Client:
        """A client with the SDK's own storage."""
        converter = storage_converter(self.driver, threshold)
        return await Client.connect(address, namespace=self.namespace, data_converter=converter)


async def conversation(fleet: Fleet, client: Client, worker: Client) -> list[str]:
    """A client and a worker exchange big values on every common path; gives the ids of the workflows used."""
    value, other = fleet.blob("value"), fleet.blob("other")
    task_queue = fleet.id("fleet")
    async with Worker(worker, task_queue=task_queue, workflows=WORKFLOWS, activities=ACTIVITIES):
        through = await client.start_workflow(ThroughActivity.run, value, id=fleet.id("through"), task_queue=task_queue)
        same("result through an activity", await through.result(), value)
        remembers = await client.start_workflow(
            Remembers.run, other, id=fleet.id("remembers"), task_queue=task_queue, memo={"start": value}
        )
        same("memo", await remembers.result(), [digest(value), digest(other), "added"])
        same(
            "described memo",
            await (await remembers.describe()).memo_value("added", type_hint=bytes),
            other,
        )
        mailbox = await client.start_workflow(Mailbox.run, 2, id=fleet.id("mailbox"), task_queue=task_queue)
        await mailbox.signal(Mailbox.put, value)
        same("answer", await mailbox.query(Mailbox.answer, other), value + other)
        same("update", await mailbox.execute_update(Mailbox.replace, other), other)
        same("values seen", await mailbox.result(), [digest(value), digest(other)])
    return [through.id, remembers.id, mailbox.id]


async def resolved_in_one_step(fleet: Fleet, workflow_ids: list[str], threshold: int) -> int:
    """Checks that every reference in the histories leads to a payload that is none (ES-W7); counts them."""
    references = 0
    for workflow_id in workflow_ids:
        for site in sites(await common.raw_history(fleet.server, workflow_id)):
            if not is_reference(site.payload):
                holds(
                    f"inline payload of {site.size} bytes at {short(site.path)}",
                    site.stays_inline or site.size < threshold,
                )
                continue
            name, claim, size = common.reference(site.payload)
            same(f"driver at {short(site.path)}", name, fleet.driver.name())
            body = (fleet.store / claim["key"]).read_bytes()
            same(f"size of the file behind {short(site.path)}", len(body), size)
            stored = Payload.FromString(body)
            holds(f"a reference to a reference at {short(site.path)}", not is_reference(stored))
            references += 1
    holds("no reference in history", references > 0)
    return references


# --- Scenarios ------------------------------------------------------------------------------------------


async def python_client_sidecar_worker(fleet: Fleet) -> str:
    """The client stores by itself, straight to the server; the worker knows only the sidecar."""
    used = await conversation(fleet, await fleet.storing(fleet.server_address), await fleet.plain(fleet.address))
    return f"{await resolved_in_one_step(fleet, used, common.DEFAULT_THRESHOLD)} references"


async def sidecar_client_python_worker(fleet: Fleet) -> str:
    """The client knows only the sidecar; the worker stores by itself, straight to the server."""
    before = fleet.driver.retrieved
    used = await conversation(fleet, await fleet.plain(fleet.address), await fleet.storing(fleet.server_address))
    holds("the Python driver read nothing", fleet.driver.retrieved > before)
    return f"{await resolved_in_one_step(fleet, used, common.DEFAULT_THRESHOLD)} references"


async def stacked(fleet: Fleet) -> str:
    """Both layers in one path: Python stores, the sidecar below has threshold `all`. No reference is stored."""
    if fleet.address_all is None:
        raise CaseFailure("give the sidecar with --threshold all as --address-all")
    before = fleet.driver.stored
    storing = await fleet.storing(fleet.address_all)
    used = await conversation(fleet, storing, storing)
    holds("the Python layer stored nothing", fleet.driver.stored > before)
    counted = await resolved_in_one_step(fleet, used, 1)

    # One stacked party with one that has only the lower layer, both ways.
    plain = await fleet.plain(fleet.address_all)
    for client, worker in ((storing, plain), (plain, storing)):
        used = await conversation(fleet, client, worker)
        counted += await resolved_in_one_step(fleet, used, 1)
    return f"{counted} references"


async def stacked_all(fleet: Fleet) -> str:
    """Both layers with threshold `all`: the upper one stores everything, the lower one finds only references."""
    if fleet.address_all is None:
        raise CaseFailure("give the sidecar with --threshold all as --address-all")
    storing = await fleet.storing(fleet.address_all, threshold=1)
    used = await conversation(fleet, storing, storing)
    return f"{await resolved_in_one_step(fleet, used, 1)} references"


async def recovers(fleet: Fleet) -> str:
    """A worker straight at the server fails its tasks with TMPRL1105; behind the sidecar it completes them."""
    value = fleet.blob("value")
    task_queue = fleet.id("recovers")
    through_sidecar = await fleet.plain(fleet.address)
    straight = await fleet.plain(fleet.server_address)
    handle = await through_sidecar.start_workflow(
        ThroughActivity.run, value, id=fleet.id("recovers"), task_queue=task_queue
    )
    async with Worker(straight, task_queue=task_queue, workflows=WORKFLOWS, activities=ACTIVITIES):
        message = await _first_task_failure(fleet, handle.id)
        holds(f"not TMPRL1105: {message}", "[TMPRL1105]" in message)
    async with Worker(through_sidecar, task_queue=task_queue, workflows=WORKFLOWS, activities=ACTIVITIES):
        same("result", await handle.result(), value)
    references = await resolved_in_one_step(fleet, [handle.id], common.DEFAULT_THRESHOLD)

    # The same for an activity worker: the workflow's tasks are done behind the sidecar.
    value, activities = fleet.blob("value"), fleet.id("recovers-activities")
    workflows = Worker(
        through_sidecar, task_queue=task_queue, workflows=WORKFLOWS, disable_eager_activity_execution=True
    )
    async with workflows:
        handle = await through_sidecar.start_workflow(
            ThroughOtherQueue.run, args=[value, activities], id=fleet.id("recovers"), task_queue=task_queue
        )
        async with Worker(straight, task_queue=activities, activities=ACTIVITIES):
            message = await _first_activity_failure(fleet, handle.id)
            holds(f"unexpected failure: {message}", "Failed decoding arguments" in message)
        async with Worker(through_sidecar, task_queue=activities, activities=ACTIVITIES):
            same("result", await handle.result(), value)
    references += await resolved_in_one_step(fleet, [handle.id], common.DEFAULT_THRESHOLD)
    return f"{references} references"


async def _first_task_failure(fleet: Fleet, workflow_id: str) -> str:
    async for event in fleet.server.get_workflow_handle(workflow_id).fetch_history_events(wait_new_event=True):
        if event.HasField("workflow_task_failed_event_attributes"):
            return event.workflow_task_failed_event_attributes.failure.message
    raise CaseFailure("the workflow ended without a failed task")


async def _first_activity_failure(fleet: Fleet, workflow_id: str) -> str:
    # The server has no call that waits for a failed attempt. Bounded by the scenario's time.
    while True:
        description = await fleet.server.get_workflow_handle(workflow_id).describe()
        for pending in description.raw_description.pending_activities:
            if pending.HasField("last_failure"):
                return pending.last_failure.message
        await asyncio.sleep(0.1)


SCENARIOS: dict[str, Callable[[Fleet], Awaitable[str]]] = {
    "python-client-sidecar-worker": python_client_sidecar_worker,
    "sidecar-client-python-worker": sidecar_client_python_worker,
    "stacked": stacked,
    "stacked-all": stacked_all,
    "recovers": recovers,
}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--address", required=True, metavar="HOST:PORT", help="a sidecar with the default threshold")
    parser.add_argument("--address-all", metavar="HOST:PORT", help="a sidecar with --threshold all")
    parser.add_argument("--server", required=True, metavar="HOST:PORT", help="the Temporal server")
    parser.add_argument("--store", required=True, type=Path, metavar="DIR", help="the sidecars' local-disk directory")
    parser.add_argument("--driver-name", default="local-disk")
    parser.add_argument("--namespace", default="default")
    parser.add_argument("--size", type=int, default=1024 * 1024, metavar="BYTES")
    parser.add_argument("--cases", metavar="A,B,C", help=f"only these; there are {', '.join(SCENARIOS)}")
    parser.add_argument("--timeout", type=float, default=120, metavar="SECONDS", help="per scenario (120)")
    parser.add_argument("--verbose", action="store_true", help="print the SDK's log")
    parsed = parser.parse_args()
    parsed.chosen = parsed.cases.split(",") if parsed.cases else list(SCENARIOS)
    for name in parsed.chosen:
        if name not in SCENARIOS:
            parser.error(f"no such scenario: {name}")
    return parsed


async def main(options: argparse.Namespace) -> int:
    fleet = Fleet(
        address=options.address,
        address_all=options.address_all,
        server_address=options.server,
        store=options.store,
        size=options.size,
        namespace=options.namespace,
        driver=LocalDiskStorageDriver(options.store, options.driver_name),
        server=await Client.connect(options.server, namespace=options.namespace),
    )
    failed = 0
    for name in options.chosen:
        try:
            async with asyncio.timeout(options.timeout):
                print(f"ok {name} ({await SCENARIOS[name](fleet)})", flush=True)
        except Exception as error:
            failed += 1
            reason = (
                "timed out" if isinstance(error, TimeoutError) else " ".join(f"{type(error).__name__}: {error}".split())
            )
            print(f"FAIL {name} {reason[:600]}", flush=True)
    print(f"{len(options.chosen) - failed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    parsed = arguments()
    if not parsed.verbose:
        quiet()
    logging.basicConfig(level=logging.WARNING if parsed.verbose else logging.CRITICAL)
    leave(asyncio.run(main(parsed)))
