# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""ES-G5: the commands of operators with many objects and many references, and what they take of time and memory.

    scale.py --binary TEMPORAL-STORAGE --directory DIR [--store disk|s3] [--json FILE] COUNT...

The store is a real one, with COUNT objects that are referenced once each, and some that are not. The server is a stand-in:
it answers listings, descriptions and histories as the server does, in pages of 1,000, with workflows that have from one
reference to 5,000. What the commands say is compared with what there is. Memory is the peak of the resident set (VmHWM);
it has to be the same for all sizes from 50,000 on. The last line is a tally.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import os
import re
import time
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
from temporalio.api.common.v1 import GrpcStatus, Payload
from temporalio.api.enums.v1 import EventType, NamespaceState, WorkflowExecutionStatus
from temporalio.api.errordetails.v1 import NotFoundFailure
from temporalio.api.workflowservice.v1 import (
    DescribeNamespaceResponse,
    DescribeWorkflowExecutionRequest,
    DescribeWorkflowExecutionResponse,
    GetSystemInfoResponse,
    GetWorkflowExecutionHistoryRequest,
    GetWorkflowExecutionHistoryResponse,
    ListNamespacesResponse,
    ListWorkflowExecutionsRequest,
    ListWorkflowExecutionsResponse,
)

from common import leave

PAGE = 1_000
"""Events of a page of a history, and workflows of a page of a listing."""

SHAPES = [1] * 10 + [10] * 10 + [100] * 5 + [1_000] * 2 + [5_000]
"""How many references workflows have, again and again."""

RUN = "6f1c2b1e-0000-4000-8000-000000000000"
GRACE = 3
"""Seconds that two passes are apart here."""

DATA_SIZE = 256
_HEAD = Payload(metadata={"encoding": b"binary/plain"}, data=b"x" * DATA_SIZE).SerializeToString()[:-DATA_SIZE]

REFERENCE = {"encoding": b"json/protobuf", "messageType": b"temporal.api.sdk.v1.ExternalStorageReference"}


def stored(number: int) -> bytes:
    """The serialized payload of a number: what the object holds."""
    return _HEAD + f"{number:016x}".encode().ljust(DATA_SIZE, b".")


def key(workflow: str, digest: str) -> str:
    return f"v0/ns/default/wt/Scale/wi/{workflow}/ri/{RUN}/d/sha256/{digest}"


