# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""The workflows of `Scripts/benchmark workflows`: in a module of their own, which Python's sandbox imports anew."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow


@workflow.defn(name="Ticks")
class Ticks:
    @workflow.run
    async def run(self, count: int) -> int:
        for _ in range(count):
            await workflow.sleep(timedelta(milliseconds=1))
        return count


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
