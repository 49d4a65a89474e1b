# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""What a case gets to work with, and how cases are registered and run."""

from __future__ import annotations

import asyncio
import traceback
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from google.protobuf.message import Message
from temporalio.api.history.v1 import History
from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError
from temporalio.worker import Worker

import common
from common import Site, digest, is_reference, short, sites
from definitions import ACTIVITIES, WORKFLOWS, EchoServiceHandler

# The server copies these payloads without their `external_payloads` (seen with server 1.32.0): Nexus results
# pass through its HTTP form, and memos through its visibility store. They resolve all the same.
COPIED_WITHOUT_DETAILS = frozenset(
    {
        "nexus_operation_completed.result",
        "workflow_execution_info.memo.fields",
        "executions.memo.fields",
    }
)


class CaseFailure(Exception):
    """A promise that was not kept; the text says which one."""


class Skipped(Exception):
    """This server cannot run the case; the text says why."""


def same(what: str, got: Any, wanted: Any) -> None:
    """Compares two values by digest, so that a failure does not print megabytes."""
    if digest(got) != digest(wanted):
        raise CaseFailure(f"{what}: got {digest(got)}, wanted {digest(wanted)}")


def holds(what: str, condition: object) -> None:
    if not condition:
        raise CaseFailure(what)


@dataclass
class Env:
    client: Client
    """Through the sidecar: what applications use."""
    server: Client
    """Straight to the server: what is really there. Resolves nothing."""
    size: int
    threshold: int
    external: bool
    """Whether something below the client is expected to offload."""
    driver_name: str
    run: str = field(default_factory=lambda: uuid.uuid4().hex[:8])
    """Makes ids and values of one run of the program its own."""
    used_ids: list[str] = field(default_factory=list)
    references: int = 0

    @property
    def task_queue(self) -> str:
        return f"matrix-{self.run}"

    @property
    def offloads(self) -> bool:
        """Whether values of `size` bytes are expected to be offloaded."""
        return self.external and self.size >= self.threshold

    def with_size(self, size: int) -> Env:
        """The same environment with other values; ids and counts are shared by the caller's."""
        return replace(self, size=size)

    def id(self, name: str) -> str:
        made = f"{name}-{self.run}-{uuid.uuid4().hex[:6]}"
        self.used_ids.append(made)
        return made

    def blob(self, name: str) -> bytes:
        return common.blob(f"{self.run}/{name}/{uuid.uuid4().hex}", self.size)

    @asynccontextmanager
    async def worker(self, client: Client | None = None, **options: Any) -> AsyncIterator[str]:
        """A worker of this case alone; gives its task queue."""
        task_queue = options.pop("task_queue", f"{self.task_queue}-{uuid.uuid4().hex[:6]}")
        options.setdefault("workflows", WORKFLOWS)
        options.setdefault("activities", ACTIVITIES)
        async with Worker(client or self.client, task_queue=task_queue, **options):
            yield task_queue

    # What the server holds

    async def raw(self, handle: WorkflowHandle[Any, Any] | str, run_id: str | None = None) -> History:
        workflow_id = handle if isinstance(handle, str) else handle.id
        return await common.raw_history(self.server, workflow_id, run_id)

    async def expect(
        self,
        handle: WorkflowHandle[Any, Any] | str,
        at: Sequence[str],
        *,
        run_id: str | None = None,
        inline: Sequence[str] = (),
    ) -> History:
        """Checks a workflow's history as the server has it; see `expect_message`."""
        history = await self.raw(handle, run_id)
        self.expect_message(history, at, inline=inline)
        return history

    def expect_message(self, message: Message, at: Sequence[str], *, inline: Sequence[str] = ()) -> list[Site]:
        """Checks every payload of a message that came straight from the server.

        No payload of at least the threshold may be inline unless the rules say so; every reference must be well
        formed and name the expected driver. At each path in `at` there must be a big value: a reference to one
        if they are offloaded, else the value itself. At each path in `inline` there must be a payload and no
        reference.
        """
        found = [Site(short(site.path), site.payload, site.stays_inline) for site in sites(message)]
        for site in found:
            self._check_site(site)
        for path in at:
            if not any(self._is_big(site) for site in _below(found, path)):
                wanted = f"{'reference' if self.offloads else 'inline value'} of {self.size} bytes"
                raise CaseFailure(f"no {wanted} at {path}; payloads at {sorted({s.path for s in found})}")
        for path in inline:
            there = _below(found, path)
            holds(f"nothing at {path}", there)
            holds(f"a reference at {path}", not any(is_reference(site.payload) for site in there))
        return found

    def _check_site(self, site: Site) -> None:
        if not is_reference(site.payload):
            if self.external and site.size >= self.threshold and not site.stays_inline:
                raise CaseFailure(f"inline payload of {site.size} bytes at {site.path}")
            return
        holds(f"unexpected reference at {site.path}", self.external)
        holds(f"reference where a payload must stay inline: {site.path}", not site.stays_inline)
        try:
            name, _, size = common.reference(site.payload, sized=site.path not in COPIED_WITHOUT_DETAILS)
        except Exception as error:
            raise CaseFailure(f"bad reference at {site.path}: {error}") from error
        holds(f"driver {name!r} at {site.path}", name == self.driver_name)
        holds(f"size_bytes {size} below the threshold at {site.path}", size is None or size >= self.threshold)
        self.references += 1

    def _is_big(self, site: Site) -> bool:
        if is_reference(site.payload):
            _, _, size = common.reference(site.payload, sized=site.path not in COPIED_WITHOUT_DETAILS)
            return self.offloads and (size is None or size >= self.size)
        return not self.offloads and site.size >= self.size

    def expect_resolved(self, message: Message) -> None:
        """Checks that a message that came through the sidecar holds no reference."""
        for site in sites(message):
            holds(f"unresolved reference at {short(site.path)}", not is_reference(site.payload))

    async def until(self, what: str, condition: Callable[[], Awaitable[Any]]) -> Any:
        """Asks until the answer is true, for what the server offers no call to wait on. Bounded by the case's time."""
        while True:
            answer = await condition()
            if answer:
                return answer
            await asyncio.sleep(0.1)

    async def why_stuck(self) -> str:
        """What the server knows about failing tasks of the workflows this case used, and an end to them."""
        reasons: list[str] = []
        for workflow_id in self.used_ids:
            try:
                history = await self.raw(workflow_id)
                for event in history.events:
                    if event.HasField("workflow_task_failed_event_attributes"):
                        reasons.append(event.workflow_task_failed_event_attributes.failure.message)
                    if event.HasField("activity_task_started_event_attributes"):
                        reasons.append(event.activity_task_started_event_attributes.last_failure.message)
                info = await self.server.get_workflow_handle(workflow_id).describe()
                for pending in info.raw_description.pending_activities:
                    reasons.append(pending.last_failure.message)
                await self.server.get_workflow_handle(workflow_id).terminate(reason="its case is over")
            except RPCError:
                continue  # No such workflow, or it has ended.
        return "; ".join(dict.fromkeys(reason[:300] for reason in reasons if reason))


