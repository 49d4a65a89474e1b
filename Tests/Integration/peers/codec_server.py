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
from issuer import AUDIENCE, NAME, Certificate, Issuer
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


# The development server has no login, and its Web UI forgets who is signed in if there is none to be had. So this says in the
# settings that there is; the rest is the UI's own doing.
WITH_LOGIN = """
const plain = window.fetch;
window.fetch = async (request, ...rest) => {
  const answer = await plain(request, ...rest);
  if (!String(request.url ?? request).includes('/api/v1/settings')) return answer;
  const settings = await answer.json();
  settings.Auth = { ...settings.Auth, Enabled: true };
  return new Response(JSON.stringify(settings), { status: answer.status, headers: { 'Content-Type': 'application/json' } });
};
"""


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
    certificate: Certificate

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

    @contextmanager
    def signed_in(self, token: str, endpoint: str) -> Iterator[None]:
        """The Web UI as after a login, told to pass the access token to the codec server."""
        settings = {
            "AuthUser": {"accessToken": token}, "endpoint": endpoint, "passAccessToken": True,
            "overrideRemoteCodecConfiguration": True,
        }  # fmt: skip
        script = "".join(f"localStorage.setItem({name!r}, {json.dumps(json.dumps(settings[name]))});" for name in settings)
        # A page of the same origin without the scripts of the UI, which would go on with what they have read.
        self.browser.open(f"{self.ui}/favicon.ico")
        self.browser.wait("the origin of the UI", f"location.href === '{self.ui}/favicon.ico'")
        self.browser.run(script)
        self.browser.requests.clear()
        login = self.browser.call("Page.addScriptToEvaluateOnNewDocument", source=WITH_LOGIN)["identifier"]
        try:
            yield
        finally:
            self.browser.call("Page.removeScriptToEvaluateOnNewDocument", identifier=login)
            self.browser.open(f"{self.ui}/favicon.ico")
            self.browser.wait("the origin of the UI", f"location.href === '{self.ui}/favicon.ico'")
            self.browser.run("localStorage.clear()")

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


# What the page says of a download that failed.
NO_DOWNLOAD = "Unable to download payload file."


def check_page(world: World, name: str, value: str) -> None:
    """The page shows the size of the external input and the small result, and the button gives back all of the input."""
    world.browser.wait("the button with the size of the input", f"{BUTTON} !== undefined")
    world.browser.wait("the result", f"document.body.innerText.includes('{SIZE} characters')")
    world.browser.wait("the number of external payloads", "document.body.innerText.includes('External Payloads Size')")
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


def case_wrong_tokens(world: World) -> None:
    """Web UI with an access token: a good one shows the value; expired, wrongly signed, foreign: an error, with a text"""
    value = text_of("wrong tokens")
    run = asyncio.run(world.workflow("ui-wrong-tokens", value))
    issuer = Issuer(world.logs)
    endpoint = world.codec.replace("http:", "https:")
    wrong = {
        "expired": (issuer.token(seconds=-3600), 401, "The token has expired. Sign in again."),
        "wrongly-signed": (issuer.token(key="other"), 401, "The signature of the token is wrong. Sign in again."),
        "for-another-service": (issuer.token(aud="other"), 401, "The token is for another service. Sign in again."),
        "of-another-namespace": (issuer.token(permissions=["other:read"]), 403, "namespace"),
    }
    with issuer.published() as keys, world.codec_server(
        "--auth-jwks-url", keys, "--auth-issuer", NAME, "--auth-audience", AUDIENCE,
        "--listen-tls-cert", str(world.certificate.chain), "--listen-tls-key", str(world.certificate.key),
    ):  # fmt: skip
        with world.signed_in(issuer.token(), endpoint):
            world.open_input("ui-wrong-tokens", run)
            check_page(world, "ui-good-token", value)
        for name, (token, status, text) in wrong.items():
            with world.signed_in(token, endpoint):
                world.open_input("ui-wrong-tokens", run)
                world.browser.wait("the error", "document.body.innerText.includes('Codec Server could not connect')")
                world.browser.screenshot(world.screenshots / f"ui-{name}.png")
                answer = world.browser.answers.get(f"{endpoint}/decode?preserveStorageRefs=true")
                holds(f"{name}: the page was told {status}: {world.browser.answers}", answer == status)
                sent = [request["headers"].get("Authorization") for request in world.browser.requests]
                holds(f"{name}: the page sent the token", f"Bearer {token}" in sent)
                console = [line for line in world.browser.console if "CORS" in line]
                holds(f"{name}: CORS is right: {console}", not console)
                world.browser.wait("the button with the size of the input", f"{BUTTON} !== undefined")
                world.browser.run(f"{BUTTON}.click()")
                world.browser.wait("what the download failed with", f"document.body.innerText.includes('{NO_DOWNLOAD}')")
                world.browser.screenshot(world.screenshots / f"ui-{name}-download.png")
                answer = world.browser.answers.get(f"{endpoint}/download?preserveStorageRefs=true")
                holds(f"{name}: the download was told {status}: {world.browser.answers}", answer == status)
                # The page does not show the text, but it could: its own scripts may read the answer.
                shown = world.browser.run(
                    f"fetch('{endpoint}/decode', {{method: 'POST', body: '{{}}', headers: {{'X-Namespace': 'default', "
                    f"'Content-Type': 'application/json', 'Authorization': 'Bearer {token}'}}}})"
                    ".then(async (answer) => answer.status + ' ' + await answer.text())"
                )
                holds(f"{name}: the answer is readable: {shown}", shown.startswith(f"{status} ") and text in shown)
                holds(f"{name}: the answer does not repeat the token: {shown}", token not in shown)


CASES = (case_ui, case_ui_encrypted, case_cli, case_token, case_wrong_tokens)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--example", required=True)
    parser.add_argument("--screenshots")
    parser.add_argument("--cases", default="")
    options = parser.parse_args()
    needed = [program for program in ("chromium", "openssl") if shutil.which(program) is None]
    if needed and shutil.which("apt-get") and os.geteuid() == 0:
        print(f"installing {' and '.join(needed)}", flush=True)
        for command in (["update"], ["install", "-y", "--no-install-recommends", *needed]):
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
        # It listens a moment before it knows its namespace.
        command = [str(TEMPORAL), "workflow", "describe", "--address", f"127.0.0.1:{server}", "--workflow-id", "none"]
        while b"workflow not found" not in subprocess.run(command, capture_output=True, timeout=60).stderr:
            if time.monotonic() > deadline:
                raise Failure(f"Temporal does not answer: {(root / 'temporal.log').read_text()}")
            time.sleep(0.2)
        certificate = Certificate(root)
        browser = stack.enter_context(Browser(root / "downloads", trusted=certificate.fingerprint))
        world = World(
            f"127.0.0.1:{server}", f"http://127.0.0.1:{ui}", f"http://127.0.0.1:{codec}", root / "store", root,
            screenshots, options.binary, options.example, browser, certificate,
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
