# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""Mixed workflows through two sidecars while everything around them fails in turn; prints a tally.

    eval "$(Scripts/dev-services env)"
    chaos.py --services .services --binary .build/release/temporal-storage --minutes 3

One sidecar is left in peace, and its memory and file descriptors are watched: they have to stay flat. The other is
killed and stopped. Both keep payloads in the S3 store, through a gate that makes it slow and lets it fail. The store
and the server are restarted. Clients and workers (`load.py --mixed`) use both sidecars; every value that comes back
has to be the one that was sent. One line for each fault; the last line is `N passed, N failed`: one for each workflow,
and one for each of the checks at the end.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import statistics
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from store_gate import StoreGate, gate_to

MIB = 1_048_576
DRAIN = 5
LONGEST = 10
"""Seconds that a fault takes, with what comes up again after it."""
PATIENCE = 1200
"""Seconds: with a fault every ten seconds, one workflow of a hundred had failing tasks for more than eight minutes."""
_READY = re.compile(r"listening on (\S+), forwarding to ")


class LastingSidecar:
    """A sidecar that can be ended in either way, and comes back at the same address."""

    def __init__(self, name: str, binary: Path, log: Path, *flags: str) -> None:
        self.name = name
        self._command = (binary, "proxy", "--drain", str(DRAIN), *flags)
        self._log = log
        self.address = "127.0.0.1:0"
        self.process: asyncio.subprocess.Process | None = None
        self.is_ending = False
        """Whether it has been told to end, and not been started again."""
        self.longest_stop = 0.0
        """Seconds from SIGTERM to the end, the most there was."""

    async def start(self) -> None:
        self.is_ending = False
        with self._log.open("ab") as errors:
            self.process = await asyncio.create_subprocess_exec(
                *self._command, "--listen", self.address, stdout=asyncio.subprocess.PIPE, stderr=errors
            )
        assert self.process.stdout is not None
        async with asyncio.timeout(60):
            line = (await self.process.stdout.readline()).decode()
        ready = _READY.match(line)
        if not ready:
            raise RuntimeError(f"the sidecar {self.name} did not start: {line} {self.logged()[-400:]}")
        self.address = ready.group(1)

    async def kill(self) -> None:
        assert self.process is not None
        self.is_ending = True
        self.process.kill()
        await self.process.wait()

    async def stop(self) -> int:
        """SIGTERM; gives the exit code, or -1 if it did not obey in time."""
        assert self.process is not None
        self.is_ending = True
        self.process.terminate()
        began = time.monotonic()
        try:
            async with asyncio.timeout(20):
                code = await self.process.wait()
        except TimeoutError:
            print(f"the sidecar {self.name} is still there {time.monotonic() - began:.0f} s after SIGTERM", flush=True)
            await self.kill()
            code = -1
        self.longest_stop = max(self.longest_stop, time.monotonic() - began)
        return code

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.returncode is None

    def logged(self) -> str:
        return self._log.read_text(errors="replace")


@dataclass
class Sample:
    seconds: float
    memory: int
    """Resident, in bytes."""
    descriptors: int


