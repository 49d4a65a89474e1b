# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""A workflow that takes steps until it is told that it is enough; every step has a new value to store."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from raw_worker import turned

PATIENT = RetryPolicy(
    initial_interval=timedelta(milliseconds=500), backoff_coefficient=1.5, maximum_interval=timedelta(seconds=3)
)
ONCE = RetryPolicy(maximum_attempts=1)


@dataclass
class Gate:
    """Where activities wait before they give their results, while it is closed."""

    opened: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: set[str] = field(default_factory=set)
    """The workflows whose activities wait."""


gate = Gate()
gate.opened.set()


@activity.defn
async def step(value: bytes, pace: float) -> bytes:
    await asyncio.sleep(pace)  # The work.
    workflow_id = activity.info().workflow_id or ""
    gate.waiting.add(workflow_id)
    await gate.opened.wait()
    gate.waiting.discard(workflow_id)
    return turned(value)


@workflow.defn
class Steps:
    """Hands a value to an activity and takes what comes back, again and again; gives it with the number of its turns.

    The number is the last four bytes. `once` gives each activity a single attempt, so that its failure gets into
    history, and the workflow tries again with another value, which has to be stored.
    """

    def __init__(self) -> None:
        self.is_enough = False

    @workflow.run
    async def run(self, value: bytes, once: bool, pace: float) -> bytes:
        turns = 0
        while not self.is_enough:
            value, turns = turned(value), turns + 1
            try:
                value = await workflow.execute_activity(
                    step,
                    args=[value, pace],
                    start_to_close_timeout=timedelta(seconds=60),
                    retry_policy=ONCE if once else PATIENT,
                )
            except ActivityError:
                await workflow.sleep(timedelta(seconds=2))
                continue
            turns += 1
        return turned(value) + (turns + 1).to_bytes(4, "big")

    @workflow.signal
    def enough(self) -> None:
        self.is_enough = True


STEP_ACTIVITIES = [step]
STEP_WORKFLOWS = [Steps]
