# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""The codec server, as people meet it: through the real Web UI in a real browser, and through the real CLI.

    codec_server.py --binary TEMPORAL-STORAGE --example ENCRYPTING-CODEC-SERVER [--screenshots DIR]

Starts a Temporal server of its own, whose Web UI is told the address of a codec server. The last line is a tally.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import hashlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from browser import Browser, BrowserFailure
from local_disk_driver import LocalDiskStorageDriver
from temporalio import workflow
from temporalio.api.common.v1 import Payload, Payloads
from temporalio.client import Client
from temporalio.converter import DataConverter, ExternalStorage, PayloadCodec
from temporalio.worker import UnsandboxedWorkflowRunner, Worker
from google.protobuf import json_format

TEMPORAL = Path(sys.executable).parent / "temporal"
SIZE = 5 * 1_048_576
KEY = hashlib.sha256(b"example").hexdigest()


class Failure(Exception):
    """A promise that was not kept."""


@workflow.defn
class Greet:
    """Takes a large text, and returns a small one."""

    @workflow.run
    async def run(self, text: str) -> str:
        return f"{len(text)} characters"


class RemoteCodec(PayloadCodec):
    """Runs the codec of a server, as workers with a remote codec do."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return await asyncio.to_thread(self._call, "encode", payloads)

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return await asyncio.to_thread(self._call, "decode", payloads)

    def _call(self, route: str, payloads: Sequence[Payload]) -> list[Payload]:
        body = json_format.MessageToJson(Payloads(payloads=payloads)).encode()
        answer = post(f"{self.endpoint}/{route}", body)
        return list(json_format.Parse(answer, Payloads()).payloads)


def post(url: str, body: bytes, **headers: str) -> bytes:
    fields = {"Content-Type": "application/json", "X-Namespace": "default"} | headers
    with urllib.request.urlopen(urllib.request.Request(url, body, fields), timeout=60) as response:
        return response.read()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextmanager
def process(arguments: list[str], log: Path, ready: str | None = None, **environment: str) -> Iterator[str]:
    """A process for as long as the block runs; yields the line that says that it is ready."""
    with log.open("wb") as output:
        child = subprocess.Popen(
            arguments, stdout=subprocess.PIPE if ready else output, stderr=output, env=os.environ | environment
        )
    try:
        line = ""
        while ready and not line.startswith(ready):
            line = child.stdout.readline().decode()  # type: ignore[union-attr]
            if not line:
                raise Failure(f"{arguments[0]} did not start: {log.read_text()}")
        yield line.strip()
    finally:
        child.terminate()
        try:
            child.wait(20)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


@dataclass
class World:
    """What all cases share."""

    server: str
    ui: str
    codec: str
    store: Path
    logs: Path
    screenshots: Path
    binary: str
    example: str
    browser: Browser

    def endpoint(self, port: int) -> str:
        return f"http://127.0.0.1:{port}"

    def codec_server(self, *arguments: str):
        """The command, on the port that the Web UI knows."""
        command = [
            self.binary, "codec-server", "--driver", "local-disk", "--store", str(self.store),
            "--listen", self.codec.removeprefix("http://"), "--cors-origins", self.ui, *arguments,
        ]  # fmt: skip
        return process(command, self.logs / "codec-server.log", "listening on ")

    def encrypting_server(self, store: str):
        port = self.codec.rpartition(":")[2] if store != "none" else "0"
        command = [self.example, port, store, self.ui]
        return process(command, self.logs / f"encrypting-{port}.log", "listening on ", CODEC_KEY=KEY)

    def cli(self, *arguments: str) -> str:
        command = [str(TEMPORAL), *arguments, "--address", self.server]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=os.environ | {"NO_COLOR": "1"})
        if done.returncode != 0:
            raise Failure(f"{' '.join(command)}: {done.stderr}")
        return done.stdout

    async def client(self, codec: PayloadCodec | None = None) -> Client:
        storage = ExternalStorage(drivers=[LocalDiskStorageDriver(self.store)])
        converter = DataConverter(payload_codec=codec, external_storage=storage)
        return await Client.connect(self.server, data_converter=converter)

    async def workflow(self, identifier: str, value: str, codec: PayloadCodec | None = None) -> str:
        """Runs a workflow with a large input to its end, and returns the id of its run."""
        client = await self.client(codec)
        async with Worker(
            client, task_queue=identifier, workflows=[Greet], workflow_runner=UnsandboxedWorkflowRunner()
        ):
            handle = await client.start_workflow(Greet.run, value, id=identifier, task_queue=identifier)
            await handle.result()
            return handle.result_run_id or handle.first_execution_run_id or ""

    def open_input(self, identifier: str, run: str) -> None:
        """Opens the page of a workflow, where its input is shown."""
        self.browser.console.clear()
        self.browser.answers.clear()
        self.browser.open(f"{self.ui}/namespaces/default/workflows/{identifier}/{run}/history")


def text_of(seed: str) -> str:
    """A text of 5 MiB that follows from its seed."""
    return hashlib.shake_256(seed.encode()).hexdigest(SIZE // 2)


def holds(what: str, condition: object) -> None:
    if not condition:
        raise Failure(what)


# The button beside the input bears the size of the payload, and nothing else.
BUTTON = "[...document.querySelectorAll('button')].find((e) => /^\\s*5(\\.\\d+)?\\s*MB\\s*$/.test(e.innerText))"


def check_page(world: World, name: str, value: str) -> None:
    """The page shows the size of the external input and the small result, and the button gives back all of the input."""
    world.browser.wait("the button with the size of the input", f"{BUTTON} !== undefined")
    world.browser.wait("the result", f"document.body.innerText.includes('{SIZE} characters')")
    world.browser.screenshot(world.screenshots / f"{name}.png")
    text = world.browser.text()
    holds("the page counts one external payload", re.search(r"External Payloads\s+1\b", text))
    holds("the page says how large it is", re.search(r"External Payloads Size\s+5 MB", text))
    holds("the page has no error", "could not connect" not in text)
    world.browser.run(f"{BUTTON}.click()")
    content = world.browser.download()
    holds(f"the download has the value, not {content[:80]!r}", json.loads(content) == value)


def case_ui(world: World) -> None:
    """Web UI: an external input of 5 MiB is shown as external, with its size, and downloaded as it was"""
    value = text_of("plain")
    run = asyncio.run(world.workflow("ui-plain", value))
    with world.codec_server():
        world.open_input("ui-plain", run)
        check_page(world, "ui-plain", value)


def case_ui_encrypted(world: World) -> None:
    """Web UI: the same with payloads that a codec encrypts before they are stored"""
    value = text_of("encrypted")
    with world.encrypting_server("none") as line:
        codec = RemoteCodec(line.removeprefix("listening on "))
        run = asyncio.run(world.workflow("ui-encrypted", value, codec))
    with world.encrypting_server(str(world.store)):
        world.open_input("ui-encrypted", run)
        check_page(world, "ui-encrypted", value)


def case_cli(world: World) -> None:
    """CLI: workflow show prints the decoded values, external and encrypted ones, and fails with a wrong token"""
    value = text_of("cli")
    with world.encrypting_server("none") as line:
        asyncio.run(world.workflow("cli-1", value, RemoteCodec(line.removeprefix("listening on "))))
    show = ("workflow", "show", "--workflow-id", "cli-1", "--output", "json")
    before = world.cli(*show)
    holds("without a codec server there is no value", value[:100] not in before)
    with world.encrypting_server(str(world.store)):
        history = json.loads(world.cli(*show, "--codec-endpoint", world.codec))
        inputs = history["events"][0]["workflowExecutionStartedEventAttributes"]["input"]["payloads"]
        got = inputs[0] if isinstance(inputs[0], str) else json.loads(base64.b64decode(inputs[0]["data"]))
        holds(f"the input is printed as it was, not as {str(got)[:100]}", got == value)
        text = world.cli("workflow", "show", "--workflow-id", "cli-1", "--codec-endpoint", world.codec)
        holds("the result is printed", f"{SIZE} characters" in text)
    with world.codec_server("--auth-jwks-url", "http://127.0.0.1:9/keys", "--auth-issuer", "x", "--auth-audience", "y"):
        # The CLI tries again until its time is up, and says no more than that.
        try:
            world.cli(*show, "--codec-endpoint", world.codec, "--codec-auth", "Bearer wrong", "--command-timeout", "3s")
        except Failure:
            pass
        else:
            raise Failure("a wrong token was accepted")


def case_token(world: World) -> None:
    """Web UI: without a good token it shows that it cannot decode, and the answer says what to do"""
    run = asyncio.run(world.workflow("ui-token", text_of("token")))
    with world.codec_server("--auth-jwks-url", "http://127.0.0.1:9/keys", "--auth-issuer", "x", "--auth-audience", "y"):
        world.open_input("ui-token", run)
        world.browser.wait("the error", "document.body.innerText.includes('Codec Server could not connect')")
        world.browser.screenshot(world.screenshots / "ui-token.png")
        holds(f"the page was told 401: {world.browser.answers}", 401 in world.browser.answers.values())
        # Chromium hides answers whose fields of CORS are wrong from the page; it says so in its console.
        holds(f"CORS is right: {world.browser.console}", not any("CORS" in line for line in world.browser.console))
        try:
            post(f"{world.codec}/decode", b"{}", Origin=world.ui)
            raise Failure("no token was accepted")
        except urllib.error.HTTPError as error:
            text = error.read().decode()
            holds(f"the text says what to do: {text}", error.code == 401 and "pass access token" in text)


CASES = (case_ui, case_ui_encrypted, case_cli, case_token)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--example", required=True)
    parser.add_argument("--screenshots")
    parser.add_argument("--cases", default="")
    options = parser.parse_args()
    if shutil.which("chromium") is None and shutil.which("apt-get") and os.geteuid() == 0:
        print("installing chromium", flush=True)
        for command in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
            subprocess.run(["apt-get", "-qq", *command], check=True, stdout=subprocess.DEVNULL)
    wanted = options.cases.split(",") if options.cases else [case.__name__ for case in CASES]
    passed = failed = 0
    with ExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="codec-server-")))
        for name in ("store", "downloads", "screenshots"):
            (root / name).mkdir()
        screenshots = Path(options.screenshots or root / "screenshots")
        screenshots.mkdir(parents=True, exist_ok=True)
        server, ui, codec = free_port(), free_port(), free_port()
        command = [
            str(TEMPORAL), "server", "start-dev", "--ip", "127.0.0.1", "--port", str(server), "--ui-ip", "127.0.0.1",
            "--ui-port", str(ui), "--ui-codec-endpoint", f"http://127.0.0.1:{codec}", "--log-level", "error",
        ]  # fmt: skip
        stack.enter_context(process(command, root / "temporal.log"))
        for port in (server, ui):
            deadline = time.monotonic() + 60
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    if time.monotonic() > deadline:
                        raise Failure(f"Temporal did not start: {(root / 'temporal.log').read_text()}") from None
                    time.sleep(0.2)
        browser = stack.enter_context(Browser(root / "downloads"))
        world = World(
            f"127.0.0.1:{server}", f"http://127.0.0.1:{ui}", f"http://127.0.0.1:{codec}", root / "store", root,
            screenshots, options.binary, options.example, browser,
        )  # fmt: skip
        for case in CASES:
            if case.__name__ not in wanted:
                continue
            began = time.monotonic()
            try:
                case(world)
                passed += 1
                print(f"ok      {case.__doc__} ({time.monotonic() - began:.1f} s)", flush=True)
            except (Failure, BrowserFailure) as failure:
                failed += 1
                print(f"FAILED  {case.__doc__}: {failure}", flush=True)
                browser.screenshot(screenshots / f"{case.__name__}-failed.png")
            except Exception:
                failed += 1
                print(f"FAILED  {case.__doc__}: {traceback.format_exc()}", flush=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