@dataclass
class Watch:
    """Memory and file descriptors of a process over time."""

    pid: int
    samples: list[Sample] = field(default_factory=list)
    started_at: float = field(default_factory=time.monotonic)

    def look(self) -> Sample:
        status = Path(f"/proc/{self.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        descriptors = len(os.listdir(f"/proc/{self.pid}/fd"))
        memory = int(found.group(1)) * 1024 if found else 0
        return Sample(time.monotonic() - self.started_at, memory, descriptors)

    async def run(self) -> None:
        while True:
            self.samples.append(self.look())
            await asyncio.sleep(2)  # The distance between two samples.

    def quarter(self, number: int, of: Callable[[Sample], int]) -> float:
        """The median over a quarter of the time, counted from 0."""
        size = max(1, len(self.samples) // 4)
        return statistics.median(of(sample) for sample in self.samples[number * size : (number + 1) * size])


@dataclass
class Chaos:
    gate: StoreGate
    shaken: LastingSidecar
    services: Path
    chance: random.Random
    seconds: float
    """How long there are faults."""
    running: asyncio.Event
    tally: Counter[str] = field(default_factory=Counter)
    started_at: float = field(default_factory=time.monotonic)

    async def run(self) -> None:
        """One fault after the other, each kind as often as another, with a pause after each."""
        await self.running.wait()
        while True:
            kinds = list(self.kinds.items())
            self.chance.shuffle(kinds)
            for name, fault in kinds:
                began = time.monotonic()
                print(f"{began - self.started_at:.0f} s: {name}", flush=True)
                await fault(self)
                self.tally[name] += 1
                calm = self.chance.uniform(5, 9)
                # Less of it on a machine on which faults take long, so that every kind has its turn.
                if missing := sum(not self.tally[name] for name in self.kinds):
                    left = self.started_at + self.seconds - time.monotonic()
                    calm = min(calm, max(1, left / missing - LONGEST))
                await asyncio.sleep(calm)  # Calm between two faults.

    async def _for_a_while(self) -> None:
        await asyncio.sleep(self.chance.uniform(4, 8))  # How long a fault lasts.

    async def store_slow(self) -> None:
        self.gate.delay = self.chance.uniform(0.5, 2)
        await self._for_a_while()
        self.gate.delay = 0

    async def store_busy(self) -> None:
        self.gate.mode = "busy"
        await self._for_a_while()
        self.gate.mode = "open"

    async def store_dropping(self) -> None:
        self.gate.mode = "dropping"
        await self._for_a_while()
        self.gate.mode = "open"

    async def store_restarted(self) -> None:
        await service(self.services, "kill", "s3")
        await self._for_a_while()
        await service(self.services, "up", "s3")

    async def sidecar_killed(self) -> None:
        await self.shaken.kill()
        await asyncio.sleep(self.chance.uniform(0, 3))  # Until somebody starts it again.
        await self.shaken.start()

    async def sidecar_stopped(self) -> None:
        code = await self.shaken.stop()
        if code != 0:
            self.tally["sidecar ended with a code"] += 1
        await self.shaken.start()

    async def server_restarted(self) -> None:
        await service(self.services, "restart", "temporal")

    kinds: dict[str, Callable[[Chaos], Awaitable[None]]] = field(
        default_factory=lambda: {
            "store slow": Chaos.store_slow,
            "store busy": Chaos.store_busy,
            "store dropping connections": Chaos.store_dropping,
            "store killed and restarted": Chaos.store_restarted,
            "sidecar killed and restarted": Chaos.sidecar_killed,
            "sidecar stopped and restarted": Chaos.sidecar_stopped,
            "server restarted": Chaos.server_restarted,
        }
    )


async def service(state: Path, command: str, name: str) -> None:
    script = Path(__file__).resolve().parents[3] / "Scripts" / "dev-services"
    process = await asyncio.create_subprocess_exec(
        script, "--dir", state, command, name, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        code = await process.wait()
    except asyncio.CancelledError:
        # Else the next command might come before it.
        await process.wait()
        raise
    if code != 0:
        raise RuntimeError(f"dev-services {command} {name} failed")


async def load(options: argparse.Namespace, running: asyncio.Event, *addresses: str) -> tuple[int, int]:
    """Runs the workflows; gives how many passed and how many failed. `running` says that they have begun."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(Path(__file__).with_name("load.py")), "--mixed", "--give-up", str(PATIENCE)),
        *(part for address in addresses for part in ("--address", address)),
        *("--seconds", str(options.minutes * 60), "--at-once", str(options.at_once), "--seed", str(options.seed)),
        *("--every", "30"),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    last = ""
    try:
        while line := (await process.stdout.readline()).decode():
            last = line
            running.set()
            print(f"   {line}", end="", flush=True)
        await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    counts = re.match(r"(\d+) passed, (\d+) failed", last)
    if not counts:
        raise RuntimeError(f"the load ended without a tally: {last}")
    return int(counts.group(1)), int(counts.group(2))


async def main(options: argparse.Namespace) -> int:
    flags = (
        *("--target", os.environ["TEMPORAL_ADDRESS"], "--driver", "s3", "--bucket", os.environ["S3_BUCKET"]),
        *("--region", "us-east-1", "--path-style", "--endpoint-url"),
    )
    print(f"seed {options.seed}", flush=True)
    async with gate_to(os.environ["S3_ENDPOINT"]) as gate:
        steady, shaken = (
            LastingSidecar(name, options.binary, options.logs / f"{name}.log", *flags, gate.url)
            for name in ("steady", "shaken")
        )
        try:
            passed, failed = await run(options, gate, steady, shaken)
        finally:
            for sidecar in (steady, shaken):
                if sidecar.alive:
                    await sidecar.kill()
    print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


async def run(
    options: argparse.Namespace, gate: StoreGate, steady: LastingSidecar, shaken: LastingSidecar
) -> tuple[int, int]:
    """The load, the faults and the checks; gives how many passed and how many failed."""
    await steady.start()
    await shaken.start()
    assert steady.process is not None
    watch = Watch(steady.process.pid)
    idle = watch.look()
    running = asyncio.Event()
    chaos = Chaos(gate, shaken, options.services, random.Random(options.seed), options.minutes * 60, running)
    tasks = [asyncio.create_task(watch.run()), asyncio.create_task(chaos.run())]
    working = asyncio.create_task(load(options, running, steady.address, shaken.address))
    try:
        # No new fault after the time is up; the one that is under way comes to its end with the process.
        await asyncio.wait({working, tasks[1]}, timeout=options.minutes * 60, return_when=asyncio.FIRST_COMPLETED)
        await _settle(tasks[1], chaos, options)
        passed, failed = await working
    finally:
        for task in (*tasks, working):
            task.cancel()
        await asyncio.gather(*tasks, working, return_exceptions=True)
    print(f"faults: {', '.join(f'{count} x {name}' for name, count in sorted(chaos.tally.items()))}")
    answers = ", ".join(f"{count} x {status or 'dropped'}" for status, count in sorted(gate.answers.items()))
    print(f"requests to the store: {dict(gate.requests)}, answered {answers}")
    for name, holds in await _checks(watch, idle, steady, shaken, chaos):
        print(f"{'ok' if holds else 'FAIL'} {name}")
        passed, failed = passed + holds, failed + (not holds)
    return passed, failed


async def _settle(task: asyncio.Task[None], chaos: Chaos, options: argparse.Namespace) -> None:
    """Ends the faults and sees to it that everything is up."""
    if task.done():
        await task
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    chaos.gate.delay, chaos.gate.mode = 0, "open"
    for name in ("s3", "temporal"):
        await service(options.services, "up", name)
    # The last fault may have been cut off while the sidecar was on its way to its end.
    if chaos.shaken.is_ending and chaos.shaken.process is not None:
        async with asyncio.timeout(20):
            await chaos.shaken.process.wait()
    if not chaos.shaken.alive:
        await chaos.shaken.start()
    print("no more faults", flush=True)


async def _checks(
    watch: Watch, idle: Sample, steady: LastingSidecar, shaken: LastingSidecar, chaos: Chaos
) -> list[tuple[str, bool]]:
    if not steady.alive:
        return [("the steady sidecar lives", False)]
    memory = [watch.quarter(number, lambda sample: sample.memory) / MIB for number in range(4)]
    descriptors = [watch.quarter(number, lambda sample: sample.descriptors) for number in range(4)]
    peak = max(sample.memory for sample in watch.samples) / MIB
    most = max(sample.descriptors for sample in watch.samples)
    last = watch.look()
    return [
        (
            "memory is flat: medians of the quarters " + ", ".join(f"{each:.0f}" for each in memory)
            + f" MiB, peak {peak:.0f} MiB, {last.memory / MIB:.0f} MiB at the end",
            memory[3] <= 1.3 * memory[1] + 128,
        ),
        (
            "file descriptors are flat: medians of the quarters " + ", ".join(f"{each:.0f}" for each in descriptors)
            + f", most {most}, {idle.descriptors} before and {last.descriptors} after",
            descriptors[3] <= descriptors[1] + 32 and last.descriptors <= idle.descriptors + 64,
        ),
        ("every kind of fault came to pass", all(chaos.tally[name] for name in chaos.kinds)),
        (
            f"a stopped sidecar ends with code 0, after {shaken.longest_stop:.1f} s at most",
            not chaos.tally["sidecar ended with a code"] and shaken.longest_stop < DRAIN + 6,
        ),
        ("the sidecars end with code 0 at the end", await steady.stop() == 0 and await shaken.stop() == 0),
    ]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--services", type=Path, required=True, metavar="DIR", help="of Scripts/dev-services")
    parser.add_argument("--binary", type=Path, required=True, metavar="FILE", help="the command temporal-storage")
    parser.add_argument("--logs", type=Path, required=True, metavar="DIR", help="where the sidecars log")
    parser.add_argument("--minutes", type=float, default=3)
    parser.add_argument("--at-once", type=int, default=6, metavar="N", help="workflows at a time (6)")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    parsed = parser.parse_args()
    parsed.services, parsed.binary = parsed.services.resolve(), parsed.binary.resolve()
    return parsed


if __name__ == "__main__":
    sys.exit(asyncio.run(main(arguments())))