class World:
    """Workflows with `count` references, and objects that nothing refers to; all of it follows from the numbers."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.orphans = max(10, count // 1_000)
        self.starts = []
        number = 0
        while number < count:
            self.starts.append(number)
            number += SHAPES[(len(self.starts) - 1) % len(SHAPES)]

    def name(self, index: int) -> str:
        return f"scale-{index:07}"

    def numbers(self, index: int) -> range:
        """The objects of a workflow."""
        end = self.starts[index + 1] if index + 1 < len(self.starts) else self.count
        return range(self.starts[index], end)

    def objects(self) -> Iterator[tuple[str, bytes]]:
        for number in range(self.count + self.orphans):
            body = stored(number)
            name = self.name(bisect_right(self.starts, number) - 1)
            if number >= self.count:
                name = f"gone-{(number - self.count) // 10:07}"
            yield key(name, hashlib.sha256(body).hexdigest()), body


def gone(text: str) -> tuple[tuple[str, bytes], ...]:
    """The detail without which "not found" may be said by anything on the way."""
    status = GrpcStatus(code=5, message=text)
    status.details.add().Pack(NotFoundFailure())
    return (("grpc-status-details-bin", status.SerializeToString()),)


class Cluster(grpc.GenericRpcHandler):
    """A stand-in for the server: it answers, and counts what it is asked."""

    def __init__(self, world: World, place: dict[str, str], driver: str) -> None:
        self.world = world
        self.place = place
        self.driver = driver
        self.calls: Counter[str] = Counter()

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler:
        method = details.method.rpartition("/")[2]

        async def answer(request: bytes, context: grpc.aio.ServicerContext[bytes, bytes]) -> bytes:
            self.calls[method] += 1
            found = getattr(self, method, None)
            # What it has none of is listed as nothing.
            if found is None:
                return b""
            message = found(request)
            if message is None:
                text = "workflow execution not found"
                await context.abort(grpc.StatusCode.NOT_FOUND, text, trailing_metadata=gone(text))
            return message.SerializeToString()

        return grpc.unary_unary_rpc_method_handler(answer)

    def GetSystemInfo(self, _: bytes) -> Any:
        return GetSystemInfoResponse(server_version="1.30.0")

    def DescribeNamespace(self, _: bytes) -> Any:
        response = DescribeNamespaceResponse()
        response.namespace_info.name = "default"
        response.namespace_info.id = "scale"
        response.namespace_info.state = NamespaceState.NAMESPACE_STATE_REGISTERED
        response.config.workflow_execution_retention_ttl.seconds = 86_400
        return response

    def ListNamespaces(self, _: bytes) -> Any:
        return ListNamespacesResponse(namespaces=[self.DescribeNamespace(b"")])

    def ListWorkflowExecutions(self, request: bytes) -> Any:
        wanted = ListWorkflowExecutionsRequest.FromString(request)
        response = ListWorkflowExecutionsResponse()
        if "TemporalNamespaceDivision" in wanted.query:
            return response
        first = int(wanted.next_page_token or b"0")
        end = min(first + PAGE, len(self.world.starts))
        for index in range(first, end):
            info = response.executions.add()
            info.execution.workflow_id, info.execution.run_id = self.world.name(index), RUN
            info.type.name = "Scale"
        if end < len(self.world.starts):
            response.next_page_token = str(end).encode()
        return response

    def index(self, workflow: str) -> int | None:
        found = re.fullmatch(r"scale-(\d{7})", workflow)
        return int(found.group(1)) if found else None

    def DescribeWorkflowExecution(self, request: bytes) -> Any:
        wanted = DescribeWorkflowExecutionRequest.FromString(request).execution
        index = self.index(wanted.workflow_id)
        if index is None:
            return None
        response = DescribeWorkflowExecutionResponse()
        info = response.workflow_execution_info
        info.execution.workflow_id, info.execution.run_id = wanted.workflow_id, RUN
        info.type.name = "Scale"
        info.status = WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_COMPLETED
        info.external_payload_count = len(self.world.numbers(index))
        return response

    def GetWorkflowExecutionHistory(self, request: bytes) -> Any:
        wanted = GetWorkflowExecutionHistoryRequest.FromString(request)
        index = self.index(wanted.execution.workflow_id)
        if index is None:
            return None
        numbers = self.world.numbers(index)
        first = int(wanted.next_page_token or b"0")
        response = GetWorkflowExecutionHistoryResponse()
        for offset in range(first, min(first + PAGE, len(numbers))):
            event = response.history.events.add()
            event.event_id = offset + 1
            event.event_type = EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED
            event.activity_task_completed_event_attributes.result.payloads.append(
                self.reference(wanted.execution.workflow_id, numbers[offset])
            )
        if first + PAGE < len(numbers):
            response.next_page_token = str(first + PAGE).encode()
        return response

    def reference(self, workflow: str, number: int) -> Payload:
        body = stored(number)
        digest = hashlib.sha256(body).hexdigest()
        claim = {**self.place, "key": key(workflow, digest), "hash_algorithm": "sha256", "hash_value": digest}
        payload = Payload(
            metadata=REFERENCE, data=json.dumps({"driverName": self.driver, "claimData": claim}).encode()
        )
        payload.external_payloads.add(size_bytes=len(body))
        return payload


@dataclass
class Measurement:
    """What a command took."""

    references: int
    command: str
    seconds: float
    calls: int
    peak_mib: float

    @property
    def calls_per_reference(self) -> float:
        return self.calls / self.references


@dataclass
class Scale:
    binary: Path
    storage: list[str]
    directory: Path
    measurements: list[Measurement] = field(default_factory=list)
    passed: int = 0
    failed: int = 0

    def expect(self, condition: object, text: str) -> None:
        print(f"{'ok    ' if condition else 'FAILED'} {text}", flush=True)
        self.passed += 1 if condition else 0
        self.failed += 0 if condition else 1

    async def run(self, name: str, cluster: Cluster, target: str, *arguments: str) -> tuple[int, list[Any], str]:
        """Runs a command, and writes down what it took."""
        before = cluster.calls.total()
        start = time.monotonic()
        output, errors = self.directory / "output", self.directory / "errors"
        with output.open("wb") as out, errors.open("wb") as err:
            process = await asyncio.create_subprocess_exec(
                self.binary, *arguments, *self.storage, "--target", target, "--calls-per-second", "100000",
                stdout=out, stderr=err,
            )
        peak = 0
        ended = asyncio.create_task(process.wait())
        while not ended.done():
            # The mark only rises: what is read last is the peak of all but the last moment.
            status = Path(f"/proc/{process.pid}/status").read_text() if process.returncode is None else ""
            found = re.search(r"VmHWM:\s+(\d+) kB", status)
            peak = max(peak, int(found.group(1)) if found else 0)
            await asyncio.wait([ended], timeout=0.05)
        taken = Measurement(
            cluster.world.count, name, time.monotonic() - start, cluster.calls.total() - before, peak / 1_024
        )
        self.measurements.append(taken)
        print(
            f"{taken.references:10,}  {name:12}  {taken.seconds:8.1f} s  {taken.calls:8,} calls  "
            f"{taken.calls_per_reference:8.4f} per reference  {taken.peak_mib:7.1f} MiB",
            flush=True,
        )
        lines = [json.loads(line) for line in output.read_text().splitlines() if line.startswith("{")]
        return await ended, lines, errors.read_text()

    async def measure(self, world: World, driver: str, place: dict[str, str]) -> None:
        server = grpc.aio.server(options=[("grpc.max_send_message_length", -1)])
        cluster = Cluster(world, place, driver)
        server.add_generic_rpc_handlers([cluster])
        target = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
        await server.start()
        try:
            await self.commands(world, cluster, target)
        finally:
            await server.stop(None)

    async def commands(self, world: World, cluster: Cluster, target: str) -> None:
        size = f"{world.count:,} references: "
        code, lines, errors = await self.run("orphans", cluster, target, "orphans", "--output", "json")
        keys = {line["key"] for line in lines if "key" in line}
        self.expect(
            code == 1 and len(keys) == world.orphans and all("/wi/gone-" in key for key in keys),
            f"{size}orphans finds {len(keys)} of {world.orphans}, and ends with {code} {errors[-500:]}",
        )
        del keys, lines

        state = str(self.directory / f"state-{world.count}")
        flags = ("gc", "--state", state, "--namespace", "default", "--apply", "--writers-renew", "--claim")
        flags += ("--grace-in-seconds-for-tests", str(GRACE), "--renewal-margin-in-seconds-for-tests", "1")
        outcome: dict[str, Any] = {}
        for name in ("gc, first", "gc, second"):
            code, lines, errors = await self.run(name, cluster, target, *flags, "--output", "json")
            for line in lines:
                if line["record"] == "collection":
                    outcome = line["outcome"]
            if code != 0:
                break
            await asyncio.sleep(GRACE + 1.5)
        self.expect(
            code == 0 and outcome.get("deleted") == world.orphans and outcome.get("failed") == 0,
            f"{size}gc deletes {outcome.get('deleted')} of {world.orphans}, and ends with {code} {errors[-500:]}",
        )

        code, lines, errors = await self.run("verify", cluster, target, "verify", "--output", "json")
        last = lines[-1] if lines else {}
        self.expect(
            code == 0 and last.get("references") == world.count and last.get("findings") == 0,
            f"{size}verify finds {last.get('references')} references and {last.get('findings')} findings, "
            f"and ends with {code} {errors[-500:]}",
        )

    def compare(self) -> None:
        """Memory may not grow with the number of references."""
        for name in dict.fromkeys(one.command for one in self.measurements):
            peaks = {one.references: one.peak_mib for one in self.measurements if one.command == name}
            # What is remembered of a few ten thousand things grows with fewer of them.
            if len(peaks) < 2 or min(peaks) < 50_000:
                continue
            small, large = peaks[min(peaks)], peaks[max(peaks)]
            self.expect(
                large <= small * 1.2 + 8,
                f"{name}: {large:.1f} MiB for {max(peaks):,} references, {small:.1f} MiB for {min(peaks):,}",
            )


def fill_disk(root: Path, world: World) -> None:
    known: set[str] = set()
    for name, body in world.objects():
        path = f"{root}/{name}"
        folder = path.rpartition("/")[0]
        if folder not in known:
            os.makedirs(folder, exist_ok=True)
            known.add(folder)
        with open(path, "wb", buffering=0) as file:
            file.write(body)


def fill_s3(bucket: str, world: World) -> None:
    import boto3  # type: ignore[import-untyped]
    from botocore.config import Config  # type: ignore[import-untyped]

    client = boto3.client(
        "s3", endpoint_url=os.environ["S3_ENDPOINT"], region_name="us-east-1", config=Config(max_pool_connections=32)
    )
    client.create_bucket(Bucket=bucket)
    with ThreadPoolExecutor(32) as pool:
        pending = []
        for name, body in world.objects():
            pending.append(pool.submit(client.put_object, Bucket=bucket, Key=name, Body=body))
            if len(pending) >= 10_000:
                for one in pending:
                    one.result()
                pending = []
        for one in pending:
            one.result()


async def main(arguments: argparse.Namespace) -> int:
    scale = Scale(arguments.binary, [], arguments.directory)
    for count in sorted(arguments.counts):
        world = World(count)
        start = time.monotonic()
        if arguments.store == "disk":
            root = arguments.directory / f"store-{count}"
            root.mkdir()
            await asyncio.to_thread(fill_disk, root, world)
            driver, place = "local-disk", {}
            scale.storage = ["--driver", "local-disk", "--store", str(root)]
        else:
            bucket = f"scale-{count}"
            await asyncio.to_thread(fill_s3, bucket, world)
            driver, place = "aws.s3driver", {"bucket": bucket}
            scale.storage = ["--driver", "s3", "--bucket", bucket, "--region", "us-east-1"]
            scale.storage += ["--endpoint-url", os.environ["S3_ENDPOINT"], "--path-style"]
        print(
            f"{count + world.orphans:,} objects of {len(world.starts):,} workflows "
            f"made in {time.monotonic() - start:.0f} s",
            flush=True,
        )
        # Older than the first pass, by the seconds that stores tell.
        await asyncio.sleep(2)
        await scale.measure(world, driver, place)
    scale.compare()
    if arguments.json:
        arguments.json.write_text(json.dumps([asdict(one) for one in scale.measurements], indent=2) + "\n")
    print(f"{scale.passed} passed, {scale.failed} failed", flush=True)
    return 1 if scale.failed else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", type=Path, required=True)
    parser.add_argument("--directory", type=Path, required=True)
    parser.add_argument("--store", choices=["disk", "s3"], default="disk")
    parser.add_argument("--json", type=Path)
    parser.add_argument("counts", type=int, nargs="+")
    leave(asyncio.run(main(parser.parse_args())))
