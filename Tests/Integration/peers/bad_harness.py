# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""What the cases of bad input get to work with, and how they are registered and run."""

from __future__ import annotations

import asyncio
import random
import tempfile
import traceback
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from temporalio.api.common.v1 import Payload, Payloads, WorkflowExecution, WorkflowType
from temporalio.api.history.v1 import History
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import (
    GetWorkflowExecutionHistoryRequest,
    GetWorkflowExecutionHistoryResponse,
    StartWorkflowExecutionRequest,
)
from temporalio.client import Client

from harness import CaseFailure, Skipped, holds
from sidecar import Answer, Caller, Sidecar, running_sidecar

__all__ = ["CASES", "Bench", "CaseFailure", "Skipped", "case", "holds", "run_case"]


@dataclass
class Bench:
    server: str
    """The Temporal server."""
    binary: Path
    """The command `temporal-storage`."""
    namespace: str
    directory: Path
    """For this case alone; removed afterwards."""
    seed: int
    count: int
    """How many random messages each method gets."""

    def random(self, name: str) -> random.Random:
        return random.Random(f"{self.seed}/{name}")

    def id(self, name: str) -> str:
        return f"bad-{name}-{uuid.uuid4().hex[:8]}"

    def new_store(self) -> Path:
        return Path(tempfile.mkdtemp(prefix="store-", dir=self.directory))

    @asynccontextmanager
    async def sidecar(
        self, *flags: str, store: Path | None = None, target: str | None = None
    ) -> AsyncIterator[Sidecar]:
        """A sidecar for this case alone. When it is done, the process has to be alive and to end as it should."""
        store = store or self.new_store()
        log = self.directory / f"sidecar-{uuid.uuid4().hex[:6]}.log"
        storage = ("--driver", "local-disk", "--store", str(store))
        async with running_sidecar(self.binary, log, "--target", target or self.server, *storage, *flags) as sidecar:
            yield sidecar

    async def client(self, address: str) -> Client:
        return await Client.connect(address, namespace=self.namespace)

    # Messages

    def start(self, workflow_id: str, *inputs: Payload, task_queue: str = "", kind: str = "Echo"):
        """A request to start a workflow."""
        request = StartWorkflowExecutionRequest(
            namespace=self.namespace,
            workflow_id=workflow_id,
            workflow_type=WorkflowType(name=kind),
            task_queue=TaskQueue(name=task_queue or f"nobody-{workflow_id}"),
            input=Payloads(payloads=inputs),
            request_id=uuid.uuid4().hex,
            identity="bad-input",
        )
        request.workflow_run_timeout.FromSeconds(600)
        return request

    def history(self, workflow_id: str) -> GetWorkflowExecutionHistoryRequest:
        return GetWorkflowExecutionHistoryRequest(
            namespace=self.namespace, execution=WorkflowExecution(workflow_id=workflow_id)
        )

    async def read_history(self, caller: Caller, workflow_id: str) -> History:
        answer = await caller.call("GetWorkflowExecutionHistory", self.history(workflow_id))
        expect_ok("GetWorkflowExecutionHistory", answer)
        return GetWorkflowExecutionHistoryResponse.FromString(answer.body).history

    # Promises

    async def works(self, sidecar: Sidecar) -> None:
        """The process is alive, and a new client can call."""
        holds(f"the sidecar died: {sidecar.logged()[-400:]}", sidecar.alive)
        async with Caller(sidecar.address) as caller:
            expect_ok("a call afterwards", await caller.call("GetSystemInfo"))

    async def comes_to_rest(self, sidecar: Sidecar) -> None:
        """No call is under way any more; what a client has given up is given up everywhere."""
        active = -1.0
        try:
            async with asyncio.timeout(30):
                while (active := await sidecar.active_calls()) != 0:
                    await asyncio.sleep(0.05)  # There is nothing to wait on: metrics are asked for.
        except TimeoutError:
            raise CaseFailure(f"{active:.0f} calls are still under way") from None


def expect_ok(what: str, answer: Answer) -> None:
    holds(f"{what} failed: {answer}", answer.code == "OK")


def expect(what: str, answer: Answer, code: str, *texts: str) -> None:
    """Checks that a call failed with this code, and that the text says all of this."""
    holds(f"{what}: wanted {code}, got {answer}", answer.code == code)
    missing = [text for text in texts if text not in answer.text]
    holds(f"{what}: the text lacks {missing}: {answer.text}", not missing)
    holds(f"{what}: the text has several lines: {answer.text!r}", "\n" not in answer.text)


@dataclass(frozen=True)
class Case:
    name: str
    about: str
    body: Callable[[Bench], Awaitable[str | None]]
    seconds: float


CASES: dict[str, Case] = {}
Body = Callable[[Bench], Awaitable[str | None]]


def case(name: str, *, seconds: float = 60) -> Callable[[Body], Body]:
    """Registers a case; its docstring says what it promises, its result what it measured."""

    def register(body: Body) -> Body:
        assert name not in CASES, name
        CASES[name] = Case(name, " ".join((body.__doc__ or "").split()), body, seconds)
        return body

    return register


async def run_case(one: Case, bench: Bench, verbose: bool) -> str:
    """Runs one case, prints its line, and gives `passed`, `failed` or `skipped`."""
    try:
        async with asyncio.timeout(one.seconds):
            measured = await one.body(bench)
    except Skipped as reason:
        print(f"skip {one.name} {reason}", flush=True)
        return "skipped"
    except Exception as error:
        if verbose:
            traceback.print_exc()
        text = str(error) if isinstance(error, CaseFailure) else f"{type(error).__name__}: {error}"
        reason = f"not done within {one.seconds:.0f} s" if isinstance(error, TimeoutError) else text
        print(f"FAIL {one.name} {' '.join(reason.split())[:800]}", flush=True)
        return "failed"
    print(f"ok {one.name}" + (f" ({measured})" if measured else ""), flush=True)
    return "passed"
