# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""Failures with big details: from workflows and activities, with causes, and encoded as a whole."""

from __future__ import annotations

import dataclasses

from temporalio.client import Client, WorkflowFailureError
from temporalio.converter import DefaultFailureConverterWithEncodedAttributes
from temporalio.exceptions import ActivityError, ApplicationError

from definitions import Fails, FailsWithMessage
from harness import Env, case, holds, same


async def _expect_failure(env: Env, where: str, at: list[str]) -> None:
    outer, inner = env.blob("outer"), env.blob("inner")
    handle = await env.client.start_workflow(
        Fails.run, args=[where, outer, inner], id=env.id("fails"), task_queue=env.task_queue
    )
    try:
        await handle.result()
        holds("the workflow did not fail", False)
    except WorkflowFailureError as error:
        cause = error.cause
        if where == "activity":
            holds(f"not an ActivityError: {cause!r:.200}", isinstance(cause, ActivityError))
            cause = cause.__cause__
        holds(f"not an ApplicationError: {cause!r:.200}", isinstance(cause, ApplicationError))
        same("details", cause.details[0], outer)  # type: ignore[union-attr]
        same("cause's details", cause.__cause__.details[0], inner)  # type: ignore[union-attr]
    await env.expect(handle, at)


@case("workflow-failure")
async def workflow_failure(env: Env) -> None:
    """A workflow fails with big details, and a cause with big details."""
    await _expect_failure(
        env,
        "workflow",
        [
            "workflow_execution_failed.failure.application_failure_info.details",
            "workflow_execution_failed.failure.cause.application_failure_info.details",
        ],
    )


@case("activity-failure")
async def activity_failure(env: Env) -> None:
    """An activity's failure with big details, and its cause's, pass through the workflow's own failure."""
    await _expect_failure(
        env,
        "activity",
        [
            "activity_task_failed.failure.application_failure_info.details",
            "activity_task_failed.failure.cause.application_failure_info.details",
            "workflow_execution_failed.failure.cause.application_failure_info.details",
            "workflow_execution_failed.failure.cause.cause.application_failure_info.details",
        ],
    )


@case("encoded-failure-attributes")
async def encoded_failure_attributes(env: Env) -> None:
    """Failure messages that the failure converter moved into `encoded_attributes`."""
    message = env.blob("message").hex()[: env.size]
    config = env.client.config()
    config["data_converter"] = dataclasses.replace(
        config["data_converter"], failure_converter_class=DefaultFailureConverterWithEncodedAttributes
    )
    client = Client(**config)
    async with env.worker(client) as task_queue:
        handle = await client.start_workflow(FailsWithMessage.run, message, id=env.id("fails"), task_queue=task_queue)
        try:
            await handle.result()
            holds("the workflow did not fail", False)
        except WorkflowFailureError as error:
            same("message", error.cause.message, message)  # type: ignore[attr-defined]
    await env.expect(
        handle,
        [
            "workflow_execution_started.input",
            "activity_task_failed.failure.encoded_attributes",
            "workflow_execution_failed.failure.encoded_attributes",
        ],
    )
