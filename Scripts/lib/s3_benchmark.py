#!/usr/bin/env python3
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
"""Times the S3 driver beside the official Python driver and boto3, on the same server in the same run.

    swift build -c release --package-path Benchmarks/S3Driver
    eval "$(Scripts/dev-services env)"
    python Scripts/lib/s3_benchmark.py [--json] [--rounds N]

Needs the Python environment of the scripts (temporalio[aioboto3], boto3). Every case is a process of its own, so that
its peak of memory is its own. The yardsticks take turns with the driver, so that a busy machine is busy for all.
"""

import asyncio
import concurrent.futures
import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BINARY = ROOT / "Benchmarks" / "S3Driver" / ".build" / "release" / "s3-benchmark"
MIB = 1 << 20
CASES = [
    (f"s3-{verb}-{name}", verb, count, size)
    for verb in ("store", "retrieve")
    for name, count, size in (("1", 1, MIB), ("20", 20, MIB), ("100", 100, MIB), ("50MiB", 1, 50 * MIB - 1024))
]


def now():
    return time.perf_counter(), time.process_time()


def since(start):
    """Elapsed time and the processor time of this process, which a busy machine does not change."""
    return tuple(after - before for after, before in zip(now(), start))


def peak():
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def result(times, count, size, requests):
    seconds, processor = ([pair[index] for pair in times] for index in (0, 1))
    median = sorted(seconds)[len(seconds) // 2]
    return {
        "seconds": median,
        "processorSeconds": sorted(processor)[len(processor) // 2],
        "mebibytesPerSecond": count * size / MIB / median,
        "requestsPerPayload": requests / count,
        "peakBytes": peak(),
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
        seconds = []
        for _ in range(rounds):
            batch = [Payload(metadata={"encoding": b"binary/plain"}, data=os.urandom(size)) for _ in range(count)]
            claims = [] if verb == "store" else await driver.store(store, batch)
            requests = 0
            start = now()
            if verb == "store":
                await driver.store(store, batch)
            else:
                await driver.retrieve(retrieve, claims)
            seconds.append(since(start))
        return result(seconds, count, size, requests)


def boto3_client(verb, count, size, rounds):
    """Bare boto3 on ten threads: upload or download, and the digest that a claim check needs."""
    import boto3
    from botocore.config import Config

    bucket = os.environ.get("S3_BUCKET", "payloads")
    config = Config(max_pool_connections=10)
    client = boto3.client("s3", endpoint_url=os.environ["S3_ENDPOINT"], region_name="us-east-1", config=config)

    def put(data):
        key = "benchmark/" + hashlib.sha256(data).hexdigest()
        client.put_object(Bucket=bucket, Key=key, Body=data)
        return key

    def get(key):
        data = client.get_object(Bucket=bucket, Key=key)["Body"].read()
        assert key.endswith(hashlib.sha256(data).hexdigest())

    seconds = []
    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        get(put(os.urandom(1024)))
        for _ in range(rounds):
            batch = [os.urandom(size) for _ in range(count)]
            keys = [] if verb == "store" else list(pool.map(put, batch))
            start = now()
            list(pool.map(put, batch) if verb == "store" else pool.map(get, keys))
            seconds.append(since(start))
    return result(seconds, count, size, count)


def run(command):
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return json.loads(output)


def main():
    arguments = sys.argv[1:]
    if arguments[:1] == ["--one"]:
        who, verb, count, size, rounds = arguments[1], arguments[2], *map(int, arguments[3:])
        if who == "python":
            print(json.dumps(asyncio.run(python_driver(verb, count, size, rounds))))
        else:
            print(json.dumps(boto3_client(verb, count, size, rounds)))
        return
    rounds = arguments[arguments.index("--rounds") + 1] if "--rounds" in arguments else "5"
    report = {"cases": {}, "yardsticks": {"python": {}, "boto3": {}}}
    for name, verb, count, size in CASES:
        case = [verb, str(count), str(size), rounds]
        report["cases"][name] = run([str(BINARY), *case])
        for who in ("python", "boto3"):
            report["yardsticks"][who][name] = run([sys.executable, __file__, "--one", who, *case])
        if "--json" in arguments:
            continue
        ours = report["cases"][name]
        line = f"{name:18} {ours['mebibytesPerSecond']:8.0f} MiB/s {ours['requestsPerPayload']:5.2f} req/payload"
        line += f" cpu {ours['processorSeconds']:6.3f} s peak {ours['peakBytes'] / MIB:6.0f} MiB"
        for who, cases in report["yardsticks"].items():
            theirs = cases[name]
            line += f" | {who} {theirs['mebibytesPerSecond']:6.0f} MiB/s ({theirs['requestsPerPayload']:.2f},"
            line += f" cpu {theirs['processorSeconds']:.3f} s, {theirs['peakBytes'] / MIB:.0f} MiB), x{ours['mebibytesPerSecond'] / theirs['mebibytesPerSecond']:.1f}"
        print(line, flush=True)
    if "--json" in arguments:
        print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
