# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""Runs sidecars as processes of their own, and calls them with bytes that no SDK would send."""

from __future__ import annotations

import asyncio
import re
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import grpc
import grpc.aio
from google.protobuf.message import Message

WORKFLOW_SERVICE = "/temporal.api.workflowservice.v1.WorkflowService/"
_READY = re.compile(r"listening on (\S+), forwarding to ")
_METRICS = re.compile(r"Serving metrics address=(\S+)")
_OPTIONS = [
    ("grpc.max_send_message_length", -1),
    ("grpc.max_receive_message_length", -1),
    # Each channel has a connection of its own, and a call is one call.
    ("grpc.use_local_subchannel_pool", 1),
    ("grpc.enable_retries", 0),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 500),
]


@dataclass(frozen=True)
class Answer:
    """How a call ended."""

    code: str
    text: str
    body: bytes = b""

    def __str__(self) -> str:
        return f"{self.code}: {self.text}" if self.text else self.code


class Caller:
    """A gRPC client that takes any bytes for a request."""

    def __init__(self, address: str, compression: grpc.Compression | None = None) -> None:
        self.channel = grpc.aio.insecure_channel(address, options=_OPTIONS, compression=compression)

    async def __aenter__(self) -> Caller:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.channel.close()

    def start(
        self, method: str, request: Message | bytes = b"", timeout: float | None = 30
    ) -> grpc.aio.UnaryUnaryCall[bytes, bytes]:
        """Begins a call; `method` is a path, or a method of WorkflowService."""
        path = method if method.startswith("/") else WORKFLOW_SERVICE + method
        body = request if isinstance(request, bytes) else request.SerializeToString()
        return self.channel.unary_unary(path)(body, timeout=timeout, wait_for_ready=False)

    async def call(self, method: str, request: Message | bytes = b"", timeout: float | None = 30) -> Answer:
        """Makes a call, and says how it ended; never raises for its status."""
        return await outcome(self.start(method, request, timeout))


async def outcome(call: grpc.aio.UnaryUnaryCall[bytes, bytes]) -> Answer:
    try:
        body = await call
        return Answer("OK", "", body)
    except grpc.aio.AioRpcError as error:
        return Answer(error.code().name, error.details() or "")


class Sidecar:
    """A running sidecar."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        self.process = process
        self.log = log
        self.address = ""
        self.metrics_address = ""
        self.ended_on_purpose = False
        """Whether the case has ended it by itself, and looked at how that went."""

    @property
    def alive(self) -> bool:
        return self.process.returncode is None

    def logged(self) -> str:
        return self.log.read_text(errors="replace")

    def peak_memory(self) -> int:
        """The most memory it has had so far, in bytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(r"VmHWM:\s+(\d+) kB", status)
        return int(found.group(1)) * 1024 if found else 0

    async def metric(self, name: str, **labels: str) -> float:
        """The sum of all series of a metric with these labels."""
        text = await asyncio.to_thread(self._read_metrics)
        total = 0.0
        for line in text.splitlines():
            found = re.fullmatch(r"([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)", line)
            if found and found.group(1) == name:
                if all(f'{key}="{value}"' in (found.group(2) or "") for key, value in labels.items()):
                    total += float(found.group(3))
        return total

    async def active_calls(self) -> float:
        return await self.metric("temporal_storage_proxy_active_calls")

    def _read_metrics(self) -> str:
        with urllib.request.urlopen(f"http://{self.metrics_address}/metrics", timeout=10) as response:
            return response.read().decode()


class SidecarFailure(Exception):
    """A sidecar did not start, died, or did not end as it should."""


@asynccontextmanager
async def running_sidecar(binary: Path, log: Path, *flags: str) -> AsyncIterator[Sidecar]:
    """Starts a sidecar with these flags on a free port, and ends it with SIGTERM, which it has to take well."""
    with log.open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            binary,
            *("proxy", "--listen", "127.0.0.1:0", "--metrics", "127.0.0.1:0", "--drain", "2", *flags),
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
        )
    sidecar = Sidecar(process, log)
    try:
        await _wait_until_ready(sidecar)
        yield sidecar
        if sidecar.ended_on_purpose:
            return
        if not sidecar.alive:
            raise SidecarFailure(f"the sidecar died with code {process.returncode}: {sidecar.logged()[-400:]}")
        process.terminate()
        async with asyncio.timeout(20):
            code = await process.wait()
        if code != 0:
            raise SidecarFailure(f"the sidecar ended with code {code} after SIGTERM: {sidecar.logged()[-400:]}")
    finally:
        if sidecar.alive:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def _wait_until_ready(sidecar: Sidecar) -> None:
    assert sidecar.process.stdout is not None
    async with asyncio.timeout(60):
        line = (await sidecar.process.stdout.readline()).decode()
    ready = _READY.match(line)
    metrics = _METRICS.search(sidecar.logged())
    if not ready or not metrics:
        raise SidecarFailure(f"the sidecar did not start: {line} {sidecar.logged()[-400:]}")
    sidecar.address, sidecar.metrics_address = ready.group(1), metrics.group(1)
