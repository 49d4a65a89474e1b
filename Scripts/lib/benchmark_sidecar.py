# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""Latency and throughput of small unary calls: straight, through the sidecar, and through nginx.

Started by `Scripts/lib/benchmark_sidecar`. Every path is measured by the same client, a closed loop: `h2load` on one
connection, which costs little itself but sees of an answer only that there is one; or, with `--client grpcio`,
blocking calls of gRPC for Python from as many threads as calls are to be under way. The paths take turns, in another
order each round, so that whatever else the machine does meets all of them.

Times are the client's, and contain its own cost: its processor time per call stands in the table. A call that fails
is counted, and its time is not.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import resource
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import grpc
from temporalio.api.common.v1 import Payload, Payloads, WorkflowExecution, WorkflowType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import SignalWorkflowExecutionRequest, StartWorkflowExecutionRequest

SERVICE = "/temporal.api.workflowservice.v1.WorkflowService/"
HEALTH = "/grpc.health.v1.Health/Check"
CONCURRENCY = (1, 32)


# --- Paths ----------------------------------------------------------------------------------------------


@dataclass
class Route:
    """One way to the server."""

    name: str
    address: str
    pids: list[int] = field(default_factory=list)
    """The processes that stand in between, for their processor time."""

    def processor_seconds(self) -> float:
        total = 0
        for pid in self.pids:
            stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += int(stat[11]) + int(stat[12])
        return total / 100


@contextmanager
def sidecar(binary: Path, server: str, state: Path) -> Iterator[Route]:
    store = state / "store"
    store.mkdir(exist_ok=True)
    log = (state / "sidecar.log").open("w")
    flags = ["--listen", "127.0.0.1:0", "--target", server, "--driver", "local-disk", "--store", str(store)]
    process = subprocess.Popen([binary, "proxy", *flags], stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        assert process.stdout is not None
        found = re.match(r"listening on (\S+),", process.stdout.readline())
        if not found:
            sys.exit(f"the sidecar did not start: {(state / 'sidecar.log').read_text()}")
        yield Route("sidecar", found.group(1), [process.pid])
    finally:
        process.terminate()
        process.wait(timeout=20)
        log.close()


NGINX = """
daemon off;
pid {state}/nginx.pid;
error_log {state}/nginx.log;
worker_processes {workers};
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {state}/body;
    proxy_temp_path {state}/proxy;
    fastcgi_temp_path {state}/fastcgi;
    uwsgi_temp_path {state}/uwsgi;
    scgi_temp_path {state}/scgi;
    keepalive_requests 100000000;
    upstream temporal {{ server {server}; keepalive 64; keepalive_requests 100000000; }}
    server {{
        listen 127.0.0.1:{port} http2;
        client_max_body_size 128m;
        http2_max_requests 100000000;
        http2_max_concurrent_streams 1000;
        location / {{ grpc_pass grpc://temporal; }}
    }}
}}
"""


@contextmanager
def nginx(binary: str, server: str, state: Path) -> Iterator[Route]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    text = NGINX.format(state=state, server=server, port=port, workers=2)
    version = subprocess.run([binary, "-v"], capture_output=True, text=True).stderr
    # Obsolete since 1.19.7, and said to be so at each start.
    if tuple(map(int, re.findall(r"\d+", version)[:3])) >= (1, 19, 7):
        text = text.replace("        http2_max_requests 100000000;\n", "")
    (state / "nginx.conf").write_text(text)
    process = subprocess.Popen([binary, "-c", str(state / "nginx.conf"), "-e", str(state / "nginx.log")])
    try:
        wait_until_open(port, process)
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        yield Route("nginx", f"127.0.0.1:{port}", [process.pid, *map(int, children)])
    finally:
        process.terminate()
        process.wait(timeout=20)


def wait_until_open(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)  # A port that opens sends no word.
    sys.exit("nginx did not start")


# --- Calls ----------------------------------------------------------------------------------------------


@dataclass
class Call:
    name: str
    method: str
    request: Callable[[int], bytes]
    """The request, to be sent so many times."""


def calls(server: str) -> list[Call]:
    """The calls to measure. A workflow that nobody works on takes the signals."""
    lock = threading.Lock()
    workflow_id, left = "", 0

    def signal(times: int) -> bytes:
        """A request that will be sent so many times; it has no id of its own, so each of them counts."""
        nonlocal workflow_id, left
        with lock:
            # A workflow takes 10,000 signals.
            if left < times:
                with grpc.insecure_channel(server) as channel:
                    workflow_id, left = start(channel), 9_000
            left -= times
        return SignalWorkflowExecutionRequest(
            namespace="default",
            workflow_execution=WorkflowExecution(workflow_id=workflow_id),
            signal_name="put",
            identity="benchmark",
            input=Payloads(payloads=[Payload(metadata={"encoding": b"binary/plain"}, data=b"x" * 100)]),
        ).SerializeToString()

    return [
        Call("health", HEALTH, lambda _: b""),
        Call("system-info", SERVICE + "GetSystemInfo", lambda _: b""),
        Call("signal", SERVICE + "SignalWorkflowExecution", signal),
    ]


def start(channel: grpc.Channel) -> str:
    request = StartWorkflowExecutionRequest(
        namespace="default",
        workflow_id=f"benchmark-{uuid.uuid4().hex}",
        workflow_type=WorkflowType(name="Nobody"),
        task_queue=TaskQueue(name="nobody"),
        request_id=uuid.uuid4().hex,
    )
    channel.unary_unary(SERVICE + "StartWorkflowExecution")(request.SerializeToString(), timeout=30)
    return request.workflow_id


# --- Measuring ------------------------------------------------------------------------------------------


@dataclass
class Sample:
    latencies: list[float] = field(default_factory=list)
    """In seconds."""
    elapsed: float = 0
    client: float = 0
    """Processor seconds of the client."""
    between: float = 0
    """Processor seconds of what stands in between."""
    failures: list[str] = field(default_factory=list)

    def add(self, other: Sample) -> None:
        self.latencies += other.latencies
        self.elapsed += other.elapsed
        self.client += other.client
        self.between += other.between
        self.failures += other.failures

    def percentile(self, share: float) -> float:
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]

    @property
    def rate(self) -> float:
        return len(self.latencies) / self.elapsed


