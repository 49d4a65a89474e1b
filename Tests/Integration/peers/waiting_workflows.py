# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""The workflows of `Scripts/benchmark workflows`: in a module of their own, which Python's sandbox imports anew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from temporalio import activity, workflow


@activity.defn(name="step")
async def step() -> None:
    """Nothing: what is measured is the workflow's worker."""


@dataclass
class Walk:
    count: int
    taskQueue: str  # noqa: N815  (as JSON has it in both languages)


@workflow.defn(name="Steps")
class Steps:
    @workflow.run
    async def run(self, walk: Walk) -> int:
        for _ in range(walk.count):
            await workflow.execute_activity(
                "step", task_queue=walk.taskQueue, start_to_close_timeout=timedelta(seconds=60)
            )
        return walk.count


@workflow.defn(name="Waits")
class Waits:
    def __init__(self) -> None:
        self.is_finished = False

    @workflow.signal
    def finish(self) -> None:
        self.is_finished = True

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: self.is_finished)
