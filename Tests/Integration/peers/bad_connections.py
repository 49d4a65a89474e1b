# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""Peers that are gone, slow, or leave in the middle; connections that do not speak gRPC."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from contextlib import suppress

import grpc
from temporalio.api.common.v1 import Payload
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import PollWorkflowTaskQueueRequest, PollWorkflowTaskQueueResponse

from bad_harness import Bench, case, expect, expect_ok, holds
from sidecar import Caller, Sidecar, outcome
from stand_ins import fake_server, relay_to

MIB = 1_048_576


def poll(bench: Bench, task_queue: str) -> PollWorkflowTaskQueueRequest:
    return PollWorkflowTaskQueueRequest(
        namespace=bench.namespace, task_queue=TaskQueue(name=task_queue), identity="bad-input"
    )


async def under_way(sidecar: Sidecar, count: int) -> None:
    """Waits until this many calls are under way. Bounded by the case's time."""
    while await sidecar.active_calls() != count:
        await asyncio.sleep(0.05)  # There is nothing to wait on: metrics are asked for.


async def fewer_under_way(sidecar: Sidecar, limit: int) -> None:
    """Waits until no more than this many calls are under way. Bounded by the case's time."""
    while await sidecar.active_calls() > limit:
        await asyncio.sleep(0.05)  # As above.


async def until_ok(caller: Caller, what: str, seconds: float) -> float:
    """Calls until it works; gives the seconds that took."""
    began = time.monotonic()
    answer = None
    while time.monotonic() - began < seconds:
        answer = await caller.call("GetSystemInfo", timeout=5)
        if answer.code == "OK":
            return time.monotonic() - began
        await asyncio.sleep(0.05)
    expect_ok(f"{what}, after {seconds} s", answer or await caller.call("GetSystemInfo"))
    return seconds


@case("server-down", seconds=120)
async def server_down(bench: Bench) -> str:
    """Without a server calls fail as UNAVAILABLE with its address; when it is back they work, with no restart."""
    async with relay_to(bench.server) as relay, bench.sidecar(target=relay.address) as sidecar:
        async with Caller(sidecar.address) as caller:
            expect_ok("a call", await caller.call("GetSystemInfo"))
            waiting = caller.start("PollWorkflowTaskQueue", poll(bench, bench.id("queue")))
            await under_way(sidecar, 1)
            await relay.stop()
            expect("a poll whose server goes away", await outcome(waiting), "UNAVAILABLE")
            recoveries: list[float] = []
            for _ in range(3):
                began = time.monotonic()
                answer = await caller.call("GetSystemInfo", timeout=20)
                refused_after = time.monotonic() - began
                expect("no server", answer, "UNAVAILABLE", "Temporal server", relay.address, "cannot be reached")
                many = await asyncio.gather(*(caller.call("GetSystemInfo", timeout=20) for _ in range(50)))
                others = [f"{each.code} {each.text}" for each in many if each.code != "UNAVAILABLE"]
                holds(f"not all UNAVAILABLE: {others[:3]}", not others)
                reachable = await sidecar.metric("temporal_storage_proxy_upstream_reachable")
                holds("the metric says it is reachable", reachable == 0)
                await relay.start()
                recoveries.append(await until_ok(caller, "the server is back", 15))
                await relay.stop()
                expect("gone again", await caller.call("GetSystemInfo", timeout=20), "UNAVAILABLE")
            await relay.start()
            await until_ok(caller, "the server is back", 15)
        await bench.comes_to_rest(sidecar)
        warnings = sidecar.logged().count("cannot be reached; calls are answered with UNAVAILABLE")
        holds(f"{warnings} warnings, wanted one each time", 1 <= warnings <= 8)
    shown = ", ".join(f"{seconds:.1f}" for seconds in recoveries)
    return f"refused after {refused_after:.1f} s, back after {shown} s; {answer.text}"


