# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""References in a history that lead nowhere, or elsewhere: the reader gets a clear error, and nothing else."""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from temporalio.api.common.v1 import Payload

from bad_harness import Bench, case, expect, expect_ok, holds
from common import REFERENCE_TYPE, is_reference, sites
from sidecar import Caller

DRIVER = 'storage driver "local-disk"'
SECRET = b"this stands outside of the store"


def reference_payload(data: bytes) -> Payload:
    payload = Payload(metadata={"encoding": b"json/protobuf", "messageType": REFERENCE_TYPE.encode()}, data=data)
    payload.external_payloads.add(size_bytes=1_000_000)
    return payload


def claiming(key: str | None, digest: str, driver: str = "local-disk", **more: str) -> Payload:
    claim = {"hash_algorithm": "sha256", "hash_value": digest, **more}
    if key is not None:
        claim["key"] = key
    return reference_payload(json.dumps({"driverName": driver, "claimData": claim}).encode())


@dataclass
class Wrong:
    """A reference, and what the error has to say about it."""

    name: str
    payload: Payload
    says: list[str] = field(default_factory=list)


def wrong_forms() -> list[Wrong]:
    """References that are none."""
    nested = b'{"driverName":"local-disk","claimData":' + b'{"a":' * 50_000
    return [
        Wrong("bad-json", reference_payload(b'{"driverName":'), ["not a storage reference", "not JSON"]),
        Wrong("no-data", reference_payload(b""), ["not a storage reference"]),
        Wrong("not-an-object", reference_payload(b"[1,2]"), ["where a JSON object is expected"]),
        Wrong("not-utf8", reference_payload(b'{"driverName":"\xff\xfe"}'), ["not a storage reference"]),
        Wrong("deep-json", reference_payload(nested), ["not a storage reference"]),
        Wrong("deep-array", reference_payload(b"[" * 100_000), ["not a storage reference"]),
        Wrong("empty-driver", reference_payload(b'{"driverName":"","claimData":{}}'), ['"driverName" is empty']),
        Wrong("no-driver", reference_payload(b'{"claimData":{}}'), ['"driverName" is empty']),
        Wrong("driver-number", reference_payload(b'{"driverName":7}'), ["where a string is expected"]),
        Wrong(
            "claim-number",
            reference_payload(b'{"driverName":"local-disk","claimData":{"key":1}}'),
            ["claimData.key", "where a string is expected"],
        ),
        Wrong(
            "undecodable",
            Payload(metadata={"__temporal_external_storage_reference": b"true", "encoding": b"x"}, data=b"?"),
            ["[TMPRL1106]", "codec"],
        ),
    ]


def wrong_claims(digest: str) -> list[Wrong]:
    """References to another driver, or with a claim that is not the driver's."""
    s3 = {"bucket": "payloads"}
    return [
        Wrong(
            "unknown-driver",
            claiming("v0/x", digest, driver="somebody's"),
            ['"somebody\'s"', "not registered", '"local-disk"', "Register a driver"],
        ),
        Wrong(
            "s3-driver",
            claiming("v0/x", digest, driver="aws.s3driver", **s3),
            ['"aws.s3driver"', "not registered", '"local-disk"', "Register a driver"],
        ),
        Wrong("s3-claim", claiming("v0/x", digest, **s3), [DRIVER, "bucket", "another driver wrote it"]),
        Wrong("no-key", claiming(None, digest), [DRIVER, 'no "key"']),
        Wrong(
            "no-claim",
            reference_payload(b'{"driverName":"local-disk"}'),
            [DRIVER, 'no "key"'],
        ),
        Wrong(
            "no-hash",
            reference_payload(b'{"driverName":"local-disk","claimData":{"key":"v0/x"}}'),
            [DRIVER, "hash_algorithm"],
        ),
        Wrong("bad-hash", claiming("v0/x", "abc"), [DRIVER, "hash_value"]),
        Wrong("other-hash", claiming("v0/x", digest, hash_algorithm="md5"), [DRIVER, "md5"]),
        Wrong("missing-file", claiming("v0/d/sha256/" + digest, digest), [DRIVER, "no file there", "root="]),
        Wrong("long-key", claiming("v0/" + "x/" * 2_000 + "y", digest), [DRIVER, "longer than"]),
        Wrong("empty-key", claiming("", digest), [DRIVER, "empty segment"]),
    ]