def _below(found: Iterable[Site], path: str) -> list[Site]:
    return [site for site in found if site.path == path or site.path.startswith(path + ".")]


@dataclass(frozen=True)
class Case:
    name: str
    about: str
    body: Callable[[Env], Awaitable[None]]


CASES: dict[str, Case] = {}


def case(name: str) -> Callable[[Callable[[Env], Awaitable[None]]], Callable[[Env], Awaitable[None]]]:
    """Registers a case; its docstring says what it promises."""

    def register(body: Callable[[Env], Awaitable[None]]) -> Callable[[Env], Awaitable[None]]:
        assert name not in CASES, name
        CASES[name] = Case(name, " ".join((body.__doc__ or "").split()), body)
        return body

    return register


async def run_case(one: Case, env: Env, seconds: float, verbose: bool) -> str:
    """Runs one case, prints its line, and gives `passed`, `failed` or `skipped`."""
    env.used_ids.clear()
    env.references = 0
    try:
        async with asyncio.timeout(seconds):
            await one.body(env)
    except Skipped as reason:
        print(f"skip {one.name} {reason}", flush=True)
        return "skipped"
    except Exception as error:
        if verbose:
            traceback.print_exc()
        reason = "timed out" if isinstance(error, TimeoutError) else _one_line(error)
        stuck = await env.why_stuck()
        print(f"FAIL {one.name} {reason}" + (f" [tasks failed with: {stuck}]" if stuck else ""), flush=True)
        return "failed"
    print(f"ok {one.name} ({env.references} references seen)" if env.external else f"ok {one.name}", flush=True)
    return "passed"


def _one_line(error: BaseException) -> str:
    parts: list[str] = []
    current: BaseException | None = error
    while current is not None and len(parts) < 4:
        text = " ".join(str(current).split())[:400]
        parts.append(text if isinstance(current, CaseFailure) else f"{type(current).__name__}: {text}")
        current = current.__cause__
    return " <- ".join(parts)


@asynccontextmanager
async def shared_worker(env: Env) -> AsyncIterator[None]:
    """The worker that most cases use."""
    async with Worker(
        env.client,
        task_queue=env.task_queue,
        workflows=WORKFLOWS,
        activities=ACTIVITIES,
        nexus_service_handlers=[EchoServiceHandler()],
    ):
        yield
