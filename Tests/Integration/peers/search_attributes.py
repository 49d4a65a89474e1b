"""Search attributes as the Python SDK sees them.

    search_attributes.py --address HOST:PORT register             makes the namespace know one name for each type
    search_attributes.py --address HOST:PORT describe ID          prints those of a workflow, by name: type and value
    search_attributes.py --address HOST:PORT start QUEUE ID       starts the workflow `Tagged` with one of each type
"""

import argparse
import asyncio
import json
from datetime import datetime, timezone

from common import leave
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes

PREFIX = "Typed"
TYPES = {
    "Text": (SearchAttributeKey.for_text, "some words"),
    "Keyword": (SearchAttributeKey.for_keyword, "word"),
    "Int": (SearchAttributeKey.for_int, -7),
    "Double": (SearchAttributeKey.for_float, 2.5),
    "Bool": (SearchAttributeKey.for_bool, True),
    "Datetime": (SearchAttributeKey.for_datetime, datetime.fromtimestamp(1_700_000_000, timezone.utc)),
    "KeywordList": (SearchAttributeKey.for_keyword_list, ["a", "b"]),
}


async def register(client):
    types = {}
    for name in TYPES:
        snake = "".join("_" + letter if letter.isupper() else letter for letter in name).upper()
        types[PREFIX + name] = IndexedValueType.Value("INDEXED_VALUE_TYPE" + snake)
    known = await client.operator_service.list_search_attributes(ListSearchAttributesRequest(namespace="default"))
    missing = {name: kind for name, kind in types.items() if name not in known.custom_attributes}
    if missing:
        await client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(namespace="default", search_attributes=missing)
        )


async def describe(client, workflow):
    description = await client.get_workflow_handle(workflow).describe()
    found = {}
    for pair in description.typed_search_attributes:
        value = pair.value.timestamp() if isinstance(pair.value, datetime) else pair.value
        found[pair.key.name] = [pair.key.indexed_value_type.name, value]
    print(json.dumps(found))


async def start(client, queue, workflow):
    attributes = TypedSearchAttributes(
        [SearchAttributePair(make(PREFIX + name), value) for name, (make, value) in TYPES.items()]
    )
    await client.start_workflow("Tagged", id=workflow, task_queue=queue, search_attributes=attributes)


async def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--address", required=True)
    parser.add_argument("command", choices=["register", "describe", "start"])
    parser.add_argument("arguments", nargs="*")
    arguments = parser.parse_args()
    client = await Client.connect(arguments.address)
    await {"register": register, "describe": describe, "start": start}[arguments.command](client, *arguments.arguments)


asyncio.run(main())
leave(0)
