# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""Messages that are cut, flipped, random or compressed garbage: the server's own refusal comes back."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Iterable, Iterator

import grpc
from google.protobuf.descriptor import ServiceDescriptor
from temporalio.api.common.v1 import Payload, WorkflowExecution, WorkflowType
from temporalio.api.command.v1 import Command
from temporalio.api.operatorservice.v1 import service_pb2 as operator_service
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import (
    RespondWorkflowTaskCompletedRequest,
    SignalWorkflowExecutionRequest,
    StartWorkflowExecutionRequest,
)
from temporalio.api.workflowservice.v1 import service_pb2 as workflow_service

from bad_harness import Bench, case, expect, expect_ok, holds
from sidecar import Answer, Caller, Sidecar
from stand_ins import relay_to

SERVICES: list[ServiceDescriptor] = [
    workflow_service.DESCRIPTOR.services_by_name["WorkflowService"],
    operator_service.DESCRIPTOR.services_by_name["OperatorService"],
]
# Should a random message be well formed, they change the server for the cases after them, or call somewhere else.
LEFT_OUT = frozenset({"DeleteNamespace", "DeprecateNamespace", "UpdateNamespace", "AddOrUpdateRemoteCluster"})


def paths(service: ServiceDescriptor) -> list[str]:
    return [f"/{service.full_name}/{method.name}" for method in service.methods if method.name not in LEFT_OUT]


def valid_messages(bench: Bench, payload: Payload) -> dict[str, bytes]:
    """Well-formed requests with a payload, by method. None of them means a workflow that exists."""
    start = bench.start(bench.id("start"), payload)
    signal = SignalWorkflowExecutionRequest(
        namespace=bench.namespace,
        workflow_execution=WorkflowExecution(workflow_id=bench.id("signal")),
        signal_name="put",
        identity="bad-input",
    )
    signal.input.payloads.add().CopyFrom(payload)
    completed = RespondWorkflowTaskCompletedRequest(task_token=b"no token", namespace=bench.namespace)
    command = Command(command_type=1)  # type: ignore[arg-type]  (schedules an activity)
    attributes = command.schedule_activity_task_command_attributes
    attributes.activity_id = "1"
    attributes.activity_type.name = "echo"
    attributes.task_queue.CopyFrom(TaskQueue(name="nobody"))
    attributes.input.payloads.add().CopyFrom(payload)
    completed.commands.append(command)
    return {
        "StartWorkflowExecution": start.SerializeToString(),
        "SignalWorkflowExecution": signal.SerializeToString(),
        "RespondWorkflowTaskCompleted": completed.SerializeToString(),
    }


async def same_refusals(bench: Bench, sidecar: Sidecar, requests: Iterable[tuple[str, bytes]]) -> Counter[str]:
    """Sends each request to the server and through the sidecar, and compares how the calls end."""
    codes: Counter[str] = Counter()
    async with Caller(bench.server) as straight, Caller(sidecar.address) as through:
        for method, request in requests:
            wanted = await straight.call(method, request)
            got = await through.call(method, request)
            # A started workflow has another run id in its text; a refusal has nothing of its own.
            holds(
                f"{method} with {request[:40].hex()}…: the server says {wanted}, through the sidecar {got}",
                got.code == wanted.code and (got.text == wanted.text or wanted.code == "ALREADY_EXISTS"),
            )
            codes[got.code] += 1
            holds(f"the sidecar died: {sidecar.logged()[-400:]}", sidecar.alive)
    return codes


def told(codes: Counter[str]) -> str:
    return ", ".join(f"{count} {code}" for code, count in codes.most_common())


@case("truncated-requests")
async def truncated_requests(bench: Bench) -> str:
    """A request that ends too early is refused by the server, in its own words."""
    small = Payload(metadata={"encoding": b"binary/plain"}, data=bytes(512))
    async with bench.sidecar("--threshold", "1048576") as sidecar:

        def cuts() -> Iterator[tuple[str, bytes]]:
            for method, message in valid_messages(bench, small).items():
                for end in sorted(bench.random(f"cut/{method}").sample(range(1, len(message)), 60)):
                    yield method, message[:end]

        codes = await same_refusals(bench, sidecar, cuts())
        holds(f"no cut was refused as malformed: {told(codes)}", codes["INTERNAL"] + codes["INVALID_ARGUMENT"] > 0)
        await bench.works(sidecar)
    return told(codes)


