# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""A gRPC forwarder that hands each call to the next of several targets in turn, and shows what passes.

It is what a load balancer on the level of calls does with replicas of a sidecar.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import grpc
import grpc.aio

from sidecar import Caller

_UNLIMITED = [("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1)]
_OWN_METADATA = ("grpc-", "user-agent", "te", "content-type")


class Forwarder(grpc.GenericRpcHandler):
    """Unary calls only: all of Temporal's API is unary."""

    def __init__(self, targets: list[Caller]) -> None:
        self._targets = targets
        self._next = itertools.cycle(range(len(targets)))
        self.address = ""
        self.calls: Counter[tuple[str, int]] = Counter()
        """Calls so far, by method and number of the target."""
        self.shows: Callable[[str, bytes], None] = lambda method, request: None
        """Is shown every request, with the name of its method."""
        self.empties: frozenset[str] = frozenset()
        """Methods that are answered with an empty message, whatever the targets would say."""

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler:
        path = handler_call_details.method
        metadata = [
            (key, value)
            for key, value in handler_call_details.invocation_metadata
            if not key.startswith(_OWN_METADATA)
        ]

        async def serve(request: bytes, context: grpc.aio.ServicerContext[bytes, bytes]) -> bytes:
            number = next(self._next)
            method = path.rpartition("/")[2]
            self.calls[method, number] += 1
            self.shows(method, request)
            if method in self.empties:
                return b""
            call = self._targets[number].channel.unary_unary(path)(
                request, timeout=context.time_remaining(), metadata=metadata
            )
            try:
                response = await call
            except grpc.aio.AioRpcError as error:
                await context.abort(error.code(), error.details() or "", tuple(error.trailing_metadata() or ()))
            return response

        return grpc.unary_unary_rpc_method_handler(serve)


@asynccontextmanager
async def forwarder_to(*targets: str) -> AsyncIterator[Forwarder]:
    async with AsyncExitStack() as stack:
        forwarder = Forwarder([await stack.enter_async_context(Caller(target)) for target in targets])
        server = grpc.aio.server(options=_UNLIMITED)
        server.add_generic_rpc_handlers([forwarder])
        forwarder.address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
        await server.start()
        try:
            yield forwarder
        finally:
            await server.stop(grace=0)
