# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""A store that is damaged, full, read-only or gone: clear errors, nothing half done, and it recovers by itself."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from temporalio.api.common.v1 import Payload
from temporalio.api.workflowservice.v1 import StartWorkflowExecutionRequest

from bad_harness import Bench, Skipped, case, expect, expect_ok, holds
from common import is_reference, reference, sites
from sidecar import Caller

DRIVER = 'storage driver "local-disk"'
MIB = 1_048_576


def large(bench: Bench, name: str, size: int = MIB) -> Payload:
    return Payload(metadata={"encoding": b"binary/plain"}, data=bench.random(name).randbytes(size))


@asynccontextmanager
async def small_disk(bench: Bench) -> AsyncIterator[Path]:
    """A file system of 1 MiB of its own. Skips the case where it cannot be made."""
    place = bench.directory / "disk"
    place.mkdir()
    if os.geteuid() != 0 or await _mount("-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)) != 0:
        raise Skipped("only root on Linux can mount a small disk")
    try:
        yield place
    finally:
        process = await asyncio.create_subprocess_exec("umount", "--lazy", str(place))
        await process.wait()


async def _mount(*arguments: str) -> int:
    try:
        process = await asyncio.create_subprocess_exec("mount", *arguments, stderr=asyncio.subprocess.DEVNULL)
    except FileNotFoundError:
        return -1
    return await process.wait()


async def started_elsewhere(bench: Bench, store: Path, request: StartWorkflowExecutionRequest) -> None:
    """Starts a workflow through another sidecar, so that the one to be tested has nothing in its cache."""
    async with bench.sidecar(store=store) as sidecar, Caller(sidecar.address) as caller:
        expect_ok("start", await caller.call("StartWorkflowExecution", request))


@case("damaged-files")
async def damaged_files(bench: Bench) -> str:
    """A stored file that is missing, cut or changed fails the reader and says how; put back, it is read (ES-D3)."""
    store, payload, workflow_id = bench.new_store(), large(bench, "damaged"), bench.id("damaged")
    request = bench.start(workflow_id, payload)
    await started_elsewhere(bench, store, request)
    async with (
        bench.sidecar(store=store) as sidecar,
        Caller(sidecar.address) as through,
        Caller(bench.server) as straight,
    ):
        references = [site.payload for site in sites(await bench.read_history(straight, workflow_id))]
        references = [each for each in references if is_reference(each)]
        holds("nothing was stored", references)
        _, claim, _ = reference(references[0])
        file = store / claim["key"]
        body = file.read_bytes()

        async def fails(what: str, *says: str) -> str:
            answer = await through.call("GetWorkflowExecutionHistory", bench.history(workflow_id))
            expect(what, answer, "FAILED_PRECONDITION", DRIVER, claim["key"], *says)
            return answer.text

        file.unlink()
        await fails("a missing file", "no file there", "(notFound)")
        flipped = bytearray(body)
        flipped[len(body) // 2] ^= 1
        file.write_bytes(flipped)
        text = await fails("a changed file", "(corrupted)", f"expected sha256:{claim['hash_value']}, got sha256:")
        holds(f"only one digest is named: {text}", text.count(claim["hash_value"]) >= 1 and text.count("sha256:") == 2)
        for length in (0, 1, len(body) // 2, len(body) - 1):
            file.write_bytes(body[:length])
            await fails(f"a file cut to {length} bytes", "(corrupted)", "expected sha256:")
        file.write_bytes(body + b"\0")
        await fails("a file with a byte more", "(corrupted)")
        with file.open("wb") as sparse:
            sparse.truncate(3 * 1024 * MIB)
        answer = await through.call("GetWorkflowExecutionHistory", bench.history(workflow_id))
        expect("a file of 3 GiB", answer, "FAILED_PRECONDITION", DRIVER, claim["key"])
        file.unlink()
        file.mkdir()
        await fails("a directory in its place")
        file.rmdir()
        file.write_bytes(body)
        read = [site.payload for site in sites(await bench.read_history(through, workflow_id))]
        holds("the payload did not come back", payload in read)
        # A damaged file is also replaced when the same payload is stored again.
        file.write_bytes(body[:100])
        await started_elsewhere(bench, store, request)
        holds("the damaged file is still there", file.read_bytes() == body)
        await bench.works(sidecar)
        await bench.comes_to_rest(sidecar)
        peak = sidecar.peak_memory() // MIB
    return f"peak memory {peak} MiB"


@case("full-disk")
async def full_disk(bench: Bench) -> str:
    """A full disk fails the call before anything is sent, leaves no rest behind, and is left behind itself."""
    async with small_disk(bench) as store, bench.sidecar(store=store) as sidecar:
        async with Caller(sidecar.address) as through, Caller(bench.server) as straight:
            workflow_id = bench.id("full")
            request = bench.start(workflow_id, large(bench, "full", 3 * MIB // 2))
            answer = await through.call("StartWorkflowExecution", request)
            expect("a full disk", answer, "UNAVAILABLE", DRIVER, "disk full", "free space")
            found = await straight.call("GetWorkflowExecutionHistory", bench.history(workflow_id))
            expect("the workflow at the server", found, "NOT_FOUND")
            left = [path for path in store.rglob("*") if path.is_file()]
            holds(f"left behind: {left}", not left)
            fits = bench.start(bench.id("fits"), large(bench, "fits", MIB // 2))
            expect_ok("a payload that fits", await through.call("StartWorkflowExecution", fits))
            small = bench.start(bench.id("small"), Payload(data=b"small"))
            expect_ok("a small payload", await through.call("StartWorkflowExecution", small))
            # Somebody makes room.
            holds("no larger disk", await _mount("-o", "remount,size=8m", str(store)) == 0)
            expect_ok("the same call with more room", await through.call("StartWorkflowExecution", request))
            read = [site.payload for site in sites(await bench.read_history(through, workflow_id))]
            holds("the payload did not come back", any(each == request.input.payloads[0] for each in read))
            await bench.works(sidecar)
            await bench.comes_to_rest(sidecar)
    return answer.text


@case("read-only-store")
async def read_only_store(bench: Bench) -> str:
    """A store that cannot be written fails calls that store, and goes on resolving; writable again, it stores."""
    async with small_disk(bench) as store, bench.sidecar(store=store) as sidecar:
        async with Caller(sidecar.address) as through, Caller(bench.server) as straight:
            before = bench.id("before")
            payload = large(bench, "before", MIB // 3)
            expect_ok("start", await through.call("StartWorkflowExecution", bench.start(before, payload)))
            holds("cannot remount", await _mount("-o", "remount,ro", str(store)) == 0)
            after = bench.id("after")
            request = bench.start(after, large(bench, "after", MIB // 3))
            answer = await through.call("StartWorkflowExecution", request)
            expect("a read-only store", answer, "FAILED_PRECONDITION", DRIVER, "writing failed", "let this user write")
            found = await straight.call("GetWorkflowExecutionHistory", bench.history(after))
            expect("the workflow at the server", found, "NOT_FOUND")
            read = [site.payload for site in sites(await bench.read_history(through, before))]
            holds("what was stored before cannot be read", payload in read)
            holds("cannot remount", await _mount("-o", "remount,rw", str(store)) == 0)
            expect_ok("the same call, writable", await through.call("StartWorkflowExecution", request))
            await bench.works(sidecar)
            await bench.comes_to_rest(sidecar)
    return answer.text


@case("store-removed")
async def store_removed(bench: Bench) -> str:
    """A store whose directory is gone fails calls with its path and what to do; back again, it works."""
    store, workflow_id, payload = bench.new_store(), bench.id("removed"), large(bench, "removed")
    empty_id = bench.id("removed")
    for each in (workflow_id, empty_id):
        await started_elsewhere(bench, store, bench.start(each, payload))
    async with bench.sidecar(store=store) as sidecar, Caller(sidecar.address) as through:
        away = store.with_name("away")
        store.rename(away)
        request = bench.start(bench.id("removed"), large(bench, "other"))
        stored = await through.call("StartWorkflowExecution", request)
        expect("to store", stored, "FAILED_PRECONDITION", DRIVER, f"no directory {store}", "create it, or mount it")
        read = await through.call("GetWorkflowExecutionHistory", bench.history(workflow_id))
        expect("to read", read, "FAILED_PRECONDITION", DRIVER, f"no directory {store}", "create it, or mount it")
        small = bench.start(bench.id("small"), Payload(data=b"small"))
        expect_ok("a small payload", await through.call("StartWorkflowExecution", small))
        away.rename(store)
        expect_ok("the same call", await through.call("StartWorkflowExecution", request))
        there = [site.payload for site in sites(await bench.read_history(through, workflow_id))]
        holds("the payload did not come back", payload in there)
        # An empty directory in its place is a store, too: what was in it is not there, and that is said.
        shutil.rmtree(store)
        store.mkdir()
        read = await through.call("GetWorkflowExecutionHistory", bench.history(empty_id))
        expect("an empty store", read, "FAILED_PRECONDITION", DRIVER, "no file there")
        expect_ok("to store", await through.call("StartWorkflowExecution", bench.start(bench.id("new"), payload)))
        await bench.works(sidecar)
        await bench.comes_to_rest(sidecar)
    return stored.text.replace(str(bench.directory), "DIR")


@case("payload-too-large")
async def payload_too_large(bench: Bench) -> str:
    """A payload over the driver's limit fails the call; nothing is sent and nothing stored (ES-P9)."""
    store, workflow_id = bench.new_store(), bench.id("large")
    async with bench.sidecar(store=store) as sidecar:
        async with Caller(sidecar.address) as through, Caller(bench.server) as straight:
            # Two payloads: the one that could be stored is not, because the other cannot.
            request = bench.start(workflow_id, large(bench, "first"), Payload(data=bytes(50 * MIB + 1)))
            answer = await through.call("StartWorkflowExecution", request)
            limit = str(50 * MIB)
            expect("too large", answer, "FAILED_PRECONDITION", DRIVER, limit, "(payloadTooLarge)")
            found = await straight.call("GetWorkflowExecutionHistory", bench.history(workflow_id))
            expect("the workflow at the server", found, "NOT_FOUND")
            left = [path for path in store.rglob("*") if path.is_file()]
            holds(f"stored all the same: {left}", not left)
            # At the limit, framing included.
            fits = Payload(data=bytes(50 * MIB))
            fits = Payload(data=bytes(50 * MIB - (fits.ByteSize() - 50 * MIB)))
            holds(f"{fits.ByteSize()} bytes are not the limit", fits.ByteSize() == 50 * MIB)
            expect_ok("at the limit", await through.call("StartWorkflowExecution", bench.start(workflow_id, fits)))
        await bench.works(sidecar)
        await bench.comes_to_rest(sidecar)
        peak = sidecar.peak_memory() // MIB
    return f"{answer.text}; peak memory {peak} MiB"