@case("corrupt-requests")
async def corrupt_requests(bench: Bench) -> str:
    """A request with a changed bit is taken or refused as the server does without the sidecar."""
    small = Payload(metadata={"encoding": b"binary/plain"}, data=bytes(64))
    async with bench.sidecar("--threshold", "1048576") as sidecar:

        def flips() -> Iterator[tuple[str, bytes]]:
            for method, message in valid_messages(bench, small).items():
                source = bench.random(f"flip/{method}")
                for _ in range(100):
                    changed = bytearray(message)
                    changed[source.randrange(len(changed))] ^= 1 << source.randrange(8)
                    yield method, bytes(changed)

        codes = await same_refusals(bench, sidecar, flips())
        await bench.works(sidecar)
    return told(codes)


@case("corrupt-large-requests")
async def corrupt_large_requests(bench: Bench) -> str:
    """Cut and flipped requests whose payloads would be stored do not bring the sidecar down."""
    large = Payload(metadata={"encoding": b"binary/plain"}, data=bench.random("large").randbytes(300_000))
    codes: Counter[str] = Counter()
    async with bench.sidecar() as sidecar, Caller(sidecar.address) as caller:
        for method, message in valid_messages(bench, large).items():
            source = bench.random(f"large/{method}")
            # The frame of the message is in its first and last bytes; the payload's data is only data.
            places = [*range(300), *range(len(message) - 100, len(message))]
            for place in source.sample([place for place in places if place < len(message)], 40):
                changed = bytearray(message)
                changed[place] ^= 1 << source.randrange(8)
                codes[(await caller.call(method, bytes(changed))).code] += 1
                codes[(await caller.call(method, message[: place + 1])).code] += 1
        await bench.works(sidecar)
        await bench.comes_to_rest(sidecar)
    return told(codes)


def random_message(source: random.Random) -> bytes:
    """Bytes of no meaning, half of the time with the outer form of protobuf, so that they get further."""
    if source.random() < 0.5:
        return source.randbytes(source.randrange(400))
    parts: list[bytes] = []
    for _ in range(source.randrange(1, 12)):
        field = source.randrange(1, 25)
        body = source.randbytes(source.randrange(60))
        parts.append(_tag(field, 2) + _varint(len(body)) + body if source.random() < 0.7 else _tag(field, 0) + b"\x01")
    message = b"".join(parts)
    return message if source.random() < 0.8 else message[: source.randrange(len(message))]


def _varint(value: int) -> bytes:
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


def _tag(field: int, wire_type: int) -> bytes:
    return _varint(field << 3 | wire_type)


@case("random-requests", seconds=540)
async def random_requests(bench: Bench) -> str:
    """Random bytes to every method of the API, with storage for everything: the process lives, calls end."""
    codes: Counter[str] = Counter()
    calls = 0
    async with bench.sidecar("--threshold", "all") as sidecar, Caller(sidecar.address) as caller:
        for service in SERVICES:
            for path in paths(service):
                source = bench.random(path)
                messages = [random_message(source) for _ in range(bench.count)]
                for group in (messages[start : start + 20] for start in range(0, len(messages), 20)):
                    # What happens to be a valid poll waits; it is given up.
                    answers = await asyncio.gather(*(caller.call(path, message, timeout=10) for message in group))
                    codes.update(answer.code for answer in answers)
                    calls += len(answers)
                holds(f"the sidecar died of {path}: {sidecar.logged()[-400:]}", sidecar.alive)
        await bench.works(sidecar)
        await bench.comes_to_rest(sidecar)
        peak = sidecar.peak_memory() // 1_048_576
        holds(f"UNAVAILABLE where the server was there: {told(codes)}", codes["UNAVAILABLE"] == 0)
    return f"{calls} calls: {told(codes)}; peak memory {peak} MiB"