def wrong_places(store: Path, outside: Path, digest: str) -> list[Wrong]:
    """Claims that lead out of the store, to a file whose digest is right: whoever reads it would get the secret."""
    away = os.path.relpath(outside, store)
    (store / "link").symlink_to(outside)
    (store / "link-directory").symlink_to(outside.parent)
    (store / "v0").mkdir()
    (store / "v0" / "up").symlink_to("../..")
    (store / ".tmp").mkdir(exist_ok=True)
    (store / ".tmp" / "unfinished").write_bytes(outside.read_bytes())
    os.mkfifo(store / "pipe")
    password = hashlib.sha256(Path("/etc/passwd").read_bytes()).hexdigest()
    below = os.path.relpath(outside, store.parent)
    return [
        Wrong("traversal", claiming(away, digest), [DRIVER, '".."']),
        Wrong("traversal-below", claiming(f"v0/../{away}", digest), [DRIVER, '".."']),
        Wrong("passwd", claiming("../../etc/passwd", password), [DRIVER, '".."']),
        Wrong("passwd-deep", claiming("v0/" + "../" * 12 + "etc/passwd", password), [DRIVER, '".."']),
        Wrong("absolute", claiming(str(outside), digest), [DRIVER, "absolute path"]),
        Wrong("absolute-passwd", claiming("/etc/passwd", password), [DRIVER, "absolute path"]),
        Wrong("double-slash", claiming(f"/{outside}", digest), [DRIVER]),
        Wrong("dot", claiming("./link", digest), [DRIVER, '"."']),
        Wrong("link", claiming("link", digest), [DRIVER, "leads to no payload"]),
        Wrong("link-directory", claiming(f"link-directory/{outside.name}", digest), [DRIVER, "leads to no payload"]),
        Wrong("link-up", claiming(f"v0/up/{below}", digest), [DRIVER, "leads to no payload"]),
        Wrong("nul", claiming(f"link\0/{outside.name}", digest), [DRIVER, "NUL"]),
        Wrong("escaped", claiming(away.replace("..", "%2E%2E"), digest), [DRIVER, "no file there"]),
        Wrong("unfinished", claiming(".tmp/unfinished", digest), [DRIVER, "unfinished files"]),
        Wrong("directory", claiming("v0", digest), [DRIVER]),
        Wrong("pipe", claiming("pipe", digest), [DRIVER]),
    ]


async def check_wrong(bench: Bench, store: Path, wrong: list[Wrong]) -> str:
    """Puts each reference into a history, straight at the server, and reads it through the sidecar."""
    async with bench.sidecar(store=store) as sidecar:
        async with Caller(bench.server) as straight, Caller(sidecar.address) as through:
            for one in wrong:
                workflow_id = bench.id(one.name)
                started = await straight.call("StartWorkflowExecution", bench.start(workflow_id, one.payload))
                expect_ok(f"{one.name}: start at the server", started)
                answer = await through.call("GetWorkflowExecutionHistory", bench.history(workflow_id), timeout=10)
                expect(one.name, answer, "FAILED_PRECONDITION", *one.says)
                holds(f"{one.name}: the secret is in the text", SECRET.decode() not in answer.text)
                there = [site.payload for site in sites(await bench.read_history(straight, workflow_id))]
                holds(f"{one.name}: the history was changed", one.payload in there)
        holds("the sidecar logged what it read", SECRET.decode() not in sidecar.logged())
        await bench.works(sidecar)
        await bench.comes_to_rest(sidecar)
    return f"{len(wrong)} references"


@case("wrong-references")
async def wrong_references(bench: Bench) -> str:
    """A reference that cannot be read fails the call, and the text names what is wrong with it (ES-W3, ES-P8)."""
    return await check_wrong(bench, bench.new_store(), wrong_forms())


@case("wrong-claims")
async def wrong_claims_case(bench: Bench) -> str:
    """A claim that the driver cannot follow fails the call, and the text names driver and remedy (ES-F1)."""
    digest = hashlib.sha256(b"nothing").hexdigest()
    return await check_wrong(bench, bench.new_store(), wrong_claims(digest))


@case("wrong-places")
async def wrong_places_case(bench: Bench) -> str:
    """No claim leads out of the store: no file there is even opened."""
    store = bench.new_store()
    outside = bench.directory / "outside" / "secret"
    outside.parent.mkdir()
    outside.write_bytes(Payload(metadata={"encoding": b"binary/plain"}, data=SECRET).SerializeToString())
    digest = hashlib.sha256(outside.read_bytes()).hexdigest()
    wrong = wrong_places(store, outside, digest)
    with _no_file_is_opened([outside, Path("/etc/passwd")]):
        told = await check_wrong(bench, store, wrong)
    # What the claims say is right but for the place: in the store the same file is read.
    (store / "inside").write_bytes(outside.read_bytes())
    async with bench.sidecar(store=store) as sidecar, Caller(sidecar.address) as caller:
        workflow_id = bench.id("inside")
        expect_ok(
            "start", await caller.call("StartWorkflowExecution", bench.start(workflow_id, claiming("inside", digest)))
        )
        read = [site.payload for site in sites(await bench.read_history(caller, workflow_id))]
        holds("the file in the store was not read", any(payload.data == SECRET for payload in read))
        holds("a reference was left", not any(is_reference(payload) for payload in read))
    return told


@contextmanager
def _no_file_is_opened(files: list[Path]) -> Iterator[None]:
    """Checks, where the system can tell, that nobody opens the files meanwhile."""
    if sys.platform != "linux":
        yield
        return
    library: Any = ctypes.CDLL(None, use_errno=True)
    opened, access, nonblocking = 0x20, 0x01, os.O_NONBLOCK
    watch = library.inotify_init1(nonblocking)
    holds(f"inotify: {os.strerror(ctypes.get_errno())}", watch >= 0)
    try:
        # A user database is read by every process that looks up a user; only whole reads of it would tell.
        watched = [file for file in files if not str(file).startswith("/etc/")]
        for file in watched:
            holds("inotify", library.inotify_add_watch(watch, os.fsencode(file), opened | access) >= 0)
        yield
        try:
            events = os.read(watch, 65_536)
        except BlockingIOError:
            events = b""
        masks = {struct.unpack_from("iIII", events)[1]} if events else set()
        holds(f"a file outside of the store was opened: {masks}", not events)
    finally:
        os.close(watch)
