#!/usr/bin/env python3
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
"""Times the S3 driver beside the official Python driver, boto3 and a bare loop, on the same server in the same run.

    swift build -c release --package-path Benchmarks/S3Driver
    eval "$(Scripts/dev-services env)"
    SERVER_PID=… python Scripts/lib/s3_benchmark.py [--json FILE] [--rounds N] [--passes N] [--case NAME]...

Needs the Python environment of the scripts (temporalio[aioboto3], boto3). Every case is a process of its own, so that
its peak of memory is its own, and begins anew before the first round. The contestants take turns, several times, and of each
the fastest round counts, so that a busy machine is busy for all. Processor times are those of all rounds together.

Two loops show the ceiling: eight threads that send requests that were signed beforehand, and throw away what they read.
`bare` does nothing else; nothing can be much faster on this server and this machine. `hashing` also computes the SHA-256
that a claim check cannot do without.

Prints the numbers as they come, and at the end the table of Benchmarks/README.md.
"""

import argparse
import asyncio
import concurrent.futures
import ctypes
import hashlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.parse
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BINARY = ROOT / "Benchmarks" / "S3Driver" / ".build" / "release" / "s3-benchmark"
MIB = 1 << 20
CASES = [
    (f"s3-{verb}-{name}", verb, count, size)
    for verb in ("store", "retrieve")
    for name, count, size in (("1", 1, MIB), ("20", 20, MIB), ("100", 100, MIB), ("50MiB", 1, 50 * MIB))
]
# Proto overhead of the Python driver's payloads: so much less data, and what is stored has the size of the case.
OVERHEAD = 64


