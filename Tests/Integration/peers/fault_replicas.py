# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""Several sidecars on one store: a task that one hands out another completes, and every object has its place (ES-T)."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from temporalio import workflow
from temporalio.api.command.v1 import Command
from temporalio.api.common.v1 import ActivityType, Payloads, WorkflowExecution, WorkflowType
from temporalio.api.enums.v1 import CommandType, TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import (
    DescribeTaskQueueRequest,
    DescribeTaskQueueResponse,
    PollActivityTaskQueueRequest,
    PollActivityTaskQueueResponse,
    PollWorkflowTaskQueueRequest,
    PollWorkflowTaskQueueResponse,
    RecordActivityTaskHeartbeatRequest,
    RespondActivityTaskCompletedRequest,
    RespondWorkflowTaskCompletedRequest,
    StartActivityExecutionRequest,
    StartWorkflowExecutionResponse,
)
from temporalio.worker import Worker

import common
from bad_harness import case, expect_ok, holds
from common import blob, digest, is_reference, short, sites
from definitions import ACTIVITIES, Chain, Echo, Mailbox, echo
from fault_harness import MIB, Faults
from forwarder import forwarder_to
from harness import same
from raw_worker import payload
from sidecar import Caller

SIZE = 300 * 1024
NAMES = {
    "schedule_activity_task": CommandType.COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK,
    "start_child_workflow_execution": CommandType.COMMAND_TYPE_START_CHILD_WORKFLOW_EXECUTION,
    "signal_external_workflow_execution": CommandType.COMMAND_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION,
    "continue_as_new_workflow_execution": CommandType.COMMAND_TYPE_CONTINUE_AS_NEW_WORKFLOW_EXECUTION,
    "complete_workflow_execution": CommandType.COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION,
}


def command(name: str, **attributes: object) -> Command:
    return Command(command_type=NAMES[name], **{f"{name}_command_attributes": attributes})  # type: ignore[arg-type]


