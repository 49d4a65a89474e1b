# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""What stands between a client, the sidecar and the server when a connection is to be bad."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import grpc
import grpc.aio

CHUNK = 65_536


class Relay:
    """A TCP relay that can refuse, cut, hold back and change what passes from client to server."""

    def __init__(self, target: str) -> None:
        host, _, port = target.rpartition(":")
        self._target = (host, int(port))
        self._server: asyncio.Server | None = None
        self._port = 0
        self._connections: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._flows = asyncio.Event()
        self._flows.set()
        self.change: Callable[[bytes], bytes] = lambda chunk: chunk
        """Applied to each piece of what the client sends."""
        self.sent = 0
        """Bytes from clients so far."""
        self.holds_after: int | None = None
        """Holds back what clients send once this many bytes have passed; `held` tells."""
        self.held = asyncio.Event()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._port}"

    async def start(self) -> None:
        """Takes connections, at the same port as before if it did so before."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Refuses connections, and cuts those there are."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self.cut()
        for task in list(self._tasks):
            with suppress(asyncio.CancelledError):
                await task

    def cut(self) -> None:
        """Drops all connections at once, without a word."""
        for writer in list(self._connections):
            writer.transport.abort()
        self._flows.set()

    def hold(self) -> None:
        """Lets nothing pass, in either direction, while connections stay open."""
        self._flows.clear()

    def resume(self) -> None:
        self.holds_after = None
        self._flows.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        if self._server is None:
            # Taken before `stop`, and handed on only now.
            writer.transport.abort()
            return
        self._tasks.add(task)
        self._connections.add(writer)
        try:
            far_reader, far_writer = await asyncio.open_connection(*self._target)
        except OSError:
            writer.transport.abort()
            self._connections.discard(writer)
            self._tasks.discard(task)
            return
        self._connections.add(far_writer)
        if writer.transport.is_closing():
            # Cut while the other side was being connected.
            far_writer.transport.abort()
        try:
            await asyncio.gather(self._copy(reader, far_writer, True), self._copy(far_reader, writer, False))
        finally:
            for each in (writer, far_writer):
                each.transport.abort()
                self._connections.discard(each)
            self._tasks.discard(task)

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, from_client: bool) -> None:
        with suppress(OSError):
            while chunk := await reader.read(CHUNK):
                await self._flows.wait()
                if from_client:
                    chunk = self.change(chunk)
                    self.sent += len(chunk)
                writer.write(chunk)
                await writer.drain()
                if from_client and self.holds_after is not None and self.sent >= self.holds_after:
                    self.holds_after = None
                    self.held.set()
                    self._flows.clear()
        # One direction has ended: the other is of no use, for gRPC never half-closes a connection.
        writer.transport.abort()


@asynccontextmanager
async def relay_to(target: str) -> AsyncIterator[Relay]:
    relay = Relay(target)
    await relay.start()
    try:
        yield relay
    finally:
        await relay.stop()


class FakeServer:
    """A server that knows no method, remembers what it is asked, and answers as it is told."""

    def __init__(self) -> None:
        self.address = ""
        self.methods: list[str] = []
        """Every call so far, by method name."""
        self.answer = b""
        self.waits = False
        """Whether calls wait until they are cancelled."""
        self.waiting = asyncio.Semaphore(0)
        """Released once for each call that waits."""
        self.cancelled = asyncio.Semaphore(0)
        """Released once for each of these that was cancelled."""

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler:
        method = details.method.rpartition("/")[2]

        async def serve(_: bytes, __: grpc.aio.ServicerContext[bytes, bytes]) -> bytes:
            self.methods.append(method)
            if self.waits:
                self.waiting.release()
                try:
                    await asyncio.Event().wait()
                except asyncio.CancelledError:
                    self.cancelled.release()
                    raise
            return self.answer

        return grpc.unary_unary_rpc_method_handler(serve)


class _Handler(grpc.GenericRpcHandler):
    def __init__(self, fake: FakeServer) -> None:
        self._fake = fake

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler:
        return self._fake.service(handler_call_details)


@asynccontextmanager
async def fake_server() -> AsyncIterator[FakeServer]:
    fake = FakeServer()
    server = grpc.aio.server(options=[("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1)])
    server.add_generic_rpc_handlers([_Handler(fake)])
    fake.address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    await server.start()
    try:
        yield fake
    finally:
        with contextlib.suppress(asyncio.CancelledError):
            await server.stop(grace=0)
