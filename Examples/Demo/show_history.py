"""Prints what the server has in the histories of workflows: their sizes, and every reference as it stands there."""

import argparse
import asyncio
import json

from google.protobuf.message import Message
from temporalio.api.common.v1 import Payload
from temporalio.client import Client


def payloads(message: Message) -> list[Payload]:
    """All payloads in a message, by walking its descriptor."""
    if isinstance(message, Payload):
        return [message]
    found: list[Payload] = []
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        if field.message_type.GetOptions().map_entry:
            if field.message_type.fields_by_name["value"].message_type is None:
                continue
            values = list(value.values())
        elif field.is_repeated:
            values = list(value)
        else:
            values = [value]
        for inner in values:
            found.extend(payloads(inner))
    return found


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--address", required=True)
    parser.add_argument("workflow", nargs="+")
    arguments = parser.parse_args()
    client = await Client.connect(arguments.address)
    for workflow_id in arguments.workflow:
        handle = client.get_workflow_handle(workflow_id)
        info = (await handle.describe()).raw_description.workflow_execution_info
        print(
            f"  {workflow_id}: history of {info.history_length} events, {info.history_size_bytes:,} bytes;"
            f" {info.external_payload_count} external payloads, {info.external_payload_size_bytes:,} bytes"
        )
        shown = 0
        async for event in handle.fetch_history_events():
            for payload in payloads(event):
                if payload.metadata.get("messageType") != b"temporal.api.sdk.v1.ExternalStorageReference":
                    continue
                shown += 1
                if shown == 1:
                    print(f"    event {event.event_id} holds, for {payload.external_payloads[0].size_bytes:,} bytes:")
                    print("      " + json.dumps(json.loads(payload.data), indent=2).replace("\n", "\n      "))


asyncio.run(main())