@dataclass
class Roads:
    """Two sidecars on one store, the road straight to the server, and the calls of a worker by either."""

    bench: Faults
    store: Path
    a: Caller
    b: Caller
    straight: Caller
    queue: str
    stored: list[str] = field(default_factory=list)

    def large(self, name: str) -> Payloads:
        return Payloads(payloads=[payload(blob(f"{self.queue}/{name}/{uuid.uuid4().hex}", SIZE))])

    def new_objects(self) -> list[str]:
        """The directories of objects that are there since the last time, without what they have in common."""
        found = sorted(str(path.relative_to(self.store)) for path in self.store.rglob("sha256/*") if path.is_file())
        new = [key for key in found if key not in self.stored]
        self.stored = found
        return [key.rpartition("/d/sha256/")[0] or key.partition("/d/")[0] for key in new]

    def stored_at(self, what: str, *places: str) -> None:
        """Checks where the objects are that were written since the last check."""
        new, wanted = sorted(self.new_objects()), sorted(places)
        holds(f"{what}: stored at {new}, wanted {wanted}", new == wanted)

    def place(self, workflow_id: str, run_id: str | None = None, kind: str | None = None) -> str:
        return f"v0/ns/{self.bench.namespace}/wt/{kind or 'null'}/wi/{workflow_id}/ri/{run_id or 'null'}"

    async def start(self, by: Caller, workflow_id: str, kind: str) -> str:
        request = self.bench.start(workflow_id, *self.large("input").payloads, task_queue=self.queue, kind=kind)
        answer = await by.call("StartWorkflowExecution", request)
        expect_ok("start", answer)
        return StartWorkflowExecutionResponse.FromString(answer.body).run_id

    async def task(self, by: Caller, sticky: str = "") -> PollWorkflowTaskQueueResponse:
        queue = TaskQueue(name=sticky or self.queue, normal_name=self.queue if sticky else "", kind=2 if sticky else 0)
        request = PollWorkflowTaskQueueRequest(namespace=self.bench.namespace, task_queue=queue, identity="roads")
        answer = await by.call("PollWorkflowTaskQueue", request, timeout=20)
        expect_ok("poll", answer)
        task = PollWorkflowTaskQueueResponse.FromString(answer.body)
        holds("no workflow task", task.task_token)
        return task

    async def until_polled(self, sticky: str) -> None:
        request = DescribeTaskQueueRequest(
            namespace=self.bench.namespace,
            task_queue=TaskQueue(name=sticky, normal_name=self.queue, kind=2),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        )
        while True:
            answer = await self.straight.call("DescribeTaskQueue", request)
            expect_ok("description", answer)
            if DescribeTaskQueueResponse.FromString(answer.body).pollers:
                return
            await asyncio.sleep(0.02)  # The server has no call that waits for a poller.

    async def complete(
        self, by: Caller, task: PollWorkflowTaskQueueResponse, *commands: Command, sticky: str = ""
    ) -> None:
        request = RespondWorkflowTaskCompletedRequest(
            task_token=task.task_token, namespace=self.bench.namespace, identity="roads", commands=commands
        )
        if sticky:
            request.sticky_attributes.worker_task_queue.CopyFrom(
                TaskQueue(name=sticky, normal_name=self.queue, kind=2)
            )
            request.sticky_attributes.schedule_to_start_timeout.FromSeconds(20)
        expect_ok("completion", await by.call("RespondWorkflowTaskCompleted", request))

    async def activity(self, by: Caller) -> PollActivityTaskQueueResponse:
        request = PollActivityTaskQueueRequest(
            namespace=self.bench.namespace, task_queue=TaskQueue(name=self.queue), identity="roads"
        )
        answer = await by.call("PollActivityTaskQueue", request, timeout=20)
        expect_ok("poll", answer)
        task = PollActivityTaskQueueResponse.FromString(answer.body)
        holds("no activity task", task.task_token)
        return task

    async def heartbeat(self, by: Caller, task: PollActivityTaskQueueResponse, details: Payloads) -> None:
        request = RecordActivityTaskHeartbeatRequest(
            task_token=task.task_token, namespace=self.bench.namespace, details=details
        )
        expect_ok("heartbeat", await by.call("RecordActivityTaskHeartbeat", request))

    async def finish(self, by: Caller, task: PollActivityTaskQueueResponse, result: Payloads) -> None:
        request = RespondActivityTaskCompletedRequest(
            task_token=task.task_token, namespace=self.bench.namespace, result=result
        )
        expect_ok("activity completion", await by.call("RespondActivityTaskCompleted", request))

    def schedule(self, what: Payloads | None = None) -> Command:
        return command(
            "schedule_activity_task",
            activity_id=uuid.uuid4().hex,
            activity_type=ActivityType(name="work"),
            task_queue=TaskQueue(name=self.queue),
            input=what or Payloads(),
            start_to_close_timeout=timedelta(seconds=60),
        )

    def child(self, workflow_id: str) -> Command:
        return command(
            "start_child_workflow_execution",
            workflow_id=workflow_id,
            workflow_type=WorkflowType(name="Child"),
            # Other children and the parent have queues of their own, so that no poll gets another's task.
            task_queue=TaskQueue(name=self.queue),
            input=self.large("child"),
        )


@asynccontextmanager
async def roads(bench: Faults) -> AsyncIterator[Roads]:
    store = bench.new_store()
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        first, second = await enter(bench.sidecar(store=store)), await enter(bench.sidecar(store=store))
        callers = [await enter(Caller(address)) for address in (first.address, second.address, bench.server)]
        yield Roads(bench, store, *callers, queue=bench.id("roads"))


@case("targets-across-replicas", seconds=60)
async def targets_across_replicas(bench: Faults) -> str:
    """Polled through one sidecar, completed through the other, payloads have their task's target (ES-T4, ES-T5)."""
    async with roads(bench) as on:
        parent, child = bench.id("parent"), bench.id("child")
        run = await on.start(on.a, parent, "Parent")
        on.stored_at("a start (ES-T1)", on.place(parent, kind="Parent"))
        task = await on.task(on.a)
        other = WorkflowExecution(workflow_id=parent)
        await on.complete(
            on.b,
            task,
            on.schedule(on.large("activity")),
            on.child(child),
            command("signal_external_workflow_execution", execution=other, signal_name="s", input=on.large("signal")),
        )
        on.stored_at(
            "commands (ES-T4)", on.place(parent, run, "Parent"), on.place(child, kind="Child"), on.place(parent)
        )
        activity = await on.activity(on.b)
        await on.heartbeat(on.a, activity, on.large("heartbeat"))
        on.stored_at("a heartbeat (ES-T5)", on.place(parent, run, "Parent"))
        await on.finish(on.a, activity, on.large("result"))
        on.stored_at("an activity's result (ES-T5)", on.place(parent, run, "Parent"))
        return "8 objects, each at its place"


