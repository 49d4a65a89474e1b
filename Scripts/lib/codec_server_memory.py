# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""Measures the memory of the codec server: many large downloads at once, every byte checked.

    codec_server_memory.py --binary TEMPORAL-STORAGE [--downloads 50] [--mebibytes 20] [--limit 100] [--s3]

On a directory, or with --s3 on the store that `Scripts/dev-services env` describes. Prints the server's peak, and fails
if it is over the limit in MiB.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import http.client
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path


def varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes(out + bytes([number]))


def payload(data: bytes) -> bytes:
    """A serialized payload of `binary/plain`."""
    entry = b"\x0a\x08encoding\x12\x0cbinary/plain"
    return b"\x0a" + varint(len(entry)) + entry + b"\x12" + varint(len(data)) + data


def reference(driver: str, claim: dict[str, str], size: int) -> dict[str, object]:
    """A reference as JSON, the way history has it."""
    text = json.dumps({"claimData": claim, "driverName": driver}, separators=(",", ":"))

    def encoded(value: str) -> str:
        return base64.b64encode(value.encode()).decode()

    return {
        "metadata": {
            "encoding": encoded("json/protobuf"),
            "messageType": encoded("temporal.api.sdk.v1.ExternalStorageReference"),
        },
        "data": encoded(text),
        "externalPayloads": [{"sizeBytes": str(size)}],
    }


def download(
    port: int, body: bytes, digest: str, results: list[str], waits: list[int], start: threading.Barrier
) -> None:
    """Downloads one payload, and compares the digest of its data."""
    start.wait()
    try:
        headers = {"Content-Type": "application/json", "X-Namespace": "default"}
        while True:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
            connection.request("POST", "/download", body, headers)
            response = connection.getresponse()
            if response.status != 429:
                break
            # Nobody gave memory back in time; the answer says when to come again.
            waits.append(int(response.headers["Retry-After"]))
            time.sleep(waits[-1])
        if response.status != 200:
            results.append(f"{response.status}: {response.read().decode()}")
            return
        head = b""
        while b'"data":"' not in head:
            head += response.read(1)
        hasher, rest, ended = hashlib.sha256(), b"", False
        while chunk := response.read(1 << 20):
            if ended:
                continue
            value, quote, _ = chunk.partition(b'"')
            ended = bool(quote)
            rest += value
            whole = len(rest) if ended else len(rest) - len(rest) % 4
            hasher.update(base64.b64decode(rest[:whole]))
            rest = rest[whole:]
        results.append("ok" if hasher.hexdigest() == digest else "another value")
    except Exception as error:
        results.append(f"{type(error).__name__}: {error}")


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--downloads", type=int, default=50)
    parser.add_argument("--mebibytes", type=int, default=20)
    parser.add_argument("--limit", type=int, default=100)
    parser.add_argument("--s3", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        driver = "aws.s3driver" if options.s3 else "local-disk"
        command = [options.binary, "codec-server", "--listen", "127.0.0.1:0", "--port-file", str(root / "port")]
        command += ["--rate-limit", "0", "--log-level", "warning"]
        if options.s3:
            import boto3

            bucket = os.environ["S3_BUCKET"]
            store = boto3.client("s3", endpoint_url=os.environ["S3_ENDPOINT"], region_name="us-east-1")
            command += ["--driver", "s3", "--bucket", bucket, "--region", "us-east-1", "--path-style"]
            command += ["--endpoint-url", os.environ["S3_ENDPOINT"]]
        else:
            (root / "store").mkdir()
            command += ["--driver", "local-disk", "--store", str(root / "store")]
        bodies = []
        for number in range(options.downloads):
            data = hashlib.shake_256(str(number).encode()).digest(options.mebibytes << 20)
            content = payload(data)
            digest = hashlib.sha256(content).hexdigest()
            key = f"v0/ns/default/wt/Load/wi/{number}/ri/null/d/sha256/{digest}"
            claim = {"key": key, "hash_algorithm": "sha256", "hash_value": digest}
            if options.s3:
                store.put_object(Bucket=bucket, Key=key, Body=content)
                claim["bucket"] = bucket
            else:
                (root / "store" / key).parent.mkdir(parents=True)
                (root / "store" / key).write_bytes(content)
            body = json.dumps({"payloads": [reference(driver, claim, len(content))]}).encode()
            bodies.append((body, hashlib.sha256(data).hexdigest()))
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            while not (root / "port").exists():
                if server.poll() is not None:
                    raise SystemExit("the codec server did not start")
                time.sleep(0.05)
            port = int((root / "port").read_text())
            idle = memory(server.pid, "VmRSS")
            results: list[str] = []
            waits: list[int] = []
            start = threading.Barrier(options.downloads + 1)
            threads = [
                threading.Thread(target=download, args=(port, body, digest, results, waits, start))
                for body, digest in bodies
            ]
            for thread in threads:
                thread.start()
            start.wait()
            began = time.monotonic()
            for thread in threads:
                thread.join()
            seconds = time.monotonic() - began
            peak = memory(server.pid, "VmHWM")
        finally:
            server.terminate()
            server.wait()
    good = results.count("ok")
    for result in sorted(set(results) - {"ok"}):
        print(f"  {results.count(result)} x {result}")
    rate = options.downloads * options.mebibytes / seconds
    print(
        f"{driver}: {good} of {options.downloads} downloads of {options.mebibytes} MiB in {seconds:.1f} s "
        f"({rate:.0f} MiB/s), {len(waits)} asked to come again; idle {idle:.1f} MiB, peak {peak:.1f} MiB"
    )
    return 0 if good == options.downloads and peak <= options.limit else 1


def memory(pid: int, name: str) -> float:
    """A line of the process's status, in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) / 1024
    raise SystemExit(f"no {name}")


if __name__ == "__main__":
    sys.exit(main())
