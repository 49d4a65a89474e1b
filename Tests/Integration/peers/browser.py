# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""Drives headless Chromium over its DevTools pipe: pages, clicks, screenshots and downloads. Nothing but Python."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import Any


class BrowserFailure(Exception):
    """The browser, or a page in it, did not do what it should."""


class Browser:
    """A Chromium of its own, with one page, for as long as the `with` block runs."""

    def __init__(self, downloads: Path, trusted: str | None = None) -> None:
        """`trusted` is the fingerprint of a public key whose certificates are good, whoever signed them."""
        program = next((path for name in ("chromium", "chromium-browser") if (path := shutil.which(name))), None)
        if program is None:
            raise BrowserFailure("there is no chromium")
        self.downloads = downloads
        self.requests: list[dict[str, Any]] = []
        self.answers: dict[str, int] = {}
        self.console: list[str] = []
        self._profile = tempfile.mkdtemp(prefix="chromium-")
        self._replies: dict[int, dict[str, Any]] = {}
        self._arrived = threading.Condition()
        self._last = 0
        self._session: str | None = None
        flags = [f"--ignore-certificate-errors-spki-list={trusted}"] if trusted else []
        to_child, self._to = os.pipe()
        self._from, from_child = os.pipe()

        def wire() -> None:
            # The DevTools pipe is on descriptors 3 and 4; copies first, in case one of ours is among them.
            first, second = os.dup(to_child), os.dup(from_child)
            os.dup2(first, 3)
            os.dup2(second, 4)

        self._process = subprocess.Popen(
            [
                program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                "--no-first-run", "--disable-background-networking", "--disable-component-update",
                "--disable-sync", "--window-size=1400,1300", "--remote-debugging-pipe",
                f"--user-data-dir={self._profile}", *flags, "about:blank",
            ],
            preexec_fn=wire, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(to_child)
        os.close(from_child)
        threading.Thread(target=self._read, daemon=True).start()

    def __enter__(self) -> Browser:
        self.call("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(self.downloads))
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self._profile, ignore_errors=True)

    def _read(self) -> None:
        rest = b""
        while chunk := os.read(self._from, 1 << 16):
            *messages, rest = (rest + chunk).split(b"\0")
            for message in messages:
                self._take(json.loads(message))

    def _take(self, message: dict[str, Any]) -> None:
        with self._arrived:
            if "id" in message:
                self._replies[message["id"]] = message
            elif message["method"] == "Network.requestWillBeSent":
                self.requests.append(message["params"]["request"])
            elif message["method"] == "Network.responseReceived":
                response = message["params"]["response"]
                self.answers[response["url"]] = response["status"]
            elif message["method"] == "Log.entryAdded":
                self.console.append(message["params"]["entry"]["text"])
            self._arrived.notify_all()

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Calls a DevTools method, and waits for its result."""
        with self._arrived:
            self._last += 1
            number = self._last
        command: dict[str, Any] = {"id": number, "method": method, "params": params}
        if self._session:
            command["sessionId"] = self._session
        os.write(self._to, json.dumps(command).encode() + b"\0")
        with self._arrived:
            if not self._arrived.wait_for(lambda: number in self._replies, timeout=60):
                raise BrowserFailure(f"{method} was not answered")
            reply = self._replies.pop(number)
        if "error" in reply:
            raise BrowserFailure(f"{method}: {reply['error']}")
        return reply["result"]

    def open(self, url: str) -> None:
        self.call("Page.navigate", url=url)

    def run(self, script: str) -> Any:
        """Evaluates an expression in the page."""
        result = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise BrowserFailure(f"the page threw {result['exceptionDetails']}")
        return result["result"].get("value")

    def text(self) -> str:
        return self.run("document.body ? document.body.innerText : ''") or ""

    def wait(self, what: str, script: str, seconds: float = 60) -> Any:
        """Waits until an expression is true in the page, and returns its value."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                if value := self.run(script):
                    return value
            except BrowserFailure:
                # A page that is being left has no context to evaluate in.
                pass
            time.sleep(0.2)
        raise BrowserFailure(f"{what} did not come; the page says: {self.text()[:2000]}")

    def screenshot(self, path: Path) -> None:
        image = self.call("Page.captureScreenshot", format="png")["data"]
        path.write_bytes(base64.b64decode(image))

    def download(self, seconds: float = 60) -> bytes:
        """The one file that was downloaded; waits for it, and takes it away.

        While Chromium writes it, its name begins with a dot or ends with `.crdownload`.
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            names = os.listdir(self.downloads)
            whole = [name for name in names if not name.startswith(".") and not name.endswith(".crdownload")]
            if whole and not any(name.endswith(".crdownload") for name in names):
                content = (self.downloads / whole[0]).read_bytes()
                (self.downloads / whole[0]).unlink()
                return content
            time.sleep(0.2)
        raise BrowserFailure("nothing was downloaded")