def measure(path: Route, channel: grpc.Channel, call: Call, concurrency: int, seconds: float) -> Sample:
    """Calls for some seconds, each thread one call after the other."""
    invoke = channel.unary_unary(call.method)
    invoke(call.request(1), timeout=30)
    results: list[list[float]] = [[] for _ in range(concurrency)]
    failures: list[str] = []
    ready = threading.Barrier(concurrency + 1)
    end = 0.0

    def loop(latencies: list[float]) -> None:
        ready.wait()
        while time.perf_counter() < end:
            request = call.request(1)
            began = time.perf_counter()
            try:
                invoke(request, timeout=30)
            except grpc.RpcError as error:
                failures.append(f"{error.code()}: {error.details()}")  # type: ignore[attr-defined]
                continue
            latencies.append(time.perf_counter() - began)

    threads = [threading.Thread(target=loop, args=(result,)) for result in results]
    for thread in threads:
        thread.start()
    between, own = path.processor_seconds(), _own_seconds()
    began = time.perf_counter()
    end = began + seconds
    ready.wait()
    for thread in threads:
        thread.join()
    elapsed = time.perf_counter() - began
    if not any(results):
        sys.exit(f"{call.name} through {path.name} failed: {failures[0]}")
    return Sample(
        latencies=[latency for result in results for latency in result],
        elapsed=elapsed,
        client=_own_seconds() - own,
        between=path.processor_seconds() - between,
        failures=failures,
    )


def measure_with_h2load(
    path: Route, h2load: str, state: Path, call: Call, concurrency: int, seconds: float
) -> Sample:
    """Sends the same request again and again; a first, short measurement tells how often in the given time."""
    log = state / "h2load.log"

    def load(count: int) -> Sample:
        request = call.request(count)
        (state / "request").write_bytes(b"\0" + len(request).to_bytes(4, "big") + request)
        log.unlink(missing_ok=True)
        command = [h2load, "-n", str(count), "-c", "1", "-m", str(concurrency), "-d", str(state / "request")]
        command += ["-H", "content-type: application/grpc", "-H", "te: trailers", f"--log-file={log}"]
        between, own, began = path.processor_seconds(), _own_seconds(), time.perf_counter()
        done = subprocess.run([*command, f"http://{path.address}{call.method}"], capture_output=True, text=True)
        elapsed = time.perf_counter() - began
        if done.returncode != 0 or not log.exists():
            sys.exit(f"h2load: {done.stdout[-400:]}{done.stderr[-400:]}")
        rows = [line.split("\t") for line in log.read_text().splitlines()]
        return Sample(
            latencies=[int(row[2]) / 1e6 for row in rows if row[1] == "200"],
            elapsed=elapsed,
            client=_own_seconds() - own,
            between=path.processor_seconds() - between,
            failures=[f"status {row[1]}" for row in rows if row[1] != "200"],
        )

    probe = load(20 * concurrency)
    # A workflow takes 10,000 signals.
    return load(max(20 * concurrency, min(8_000, int(probe.rate * seconds))))


