# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""Attacks the codec server, and measures its memory and what a small request of somebody else waits meanwhile.

    codec_server_attacks.py --binary TEMPORAL-STORAGE [--limit 150] [--seconds 6]

The attacker and the other caller have addresses of their own, 127.0.0.2 and 127.0.0.1. Each attack lasts for that many seconds.
Fails if a small request waits for more than two, or if the server's peak is over the limit in MiB.
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from codec_server_memory import memory, payload, reference

ATTACKER, OTHER = "127.0.0.2", "127.0.0.1"


class Server:
    def __init__(self, binary: str, root: Path) -> None:
        self.store = root / "store"
        self.store.mkdir()
        port_file = root / "port"
        command = [binary, "codec-server", "--listen", "127.0.0.1:0", "--port-file", str(port_file), "--driver"]
        command += ["local-disk", "--store", str(self.store), "--rate-limit", "0", "--log-level", "error"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        while not port_file.exists():
            if self.process.poll() is not None:
                raise SystemExit("the codec server did not start")
            time.sleep(0.05)
        self.port = int(port_file.read_text())
        self.other = self.stored(1 << 10, 0)

    def stored(self, size: int, number: int, declared: int | None = None) -> bytes:
        """The body of a request for a payload, whose reference may say another size."""
        content = payload(hashlib.shake_256(str(number).encode()).digest(size))
        digest = hashlib.sha256(content).hexdigest()
        key = f"v0/ns/default/wt/A/wi/{number}/ri/null/d/sha256/{digest}"
        (self.store / key).parent.mkdir(parents=True)
        (self.store / key).write_bytes(content)
        claim = {"key": key, "hash_algorithm": "sha256", "hash_value": digest}
        stated = len(content) if declared is None else declared
        return json.dumps({"payloads": [reference("local-disk", claim, stated)]}).encode()

    def connect(self) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.port), source_address=(ATTACKER, 0))
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        return connection

    def begin(self, path: str, size: int, body: bytes) -> socket.socket:
        connection = self.connect()
        head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nX-Namespace: default\r\n"
        connection.sendall(f"{head}Content-Length: {size}\r\n\r\n".encode() + body)
        return connection

    def small(self) -> float:
        """What a download of 1 KiB takes somebody else, in seconds."""
        began = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120, source_address=(OTHER, 0))
        connection.request(
            "POST", "/download", self.other, {"Content-Type": "application/json", "X-Namespace": "default"}
        )
        response = connection.getresponse()
        response.read()
        connection.close()
        if response.status != 200:
            raise SystemExit(f"a small request got {response.status}")
        return time.monotonic() - began


def announcements(server: Server) -> list[socket.socket]:
    """Twenty requests that announce 8 MiB and send one byte."""
    return [server.begin("/decode", 8 << 20, b"{") for _ in range(20)]


def half_bodies(server: Server) -> list[socket.socket]:
    """Four requests that send 7 of 8 MiB, and stop."""
    connections = [server.begin("/decode", 8 << 20, b"{") for _ in range(4)]
    for connection in connections:
        connection.setblocking(False)
    sent, end = [0] * len(connections), time.monotonic() + 3
    piece = b" " * 65_536
    while time.monotonic() < end and min(sent) < 7 << 20:
        for index, connection in enumerate(connections):
            try:
                sent[index] += connection.send(piece) if sent[index] < 7 << 20 else 0
            except BlockingIOError:
                pass
    return connections


def unread_answers(server: Server) -> list[socket.socket]:
    """Ten downloads of 14 MiB of which nothing is read."""
    body = server.stored(14 << 20, 1)
    return [server.begin("/download", len(body), body) for _ in range(10)]


def understated(server: Server) -> list[socket.socket]:
    """Ten downloads of 48 MiB whose references say one byte."""
    bodies = [server.stored(48 << 20, 100 + number, declared=1) for number in range(10)]
    return [server.begin("/download", len(body), body) for body in bodies]


def unstated(server: Server) -> list[socket.socket]:
    """Ten downloads of 48 MiB whose references say nothing."""
    bodies = [server.stored(48 << 20, 200 + number, declared=0) for number in range(10)]
    return [server.begin("/download", len(body), body) for body in bodies]


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--limit", type=int, default=150)
    parser.add_argument("--seconds", type=float, default=6)
    options = parser.parse_args()
    attacks: list[Callable[[Server], list[socket.socket]]] = [
        announcements, half_bodies, unread_answers, understated, unstated,
    ]  # fmt: skip
    failed = 0
    for attack in attacks:
        with tempfile.TemporaryDirectory() as folder:
            server = Server(options.binary, Path(folder))
            try:
                quiet = sorted(server.small() for _ in range(20))
                connections = attack(server)
                busy = []
                end = time.monotonic() + options.seconds
                while time.monotonic() < end:
                    busy.append(server.small())
                    time.sleep(0.05)
                busy.sort()
                peak = memory(server.process.pid, "VmHWM")
                for connection in connections:
                    connection.close()
            finally:
                server.process.terminate()
                server.process.wait()
        good = busy[-1] < 2 and peak <= options.limit
        failed += not good
        print(
            f"{'ok' if good else 'FAILED'}  {(attack.__doc__ or '').strip('.')}: a small request took "
            f"{1000 * quiet[len(quiet) // 2]:.0f} ms before (median), {1000 * busy[len(busy) // 2]:.0f} ms meanwhile, "
            f"at most {1000 * busy[-1]:.0f} ms ({len(busy)} requests); peak {peak:.1f} MiB",
            flush=True,
        )
    print(f"{len(attacks) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
