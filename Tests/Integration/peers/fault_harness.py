# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""What the fault cases get to work with besides what the cases of bad input have: services and histories."""

from __future__ import annotations

import asyncio
import re
import urllib.request
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from temporalio.api.enums.v1 import WorkflowTaskFailedCause
from temporalio.api.history.v1 import History
from temporalio.client import Client

import common
from bad_harness import Bench, CaseFailure, holds
from common import is_reference, reference, sites
from sidecar import Sidecar, running_sidecar

MIB = 1_048_576


@dataclass
class Faults(Bench):
    services: Path
    """The state directory of `Scripts/dev-services` with both services up."""
    s3_endpoint: str
    bucket: str
    server_metrics: str
    """Where the server's metrics are."""

    async def service(self, command: str, *names: str) -> None:
        """`Scripts/dev-services COMMAND NAME…`; returns when it is done."""
        script = Path(__file__).resolve().parents[3] / "Scripts" / "dev-services"
        process = await asyncio.create_subprocess_exec(
            script, "--dir", self.services, command, *names, stdout=asyncio.subprocess.DEVNULL
        )
        code = await process.wait()
        holds(f"dev-services {command} {' '.join(names)} ended with code {code}", code == 0)

    @asynccontextmanager
    async def s3_sidecar(self, *flags: str, endpoint: str | None = None) -> AsyncIterator[Sidecar]:
        """A sidecar on the S3 store; the credentials are those of the environment."""
        log = self.directory / f"sidecar-{uuid.uuid4().hex[:6]}.log"
        storage = ("--driver", "s3", "--bucket", self.bucket, "--region", "us-east-1", "--path-style")
        place = ("--endpoint-url", endpoint or self.s3_endpoint)
        async with running_sidecar(self.binary, log, "--target", self.server, *storage, *place, *flags) as sidecar:
            yield sidecar

    async def requests_at_server(self, operation: str) -> int:
        """How many calls of a method the server has had so far, without those about what was not there any more."""
        text = await asyncio.to_thread(self._read_server_metrics)
        wanted = (f'operation="{operation}"', 'service_name="frontend"')

        def total(metric: str, *further: str) -> int:
            found = re.findall(rf"^{metric}\{{([^}}]*)\}} (\S+)$", text, re.M)
            return int(sum(float(value) for labels, value in found if all(each in labels for each in wanted + further)))

        return total("service_requests") - total("service_error_with_type", 'error_type="serviceerror_NotFound"')

    def _read_server_metrics(self) -> str:
        with urllib.request.urlopen(f"http://{self.server_metrics}/metrics", timeout=10) as response:
            return response.read().decode()


# --- Histories ------------------------------------------------------------------------------------------


@dataclass
class Failures:
    """What histories say about failed tasks and activities."""

    tasks: Counter[str] = field(default_factory=Counter)
    """WorkflowTaskFailed events, by cause."""
    timeouts: int = 0
    """WorkflowTaskTimedOut events."""
    activities: Counter[str] = field(default_factory=Counter)
    """ActivityTaskFailed events, by the failure's type: server 1.32.0 does not keep their cause."""
    retried: int = 0
    """Attempts of activities before the last that history knows of."""
    ended_badly: int = 0
    """Events that end a workflow otherwise than by completing it."""

    def add(self, history: History) -> None:
        for event in history.events:
            if event.HasField("workflow_task_failed_event_attributes"):
                cause = event.workflow_task_failed_event_attributes.cause
                self.tasks[WorkflowTaskFailedCause.Name(cause).removeprefix("WORKFLOW_TASK_FAILED_CAUSE_")] += 1
            if event.HasField("workflow_task_timed_out_event_attributes"):
                self.timeouts += 1
            if event.HasField("activity_task_failed_event_attributes"):
                failure = event.activity_task_failed_event_attributes.failure
                self.activities[failure.application_failure_info.type] += 1
            if event.HasField("activity_task_started_event_attributes"):
                self.retried += event.activity_task_started_event_attributes.attempt - 1
            for bad in ("failed", "timed_out", "canceled", "terminated"):
                self.ended_badly += event.HasField(f"workflow_execution_{bad}_event_attributes")


def failures_in(history: History) -> Failures:
    found = Failures()
    found.add(history)
    return found


async def failures(server: Client, workflow_ids: Iterable[str]) -> Failures:
    found = Failures()
    for workflow_id in workflow_ids:
        found.add(await common.raw_history(server, workflow_id))
    return found


def references_in(history: History) -> list[tuple[str, dict[str, str]]]:
    """Path and claim of every reference, in order."""
    return [
        (common.short(site.path), reference(site.payload, sized=False)[1])
        for site in sites(history)
        if is_reference(site.payload)
    ]


async def until(condition: Callable[[], object], what: str, seconds: float = 30) -> None:
    """Waits for something that nobody signals."""
    try:
        async with asyncio.timeout(seconds):
            while not condition():
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise CaseFailure(f"not within {seconds:.0f} s: {what}") from None