@case("server-down-at-start")
async def server_down_at_start(bench: Bench) -> str:
    """A sidecar that starts before the server says that it is not there, and works when it is."""
    async with relay_to(bench.server) as relay:
        address = relay.address
        await relay.stop()
        async with bench.sidecar(target=address) as sidecar, Caller(sidecar.address) as caller:
            answer = await caller.call("GetSystemInfo", timeout=20)
            expect("no server", answer, "UNAVAILABLE", address, "cannot be reached")
            await relay.start()
            return f"works {await until_ok(caller, 'the server is there', 15):.1f} s after the server came"


@case("server-slow")
async def server_slow(bench: Bench) -> str:
    """A server that does not answer holds a call no longer than its deadline, and holds up nothing else."""
    async with relay_to(bench.server) as relay, bench.sidecar(target=relay.address) as sidecar:
        async with Caller(sidecar.address) as caller:
            expect_ok("a call", await caller.call("GetSystemInfo"))
            relay.hold()
            began = time.monotonic()
            large = Payload(data=bench.random("slow").randbytes(MIB))
            answers = await asyncio.gather(
                *(caller.call("GetSystemInfo", timeout=1) for _ in range(20)),
                *(
                    caller.call("StartWorkflowExecution", bench.start(bench.id("slow"), large), timeout=1)
                    for _ in range(5)
                ),
            )
            lasted = time.monotonic() - began
            holds(f"{ {each.code for each in answers} }", {each.code for each in answers} == {"DEADLINE_EXCEEDED"})
            holds(f"{lasted:.1f} s", lasted < 5)
            await bench.comes_to_rest(sidecar)
            relay.resume()
            expect_ok("a call afterwards", await caller.call("GetSystemInfo", timeout=10))
        await bench.works(sidecar)
    return f"25 calls with a deadline of 1 s ended after {lasted:.1f} s"