def server_time():
    """The processor time of the server so far, in seconds; 0 if nobody has said which process it is."""
    try:
        fields = Path(f"/proc/{os.environ.get('SERVER_PID', '')}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak():
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def forget_peak():
    """Gives back memory that is free and lets the peak begin anew, so that what was done before is not counted."""
    try:
        ctypes.CDLL("libc.so.6").malloc_trim(0)
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        pass


class Measurement:
    """Rounds, each measured alone."""

    def __init__(self):
        self.seconds, self.cpu, self.server, self.peak, self.requests = [], 0.0, 0.0, 0, 0

    def __enter__(self):
        if not self.seconds:
            forget_peak()
        self.start = time.process_time(), server_time(), time.perf_counter()

    def __exit__(self, *_):
        self.seconds.append(time.perf_counter() - self.start[2])
        self.cpu += time.process_time() - self.start[0]
        self.server += server_time() - self.start[1]
        self.peak = max(self.peak, peak())

    def result(self, requests):
        return {
            "seconds": self.seconds,
            "cpuSeconds": self.cpu,
            "serverCpuSeconds": self.server,
            "requests": requests,
            "peakBytes": self.peak,
        }


async def python_driver(verb, count, size, rounds):
    """The official driver; its requests are counted on the way through botocore."""
    import aioboto3
    from temporalio.api.common.v1 import Payload
    from temporalio.contrib.aws.s3driver import S3StorageDriver
    from temporalio.contrib.aws.s3driver.aioboto3 import new_aioboto3_client
    from temporalio.converter import StorageDriverRetrieveContext, StorageDriverStoreContext

    requests = 0

    def count_request(**_):
        nonlocal requests
        requests += 1

    session = aioboto3.Session()
    async with session.client("s3", endpoint_url=os.environ["S3_ENDPOINT"], region_name="us-east-1") as client:
        client.meta.events.register("before-send.s3", count_request)
        driver = S3StorageDriver(new_aioboto3_client(client), os.environ.get("S3_BUCKET", "payloads"), max_payload_size=64 * MIB)
        store, retrieve = StorageDriverStoreContext(), StorageDriverRetrieveContext()
        await driver.retrieve(retrieve, await driver.store(store, [Payload(data=os.urandom(1024))]))
        measurement = Measurement()

        def payloads():
            metadata = {"encoding": b"binary/plain"}
            return [Payload(metadata=metadata, data=os.urandom(size - OVERHEAD)) for _ in range(count)]

        claims = [] if verb == "store" else await driver.store(store, payloads())
        for _ in range(rounds):
            batch = payloads() if verb == "store" else []
            requests = 0
            with measurement:
                if verb == "store":
                    await driver.store(store, batch)
                else:
                    await driver.retrieve(retrieve, claims)
        return measurement.result(requests)


def boto3_client(**settings):
    import boto3
    from botocore.config import Config

    config = Config(max_pool_connections=10, **settings)
    return boto3.client("s3", endpoint_url=os.environ["S3_ENDPOINT"], region_name="us-east-1", config=config)


def on_ten_threads(put, get, verb, count, size, rounds):
    """Measures a client that waits for each of its requests; `put` gives a key, and `get` takes one and gives the data."""
    measurement = Measurement()
    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        get(put(os.urandom(1024)))
        keys = [] if verb == "store" else list(pool.map(put, [os.urandom(size) for _ in range(count)]))
        for _ in range(rounds):
            batch = [os.urandom(size) for _ in range(count)] if verb == "store" else []
            with measurement:
                list(pool.map(put, batch) if verb == "store" else pool.map(get, keys))
    return measurement


def boto3_threads(verb, count, size, rounds):
    """Bare boto3 on ten threads: upload or download, and the digest that a claim check needs."""
    bucket = os.environ.get("S3_BUCKET", "payloads")
    client = boto3_client()

    def put(data):
        key = "benchmark/" + hashlib.sha256(data).hexdigest()
        client.put_object(Bucket=bucket, Key=key, Body=data)
        return key

    def get(key):
        data = client.get_object(Bucket=bucket, Key=key)["Body"].read()
        assert key.endswith(hashlib.sha256(data).hexdigest())
        return data

    return on_ten_threads(put, get, verb, count, size, rounds).result(count)


class BareConnection:
    """One connection that sends a request as it is and reads the answer away."""

    def __init__(self, hashes):
        self.hashes = hashes
        endpoint = urllib.parse.urlsplit(os.environ["S3_ENDPOINT"])
        self.host = endpoint.netloc
        self.socket = socket.create_connection((endpoint.hostname, endpoint.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = memoryview(bytearray(MIB))

    def send(self, method, url, body=b""):
        target = url.split(self.host, 1)[1]
        digest = hashlib.sha256(body) if self.hashes else None
        self.socket.sendall(f"{method} {target} HTTP/1.1\r\nHost: {self.host}\r\nContent-Length: {len(body)}\r\n\r\n".encode())
        self.socket.sendall(body)
        head = b""
        while b"\r\n\r\n" not in head:
            piece = self.socket.recv(65536)
            assert piece, "closed"
            head += piece
        head, rest = head.split(b"\r\n\r\n", 1)
        assert head.split(b" ", 2)[1] == b"200", head
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        missing = int(length.split(b":")[1]) - len(rest)
        while missing > 0:
            count = self.socket.recv_into(self.buffer)
            assert count, "closed"
            missing -= count
            if digest:
                digest.update(self.buffer[:count])


def bare(verb, count, size, rounds, hashes=False):
    bucket = os.environ.get("S3_BUCKET", "payloads")
    client = boto3_client(signature_version="s3v4", request_checksum_calculation="when_required")
    connections = [BareConnection(hashes) for _ in range(min(8, count))]

    def url(method, key):
        return client.generate_presigned_url(f"{method}_object", {"Bucket": bucket, "Key": key})

    def work(index, method, urls, bodies):
        for place in range(index, count, len(connections)):
            connections[index].send(method, urls[place], bodies[place])

    measurement = Measurement()
    with concurrent.futures.ThreadPoolExecutor(len(connections)) as pool:

        def all_of(method, urls, bodies):
            list(pool.map(lambda index: work(index, method, urls, bodies), range(len(connections))))

        def fresh_keys():
            return [f"bare/{os.urandom(16).hex()}" for _ in range(count)]

        def fresh_bodies():
            return [os.urandom(size) for _ in range(count)]

        gets = fresh_keys() if verb == "retrieve" else []
        if gets:
            all_of("PUT", [url("put", key) for key in gets], fresh_bodies())
            gets = [url("get", key) for key in gets]
        for _ in range(rounds):
            if verb == "store":
                puts, bodies = [url("put", key) for key in fresh_keys()], fresh_bodies()
                with measurement:
                    all_of("PUT", puts, bodies)
            else:
                with measurement:
                    all_of("GET", gets, [b""] * count)
    return measurement.result(count)


def hashing(verb, count, size, rounds):
    return bare(verb, count, size, rounds, hashes=True)


def run(command):
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return json.loads(output)


def summary(results, count, size):
    """The fastest round, and the processor time per GiB of all."""
    seconds = [second for result in results for second in result["seconds"]]
    moved = len(seconds) * count * size / (1 << 30)
    return {
        "mebibytesPerSecond": count * size / MIB / min(seconds),
        "requestsPerPayload": max(result["requests"] for result in results) / count,
        "peakBytes": max(result["peakBytes"] for result in results),
        "cpuSecondsPerGibibyte": sum(result["cpuSeconds"] for result in results) / moved,
        "serverCpuSecondsPerGibibyte": sum(result["serverCpuSeconds"] for result in results) / moved,
        "seconds": min(seconds),
    }


def markdown(titles, rows):
    """A table for a document; the first column is text."""
    lines = ["| " + " | ".join(row) + " |" for row in [titles, ["---"] * len(titles), *rows]]
    return "\n" + "\n".join(lines)


def beside(cases, key, form, scale=1):
    """One number of every contestant, with slashes between them."""
    return " / ".join(format(case[key] / scale, form) for case in cases)


def document(report):
    """The table of Benchmarks/README.md."""
    names = ("python", "boto3", "hashing", "bare")
    rows = []
    for name, ours in report["cases"].items():
        python, boto3, hashing, bare = (report["yardsticks"][who][name] for who in names)
        rows.append([
            name,
            *(beside([case], "mebibytesPerSecond", ".0f") for case in (ours, python, boto3, hashing, bare)),
            beside([ours, python], "requestsPerPayload", ".0f"),
            beside([ours, python], "peakBytes", ".0f", MIB),
            beside([ours, python, boto3], "cpuSecondsPerGibibyte", ".1f"),
            beside([ours], "serverCpuSecondsPerGibibyte", ".1f"),
        ])
    titles = ["case", "Swift MiB/s", "Python", "boto3", "hashing", "bare", "requests per payload, Swift / Python"]
    return markdown(
        [*titles, "peak MiB, Swift / Python", "cpu s/GiB, Swift / Python / boto3", "server's"], rows
    )


def table(name, ours, yardsticks):
    def cells(case):
        return (
            f"{case['mebibytesPerSecond']:6.0f} MiB/s {case['requestsPerPayload']:5.2f} req/payload"
            f" {case['peakBytes'] / MIB:5.0f} MiB {case['cpuSecondsPerGibibyte']:6.2f} cpu s/GiB"
            f" (server {case['serverCpuSecondsPerGibibyte']:5.2f})"
        )

    lines = [f"{name:18} swift   {cells(ours)}"]
    for who, case in yardsticks:
        ratio = ours["mebibytesPerSecond"] / case["mebibytesPerSecond"]
        cpu = case["cpuSecondsPerGibibyte"] / ours["cpuSecondsPerGibibyte"]
        lines.append(f"{'':18} {who:7} {cells(case)}  swift: {ratio:4.1f} x throughput, 1/{cpu:.1f} of the cpu")
    return "\n".join(lines)


def main():
    arguments = sys.argv[1:]
    if arguments[:1] == ["--one"]:
        who, verb, count, size, rounds = arguments[1], arguments[2], *map(int, arguments[3:])
        if who == "python":
            print(json.dumps(asyncio.run(python_driver(verb, count, size, rounds))))
        else:
            print(json.dumps({"boto3": boto3_threads, "bare": bare, "hashing": hashing}[who](verb, count, size, rounds)))
        return
    parser = argparse.ArgumentParser(description="The S3 driver beside other clients of the same server.")
    parser.add_argument("--json", metavar="FILE", help="write the numbers to FILE")
    parser.add_argument("--rounds", type=int, default=2, help="rounds of a process; of small cases, so many times more")
    parser.add_argument("--passes", type=int, default=3, help="processes per contestant and case")
    parser.add_argument("--case", action="append", help="only this case (repeatable)")
    options = parser.parse_args(arguments)
    report = {"cases": {}, "yardsticks": {"python": {}, "boto3": {}, "hashing": {}, "bare": {}}}
    for name, verb, count, size in CASES:
        if options.case and name not in options.case:
            continue
        case = [verb, str(count), str(size), str(options.rounds * max(1, min(10, 50 * MIB // (count * size))))]
        results = {"swift": []} | {who: [] for who in report["yardsticks"]}
        for _ in range(options.passes):
            for who, list_of in results.items():
                command = [str(BINARY)] if who == "swift" else [sys.executable, __file__, "--one", who]
                list_of.append(run([*command, *case]))
        report["cases"][name] = summary(results.pop("swift"), count, size)
        for who, list_of in results.items():
            report["yardsticks"][who][name] = summary(list_of, count, size)
        print(table(name, report["cases"][name], [(who, cases[name]) for who, cases in report["yardsticks"].items()]), flush=True)
    print(document(report))
    if options.json:
        Path(options.json).write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