@case("parent-across-replicas", seconds=60)
async def parent_across_replicas(bench: Faults) -> str:
    """A child's result is kept with the parent, whichever sidecar handed out the task that completes it (ES-T4)."""
    async with roads(bench) as on:
        # The task that completes the child is polled from the sidecar that saw event 1, or from the other one.
        for name, last in (("the same", on.a), ("another", on.b)):
            on.queue = bench.id("roads")
            parent, child, sticky = bench.id("parent"), bench.id("child"), bench.id("sticky")
            run = await on.start(on.a, parent, "Parent")
            await on.complete(on.a, await on.task(on.a), on.child(child))
            task = await _task_of(on, child)
            await on.complete(on.b, task, on.schedule(), sticky=sticky)
            on.new_objects()
            # The server gives a sticky task only to who waits for it already.
            polling = asyncio.create_task(on.task(last, sticky=sticky))
            await on.until_polled(sticky)
            await on.finish(on.a, await on.activity(on.b), Payloads())
            task = await polling
            holds("the sticky task has event 1", task.history.events[0].event_id > 1)
            await on.complete(on.b, task, command("complete_workflow_execution", result=on.large("result")))
            on.stored_at(f"a result, polled from {name} sidecar", on.place(parent, run))
        return "with the parent, on sticky tasks of both sidecars"


async def _task_of(on: Roads, workflow_id: str) -> PollWorkflowTaskQueueResponse:
    """The next task of a workflow; those of others are completed without commands."""
    while True:
        task = await on.task(on.a)
        if task.workflow_execution.workflow_id == workflow_id:
            return task
        await on.complete(on.b, task)


@case("continued-children", seconds=60)
async def continued_children(bench: Faults) -> str:
    """The result of a child that has continued as new is its own; what it continues with has no run (ES-T4)."""
    async with roads(bench) as on:
        parent, child = bench.id("parent"), bench.id("child")
        await on.start(on.a, parent, "Parent")
        await on.complete(on.a, await on.task(on.a), on.child(child))
        task = await _task_of(on, child)
        on.new_objects()
        await on.complete(
            on.b,
            task,
            command(
                "continue_as_new_workflow_execution",
                workflow_type=WorkflowType(name="Child"),
                task_queue=TaskQueue(name=on.queue),
                input=on.large("continued"),
            ),
        )
        on.stored_at("the input of the next run", on.place(child, kind="Child"))
        task = await _task_of(on, child)
        run = task.workflow_execution.run_id
        started = task.history.events[0].workflow_execution_started_event_attributes
        holds("the next run has no parent", started.parent_workflow_execution.workflow_id == parent)
        await on.complete(on.b, task, command("complete_workflow_execution", result=on.large("result")))
        on.stored_at("the result of the next run", on.place(child, run, "Child"))
        return "with the child"


@case("tokens-by-other-roads", seconds=60)
async def tokens_by_other_roads(bench: Faults) -> str:
    """The server takes tokens with a context; a sidecar takes those without, and then knows no target (ES-T5)."""
    async with roads(bench) as on:
        small = Payloads(payloads=[payload(b"small")])
        workflow_id = bench.id("roads")
        await on.start(on.a, workflow_id, "Roads")
        await on.complete(on.straight, await on.task(on.a), on.schedule(), on.schedule())
        first, second = await on.activity(on.a), await on.activity(on.straight)
        holds("the sidecar adds nothing to tokens", len(first.task_token) > len(second.task_token) + 50)
        await on.heartbeat(on.straight, first, small)
        await on.finish(on.straight, first, small)
        on.new_objects()
        await on.finish(on.b, second, on.large("result"))
        on.stored_at("a result by bare token", "v0")
        task = await on.task(on.straight)
        while not any(event.HasField("activity_task_completed_event_attributes") for event in task.history.events):
            await on.complete(on.a, task)
            task = await on.task(on.straight)
        await on.complete(on.b, task, command("complete_workflow_execution", result=on.large("result")))
        on.stored_at("a workflow's result by bare token", "v0")
        # What one sidecar added the other takes off, and the context of an attempt outlives both.
        return f"tokens of {len(first.task_token)} and {len(second.task_token)} bytes"