def _own_seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def run(
    paths: list[Route], measured: list[Call], rounds: int, seconds: float, h2load: str | None, state: Path
) -> dict[tuple[str, int, str], Sample]:
    samples: dict[tuple[str, int, str], Sample] = {}
    with ExitStack() as stack:
        channels = {
            path.name: stack.enter_context(
                grpc.insecure_channel(path.address, options=[("grpc.use_local_subchannel_pool", 1)])
            )
            for path in paths
        }
        order = random.Random(1)
        for number in range(rounds + 1):
            for call in measured:
                for concurrency in CONCURRENCY:
                    for path in order.sample(paths, len(paths)):
                        # The first round only warms up.
                        length = seconds if number else min(1, seconds)
                        if h2load:
                            sample = measure_with_h2load(path, h2load, state, call, concurrency, length)
                        else:
                            sample = measure(path, channels[path.name], call, concurrency, length)
                        if number:
                            samples.setdefault((call.name, concurrency, path.name), Sample()).add(sample)
            print(f"round {number} of {rounds}" if number else "warm", file=sys.stderr, flush=True)
    return samples


# --- Report ---------------------------------------------------------------------------------------------


def report(samples: dict[tuple[str, int, str], Sample], names: list[str]) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    head = f"{'call':12} {'calls':>5}  {'path':8} {'p50 us':>8} {'p99 us':>8} {'added p50':>10} {'added p99':>10}"
    print(f"{head} {'per s':>8} {'cpu us':>7} {'client cpu':>10}")
    keys = list(dict.fromkeys((call, concurrency) for call, concurrency, _ in samples))
    for call, concurrency in keys:
        straight = samples[(call, concurrency, "straight")]
        for name in names:
            sample = samples[(call, concurrency, name)]
            count = len(sample.latencies)
            row: dict[str, object] = {
                "call": call,
                "concurrency": concurrency,
                "path": name,
                "calls": count,
                "failures": len(sample.failures),
                "p50Microseconds": round(sample.percentile(0.5) * 1e6, 1),
                "p99Microseconds": round(sample.percentile(0.99) * 1e6, 1),
                "addedP50Microseconds": round((sample.percentile(0.5) - straight.percentile(0.5)) * 1e6, 1),
                "addedP99Microseconds": round((sample.percentile(0.99) - straight.percentile(0.99)) * 1e6, 1),
                "callsPerSecond": round(sample.rate, 1),
                "processorMicrosecondsPerCall": round(sample.between / count * 1e6, 1),
                "clientProcessorMicrosecondsPerCall": round(sample.client / count * 1e6, 1),
            }
            rows.append(row)
            print(
                f"{call:12} {concurrency:5}  {name:8} {row['p50Microseconds']:8} {row['p99Microseconds']:8} "
                f"{row['addedP50Microseconds']:10} {row['addedP99Microseconds']:10} {row['callsPerSecond']:8} "
                f"{row['processorMicrosecondsPerCall']:7} {row['clientProcessorMicrosecondsPerCall']:10}"
            )
            for text, times in Counter(sample.failures).most_common(3):
                print(f"{'':20} {times} calls failed: {text}")
    if "nginx" in names:
        print()
        for call, concurrency in keys:
            ours, theirs = samples[(call, concurrency, "sidecar")], samples[(call, concurrency, "nginx")]
            straight = samples[(call, concurrency, "straight")]
            added = (ours.percentile(0.5) - straight.percentile(0.5)) / max(
                theirs.percentile(0.5) - straight.percentile(0.5), 1e-9
            )
            ratio = ours.percentile(0.5) / theirs.percentile(0.5)
            print(
                f"{call} x {concurrency}: sidecar / nginx p50 {ratio:.2f}, p99 "
                f"{ours.percentile(0.99) / theirs.percentile(0.99):.2f}, added p50 {added:.2f}, throughput "
                f"{ours.rate / theirs.rate:.2f}; goal p50 within 2: {'met' if ratio <= 2 else 'missed'}"
            )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", required=True, metavar="HOST:PORT")
    parser.add_argument("--binary", required=True, type=Path, metavar="FILE")
    parser.add_argument("--state", required=True, type=Path, metavar="DIR")
    parser.add_argument("--nginx", metavar="FILE")
    parser.add_argument("--h2load", metavar="FILE")
    parser.add_argument("--client", choices=["h2load", "grpcio"], default="h2load", help="what calls (h2load)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers there")
    parser.add_argument("--seconds", type=float, default=2, help="for each measurement in a round (2)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--calls", default="health,system-info,signal", metavar="A,B,C")
    options = parser.parse_args()
    if options.client == "h2load" and not options.h2load:
        print("There is no h2load (Debian: nghttp2-client); gRPC for Python calls instead.", file=sys.stderr)
        options.client = "grpcio"
    print(f"client: {options.client}")
    with ExitStack() as stack:
        paths = [
            Route("straight", options.server),
            stack.enter_context(sidecar(options.binary.resolve(), options.server, options.state)),
        ]
        if options.nginx:
            paths.append(stack.enter_context(nginx(options.nginx, options.server, options.state)))
        chosen = [call for call in calls(options.server) if call.name in options.calls.split(",")]
        h2load = options.h2load if options.client == "h2load" else None
        samples = run(paths, chosen, options.rounds, options.seconds, h2load, options.state)
        rows = report(samples, [path.name for path in paths])
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
