# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""What stands between the sidecar and its S3 store: counts what passes, and makes the store slow or failing."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web
from yarl import URL

HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "te", "upgrade", "expect"})
BUSY = (
    b'<?xml version="1.0" encoding="UTF-8"?><Error><Code>SlowDown</Code>'
    b"<Message>Please reduce your request rate.</Message><RequestId>gate</RequestId></Error>"
)


class StoreGate:
    """An HTTP proxy in front of an S3 store. Host and path stay as they were signed."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        self._session: aiohttp.ClientSession | None = None
        self._runner: web.ServerRunner | None = None
        self.address = ""
        self.requests: Counter[str] = Counter()
        """Requests so far, by method."""
        self.answers: Counter[int] = Counter()
        """Answers so far, by status; 0 for a connection that was dropped."""
        self.stored = 0
        """Objects made so far: PUT requests that were answered with 200."""
        self.delay = 0.0
        """Seconds that every request waits."""
        self.mode = "open"
        """`open`, `busy` (503 to everything) or `dropping` (connections end without an answer)."""

    @property
    def url(self) -> str:
        return f"http://{self.address}"

    async def start(self) -> None:
        self._session = aiohttp.ClientSession(
            auto_decompress=False, connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=120)
        )
        server = web.Server(self._serve)
        self._runner = web.ServerRunner(server, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.address = f"{host}:{port}"

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
        if self._session is not None:
            await self._session.close()

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        self.requests[request.method] += 1
        try:
            response = await self._answer(request)
        except (aiohttp.ClientError, OSError, asyncio.TimeoutError):
            # Nobody answers behind us, so we are as good as not there.
            response = None
        if response is None:
            self.answers[0] += 1
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=502)
        self.answers[response.status] += 1
        self.stored += request.method == "PUT" and response.status == 200
        return response

    def _refused(self, request: web.BaseRequest, body: bytes) -> web.Response | None:
        """What a stricter store answers before it does anything; nothing here."""
        return None

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse | None:
        assert self._session is not None
        if request.headers.get("Expect", "").lower() == "100-continue":
            await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            request.writer.output_size = 0
        body = await request.content.read()
        if self.delay:
            await asyncio.sleep(self.delay)  # The slowness of the store is what is to be shown.
        if self.mode == "dropping":
            return None
        if self.mode == "busy":
            return web.Response(status=503, body=BUSY, content_type="application/xml")
        refused = self._refused(request, body)
        if refused is not None:
            return refused
        headers = [(name, value) for name, value in request.headers.items() if name.lower() not in HOP_BY_HOP]
        async with self._session.request(
            request.method,
            URL(self._endpoint + request.raw_path, encoded=True),
            headers=headers,
            data=body or None,
            allow_redirects=False,
        ) as answer:
            content = await answer.read()
            passed = [(name, value) for name, value in answer.headers.items() if name.lower() not in HOP_BY_HOP]
            response = web.Response(status=answer.status, body=content)
            response.headers.clear()
            response.headers.extend(passed)
            return response


@asynccontextmanager
async def gate_to(endpoint: str) -> AsyncIterator[StoreGate]:
    gate = StoreGate(endpoint)
    await gate.start()
    try:
        yield gate
    finally:
        await gate.stop()