@case("standalone-across-replicas", seconds=60)
async def standalone_across_replicas(bench: Faults) -> str:
    """A standalone activity's payloads are kept with the activity (ES-T5)."""
    async with roads(bench) as on:
        activity_id = bench.id("standalone")
        request = StartActivityExecutionRequest(
            namespace=bench.namespace,
            activity_id=activity_id,
            activity_type=ActivityType(name="work"),
            task_queue=TaskQueue(name=on.queue),
            input=on.large("input"),
            request_id=uuid.uuid4().hex,
        )
        request.start_to_close_timeout.FromSeconds(60)
        expect_ok("start", await on.a.call("StartActivityExecution", request))
        prefix = f"v0/ns/{bench.namespace}/at/work/ai/{activity_id}/ri"
        on.stored_at("the input", f"{prefix}/null")
        task = await on.activity(on.a)
        await on.heartbeat(on.b, task, on.large("heartbeat"))
        on.stored_at("a heartbeat", f"{prefix}/{task.activity_run_id}")
        await on.finish(on.b, task, on.large("result"))
        on.stored_at("the result", f"{prefix}/{task.activity_run_id}")
        return "3 objects, each at its place"


@workflow.defn
class Worked:
    """A child with an activity between its first task and its last."""

    @workflow.run
    async def run(self, value: bytes) -> bytes:
        return await workflow.execute_activity(echo, value, start_to_close_timeout=timedelta(seconds=60))


@workflow.defn
class Family:
    @workflow.run
    async def run(self, value: bytes, children: int) -> str:
        me = workflow.info().workflow_id
        results = await asyncio.gather(
            *(
                workflow.execute_child_workflow(Worked.run, value + bytes([number]), id=f"{me}-child-{number}")
                for number in range(children)
            )
        )
        return digest(b"".join(results))


@case("round-robin", seconds=120)
async def round_robin(bench: Faults) -> str:
    """A Python client and worker behind a balancer of two sidecars, each call to the next: all as with one."""
    children, store = 6, bench.new_store()
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        first, second = await enter(bench.sidecar(store=store)), await enter(bench.sidecar(store=store))
        balancer = await enter(forwarder_to(first.address, second.address))
        client, task_queue = await bench.client(balancer.address), bench.id("queue")
        server = await bench.client(bench.server)
        workflows: list[Callable[..., object]] = [Family, Worked, Chain, Echo, Mailbox]
        await enter(
            Worker(
                client,
                task_queue=task_queue,
                workflows=workflows,  # type: ignore[arg-type]
                activities=ACTIVITIES,
                disable_eager_activity_execution=True,
            )
        )
        value = blob(task_queue, MIB)
        family = await client.start_workflow(
            Family.run, args=[value, children], id=bench.id("family"), task_queue=task_queue
        )
        chain = await client.start_workflow(Chain.run, args=[value, 3], id=bench.id("chain"), task_queue=task_queue)
        mailbox = await client.start_workflow(Mailbox.run, 2, id=bench.id("mailbox"), task_queue=task_queue)
        await mailbox.signal(Mailbox.put, value)
        same("answer", await mailbox.query(Mailbox.answer, value), value + value)
        same("update", await mailbox.execute_update(Mailbox.replace, value[::-1]), value[::-1])
        same("values seen", await mailbox.result(), [digest(value), digest(value[::-1])])
        same("result of a chain", await chain.result(), value)
        wanted = digest(b"".join(value + bytes([number]) for number in range(children)))
        same("results of children", await family.result(), wanted)
        history = await common.raw_history(server, family.id)
        keys = [
            common.reference(site.payload)[1]["key"]
            for site in sites(history)
            if short(site.path).startswith("child_workflow_execution_completed") and is_reference(site.payload)
        ]
        prefix = f"v0/ns/{bench.namespace}/wt/null/wi/{family.id}/ri/{family.first_execution_run_id}/"
        strange = [key for key in keys if not key.startswith(prefix)]
        holds(f"{len(keys)} results of {children} children", len(keys) == children)
        holds(f"results of children elsewhere: {strange}", not strange)
        shares = [sum(count for (_, to), count in balancer.calls.items() if to == number) for number in (0, 1)]
        holds(f"calls were not shared: {shares}", min(shares) > 10)
    return f"{shares[0]} and {shares[1]} calls, {len(keys)} results of children with the parent"