@case("poll-cancelled")
async def poll_cancelled(bench: Bench) -> str:
    """A client that leaves in a long poll leaves at the server, too: the next task goes to the next client."""
    task_queue, count = bench.id("queue"), 40
    async with bench.sidecar() as sidecar, Caller(bench.server) as straight:
        async with Caller(sidecar.address) as leaving:
            polls = [leaving.start("PollWorkflowTaskQueue", poll(bench, task_queue), 70) for _ in range(count)]
            await under_way(sidecar, count)
            for each in polls[: count // 2]:
                each.cancel()
            codes = {(await outcome_of_cancelled(each)) for each in polls[: count // 2]}
            holds(f"{codes}", codes == {"CANCELLED"})
            # Or fewer: where polls are cancelled soon after they began, the server (1.32.0) ends some others as well.
            await fewer_under_way(sidecar, count - count // 2)
            # The rest of them goes with the connection.
        for each in polls[count // 2 :]:
            await outcome_of_cancelled(each)
        await bench.comes_to_rest(sidecar)
        async with Caller(sidecar.address) as caller:
            request = bench.start(bench.id("task"), Payload(data=b"x"), task_queue=task_queue)
            expect_ok("start", await caller.call("StartWorkflowExecution", request))
        began = time.monotonic()
        answer = await straight.call("PollWorkflowTaskQueue", poll(bench, task_queue), 30)
        expect_ok("a poll afterwards", answer)
        task = PollWorkflowTaskQueueResponse.FromString(answer.body)
        lasted = time.monotonic() - began
        holds("the task went to a client that is gone", task.workflow_execution.workflow_id == request.workflow_id)
        holds(f"it is attempt {task.attempt}", task.attempt == 1)
        await bench.works(sidecar)
    return f"{count} polls given up, the task came after {lasted * 1000:.0f} ms"


async def outcome_of_cancelled(call: grpc.aio.UnaryUnaryCall[bytes, bytes]) -> str:
    with suppress(asyncio.CancelledError):
        return (await outcome(call)).code
    return "CANCELLED"


@case("cancel-reaches-server")
async def cancel_reaches_server(bench: Bench) -> str:
    """A server sees that a client has cancelled, or is cut off, within the call."""
    count = 30
    async with fake_server() as fake, bench.sidecar(target=fake.address) as sidecar:
        fake.waits = True
        async with relay_to(sidecar.address) as relay, Caller(relay.address) as caller:
            for way in ("cancel", "cut"):
                calls = [caller.start("PollActivityTaskQueue", b"", 60) for _ in range(count)]
                for _ in calls:
                    await fake.waiting.acquire()
                began = time.monotonic()
                if way == "cut":
                    relay.cut()
                else:
                    for each in calls:
                        each.cancel()
                for _ in calls:
                    await fake.cancelled.acquire()
                lasted = time.monotonic() - began
                for each in calls:
                    await outcome_of_cancelled(each)
                await bench.comes_to_rest(sidecar)
        fake.waits = False
        await bench.works(sidecar)
    return f"{count} calls each way; the server knew after {lasted * 1000:.0f} ms"


@case("upload-broken-off")
async def upload_broken_off(bench: Bench) -> str:
    """A request that breaks off in the middle is forgotten: nothing is sent or stored, and nothing is kept."""
    store = bench.new_store()
    async with fake_server() as fake, bench.sidecar(target=fake.address, store=store) as sidecar:
        await bench.works(sidecar)
        fake.methods.clear()
        body = bench.start(bench.id("upload"), Payload(data=bench.random("upload").randbytes(20 * MIB)))
        for way in ("cut", "cancel", "cut", "cancel"):
            async with relay_to(sidecar.address) as relay, Caller(relay.address) as caller:
                relay.holds_after = 3 * MIB
                call = caller.start("StartWorkflowExecution", body)
                await relay.held.wait()
                await under_way(sidecar, 1)
                if way == "cut":
                    relay.cut()
                else:
                    call.cancel()
                    relay.resume()
                await outcome_of_cancelled(call)
                await bench.comes_to_rest(sidecar)
        holds(f"the server was asked for {fake.methods}", not fake.methods)
        left = [path for path in store.rglob("*") if path.is_file()]
        holds(f"stored all the same: {left}", not left)
        await bench.works(sidecar)
        peak = sidecar.peak_memory() // MIB
    return f"peak memory {peak} MiB"


@case("response-too-large")
async def response_too_large(bench: Bench) -> str:
    """An answer over --max-message-bytes ends the call with an error; the next call works."""
    async with fake_server() as fake:
        async with bench.sidecar("--max-message-bytes", "1048576", target=fake.address) as sidecar:
            async with Caller(sidecar.address) as caller:
                fake.answer = bytes(4 * MIB)
                answer = await caller.call("GetSystemInfo")
                expect("4 MiB", answer, "RESOURCE_EXHAUSTED", "larger than max", "1048576", "max-message-bytes")
                fake.answer = bytes(MIB // 2)
                expect_ok("half a MiB", await caller.call("GetSystemInfo"))
            await bench.comes_to_rest(sidecar)
    return answer.text


@case("resolved-too-large", seconds=120)
async def resolved_too_large(bench: Bench) -> str:
    """An event that would be larger than a message may be when resolved is refused, and says what to do."""
    store, workflow_id = bench.new_store(), bench.id("sum")
    async with bench.sidecar(store=store) as sidecar:
        values = [bench.random(f"sum/{number}").randbytes(MIB) for number in range(5)]
        client = await bench.client(sidecar.address)
        await client.start_workflow("Echo", args=values, id=workflow_id, task_queue=bench.id("queue"))
    async with bench.sidecar("--max-message-bytes", "4194304", store=store) as sidecar:
        async with Caller(sidecar.address) as caller:
            answer = await caller.call("GetWorkflowExecutionHistory", bench.history(workflow_id))
            expect("5 MiB in one event", answer, "FAILED_PRECONDITION", "4194304", "(messageTooLarge)", "limit")
        await bench.works(sidecar)
    return answer.text


@case("many-refusals")
async def many_refusals(bench: Bench) -> str:
    """Calls that the server refuses at once harm no other call, however many they are."""
    count = 1_500
    async with bench.sidecar("--upstream-connections", "1") as sidecar, Caller(sidecar.address) as caller:
        waiting = caller.start("PollWorkflowTaskQueue", poll(bench, bench.id("queue")), 60)
        await under_way(sidecar, 1)
        codes: Counter[str] = Counter()
        began = time.monotonic()
        for _ in range(count // 10):
            codes.update(each.code for each in await asyncio.gather(*(caller.call("x", b"\xff") for _ in range(5))))
            refused = (caller.call("SignalWorkflowExecution", b"\xff\xff") for _ in range(5))
            codes.update(each.code for each in await asyncio.gather(*refused))
        lasted = time.monotonic() - began
        holds(f"{dict(codes)}", set(codes) == {"INTERNAL", "UNIMPLEMENTED"})
        holds("a poll on the same connection has ended", not waiting.done())
        waiting.cancel()
        await outcome_of_cancelled(waiting)
        await bench.works(sidecar)
        await bench.comes_to_rest(sidecar)
    return f"{count} refusals in {lasted:.1f} s"


@case("many-cancels")
async def many_cancels(bench: Bench) -> str:
    """Calls that a client gives up harm no other call of that client, however many they are."""
    count = 300
    async with fake_server() as fake, bench.sidecar(target=fake.address) as sidecar:
        fake.waits = True
        async with Caller(sidecar.address) as caller:
            staying = caller.start("PollWorkflowTaskQueue", b"", 60)
            await fake.waiting.acquire()
            for _ in range(count // 10):
                calls = [caller.start("PollActivityTaskQueue", b"", 60) for _ in range(10)]
                for _ in calls:
                    await fake.waiting.acquire()
                for each in calls:
                    each.cancel()
                for each in calls:
                    await outcome_of_cancelled(each)
                    await fake.cancelled.acquire()
                if staying.done():
                    holds(f"another call of the client ended with {await outcome(staying)}", False)
            staying.cancel()
            await outcome_of_cancelled(staying)
        await bench.comes_to_rest(sidecar)
    return f"{count} calls given up"


@case("not-grpc")
async def not_grpc(bench: Bench) -> str:
    """Connections that speak something else, or nothing, are closed or harm nobody."""
    source = bench.random("not-grpc")
    preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
    settings = b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"
    openings = [
        b"GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + source.randbytes(500),
        b"",
        b"PRI * HTTP/2.0\r\n",
        preface + source.randbytes(2_000),
        preface + settings + b"\xff\xff\xff\x00\x00\x00\x00\x00\x01" + source.randbytes(1_000),
        # HEADERS whose block is no HPACK, a PING of the wrong size, DATA on a stream that is idle.
        preface + settings + b"\x00\x00\x20\x01\x04\x00\x00\x00\x01" + source.randbytes(32),
        preface + settings + b"\x00\x00\x03\x06\x00\x00\x00\x00\x00abc",
        preface + settings + b"\x00\x00\x03\x00\x01\x00\x00\x00\x05abc",
        *(source.randbytes(source.randrange(1, 3_000)) for _ in range(40)),
        *(preface + settings + source.randbytes(source.randrange(9, 3_000)) for _ in range(40)),
    ]
    async with bench.sidecar() as sidecar:
        host, _, port = sidecar.address.rpartition(":")
        _, metrics_port = sidecar.metrics_address.rsplit(":", 1)
        for number in (int(port), int(metrics_port)):
            for opening in openings:
                with suppress(OSError):
                    reader, writer = await asyncio.open_connection(host, number)
                    writer.write(opening)
                    await writer.drain()
                    with suppress(TimeoutError):
                        async with asyncio.timeout(0.1):
                            await reader.read(100)
                    writer.transport.abort()
                holds(f"the sidecar died of {opening[:40]!r}: {sidecar.logged()[-400:]}", sidecar.alive)
        # Many connections that say nothing keep nobody else out.
        idle = [await asyncio.open_connection(host, int(port)) for _ in range(200)]
        await bench.works(sidecar)
        for _, writer in idle:
            writer.transport.abort()
        await bench.works(sidecar)
        await bench.comes_to_rest(sidecar)
    return f"{len(openings)} openings on both ports"
