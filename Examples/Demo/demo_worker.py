"""The Python side of the demo: a worker and a client that know nothing of external storage.

    demo_worker.py worker --address HOST:PORT          runs the worker until it is stopped
    demo_worker.py client --address HOST:PORT --id ID  starts a workflow with a 5 MiB input and prints what comes back
"""

import argparse
import asyncio
import hashlib
import sys
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.client import Client, WorkflowFailureError
from temporalio.service import RPCError
from temporalio.worker import Worker

TASK_QUEUE = "demo"


@activity.defn
async def echo(value: bytes) -> bytes:
    return value


@workflow.defn
class Echo:
    """Hands its input through an activity; a signal may replace it, and a query shows it."""

    def __init__(self) -> None:
        self.value = b""
        self.is_released = False

    @workflow.run
    async def run(self, value: bytes, wait_for_signal: bool = False) -> bytes:
        self.value = value
        if wait_for_signal:
            await workflow.wait_condition(lambda: self.is_released)
        return await workflow.execute_activity(
            echo, self.value, start_to_close_timeout=timedelta(seconds=60)
        )

    @workflow.signal
    def replace(self, value: bytes) -> None:
        self.value = value
        self.is_released = True

    @workflow.query
    def current(self) -> bytes:
        return self.value


def digest(value: bytes) -> str:
    return hashlib.sha256(value).hexdigest()[:16]


async def run_worker(address: str) -> None:
    client = await Client.connect(address)
    async with Worker(client, task_queue=TASK_QUEUE, workflows=[Echo], activities=[echo]):
        print("worker ready", flush=True)
        await asyncio.Event().wait()


async def run_client(address: str, workflow_id: str, size: int) -> int:
    client = await Client.connect(address)
    value = bytes(i * 31 % 251 for i in range(1024)) * (size // 1024)
    try:
        result = await client.execute_workflow(
            Echo.run, value, id=workflow_id, task_queue=TASK_QUEUE, execution_timeout=timedelta(seconds=60)
        )
    except RPCError as error:
        print(f"  refused by the server: {error.status.name}: {error.message}")
        return 3
    except WorkflowFailureError as error:
        print(f"  failed: {error.cause}")
        return 4
    same = "the same value" if result == value else "ANOTHER VALUE"
    print(f"  sent     {len(value):>9,} bytes, sha256 {digest(value)}…")
    print(f"  received {len(result):>9,} bytes, sha256 {digest(result)}…: {same}")
    return 0 if result == value else 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("role", choices=["worker", "client"])
    parser.add_argument("--address", required=True)
    parser.add_argument("--id", default="demo-echo")
    parser.add_argument("--size", type=int, default=5 * 1024 * 1024)
    arguments = parser.parse_args()
    if arguments.role == "worker":
        try:
            asyncio.run(run_worker(arguments.address))
        except KeyboardInterrupt:
            pass
        return 0
    return asyncio.run(run_client(arguments.address, arguments.id, arguments.size))


if __name__ == "__main__":
    sys.exit(main())