@case("unknown-methods")
async def unknown_methods(bench: Bench) -> None:
    """A method or service that nobody knows is refused by the server, and the sidecar adds nothing."""
    names = ["NoSuchMethod", "/no.such.Service/Method", "/x/y", "/temporal.api.workflowservice.v1.WorkflowService/"]
    async with bench.sidecar() as sidecar:
        async with Caller(bench.server) as straight, Caller(sidecar.address) as through:
            for name in names:
                wanted, got = await straight.call(name, b"\x00"), await through.call(name, b"\x00")
                holds(f"{name}: the server says {wanted}, through the sidecar {got}", got == wanted)
        await bench.works(sidecar)


@case("gzip-garbage")
async def gzip_garbage(bench: Bench) -> str:
    """A body that says it is gzip and is not ends the call with an error; the next call works."""
    answers: list[Answer] = []
    async with bench.sidecar() as sidecar:
        for damage in (b"\x00", b"\xff", b"\x55\xaa\x33"):
            async with relay_to(sidecar.address) as relay:
                changed = 0

                def spoil(chunk: bytes, damage: bytes = damage) -> bytes:
                    nonlocal changed
                    start = chunk.find(b"\x1f\x8b\x08")
                    if start < 0:
                        return chunk
                    changed += 1
                    # Behind the header of gzip and within the small body.
                    place = start + 10
                    return chunk[:place] + (damage * 60)[:60] + chunk[place + 60 :]

                relay.change = spoil
                # Half of it compresses well: gRPC sends what does not as it is.
                data = bench.random("gzip").randbytes(2_000) + bytes(4_000)
                request = bench.start(bench.id("gzip"), Payload(data=data))
                async with Caller(relay.address, compression=grpc.Compression.Gzip) as caller:
                    answer = await caller.call("StartWorkflowExecution", request, timeout=10)
                holds("nothing was sent compressed", changed > 0)
                expect("garbage", answer, "INTERNAL", "cannot be decompressed")
                answers.append(answer)
        await bench.works(sidecar)
        await bench.comes_to_rest(sidecar)
    return "; ".join(dict.fromkeys(str(answer)[:120] for answer in answers))


@case("gzip-bomb")
async def gzip_bomb(bench: Bench) -> str:
    """A small compressed body that would be larger than the limit is refused, and takes no memory to speak of."""
    request = bench.start(bench.id("bomb"), Payload(data=bytes(200 * 1_048_576)))
    async with bench.sidecar("--max-message-bytes", "1048576") as sidecar:
        await bench.works(sidecar)
        before = sidecar.peak_memory()
        async with Caller(sidecar.address, compression=grpc.Compression.Gzip) as caller:
            answer = await caller.call("StartWorkflowExecution", request)
        grown = (sidecar.peak_memory() - before) // 1_048_576
        expect("a bomb", answer, "RESOURCE_EXHAUSTED", "once decompressed", "1048576", "max-message-bytes")
        holds(f"memory grew by {grown} MiB", grown < 32)
        await bench.works(sidecar)
        await bench.comes_to_rest(sidecar)
    return f"memory grew by {grown} MiB"


@case("message-limit")
async def message_limit(bench: Bench) -> str:
    """A message over --max-message-bytes is refused as too large; one below it passes, on the same connection."""
    async with bench.sidecar("--max-message-bytes", "1048576") as sidecar, Caller(sidecar.address) as caller:
        for size in (1_048_577, 8 * 1_048_576, 40 * 1_048_576):
            workflow_id = bench.id("limit")
            answer = await caller.call(
                "StartWorkflowExecution", bench.start(workflow_id, Payload(data=bytes(size))), timeout=30
            )
            expect(f"{size} bytes", answer, "RESOURCE_EXHAUSTED", "larger than max", "1048576", "max-message-bytes")
            async with Caller(bench.server) as straight:
                found = await straight.call("GetWorkflowExecutionHistory", bench.history(workflow_id))
                expect("the workflow at the server", found, "NOT_FOUND")
        request = bench.start(bench.id("limit"), Payload(data=bytes(900_000)))
        expect_ok("a message below the limit", await caller.call("StartWorkflowExecution", request))
        await bench.works(sidecar)
        await bench.comes_to_rest(sidecar)
    return answer.text
