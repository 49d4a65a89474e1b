# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
"""The descriptors of the Temporal API, as the pinned `temporalio` package carries them.

The package's `*_pb2` modules hold every file of the API as serialized descriptors; importing them registers
those in the default pool. Nothing is fetched.
"""

import importlib
import pkgutil

from google.protobuf import descriptor_pb2, descriptor_pool

SERVICES = (
    "temporal.api.workflowservice.v1.WorkflowService",
    "temporal.api.operatorservice.v1.OperatorService",
)

# Left in the package by mistake: they import files that do not exist any more, and nothing refers to them.
BROKEN_MODULES = {"temporalio.api.cluster.v1.message_pb2", "temporalio.api.interaction.v1.message_pb2"}


def load():
    """Imports every module of the API and returns the pool that holds them."""
    import temporalio.api

    for module in pkgutil.walk_packages(temporalio.api.__path__, "temporalio.api."):
        if not module.name.endswith("_pb2"):
            continue
        try:
            importlib.import_module(module.name)
        except Exception as error:
            if module.name not in BROKEN_MODULES:
                raise RuntimeError(f"{module.name} of the temporalio package does not import: {error}") from error
    importlib.import_module("google.rpc.status_pb2")
    return descriptor_pool.Default()


def load_health():
    """The file of `grpc.health.v1`, from the package `grpcio-health-checking`."""
    return importlib.import_module("grpc_health.v1.health_pb2").DESCRIPTOR


def files_for(roots):
    """The files in `roots` and all they import, every file after the ones that it imports."""
    ordered, seen = [], set()

    def visit(file):
        if file.name in seen:
            return
        seen.add(file.name)
        for dependency in file.dependencies:
            visit(dependency)
        ordered.append(file)

    for root in roots:
        visit(root)
    return ordered


def api_files(pool):
    """Every file of the Temporal API in the package, the ones that no service needs included."""
    import temporalio.api

    names = (module.name for module in pkgutil.walk_packages(temporalio.api.__path__, "temporalio.api."))
    modules = sorted(name for name in names if name.endswith("_pb2") and name not in BROKEN_MODULES)
    roots = [importlib.import_module(name).DESCRIPTOR for name in modules]
    return files_for(roots + [pool.FindFileByName("google/rpc/status.proto")])


def file_set(files):
    """A serialized `FileDescriptorSet` of the files."""
    result = descriptor_pb2.FileDescriptorSet()
    for file in files:
        file.CopyToProto(result.file.add())
    return result


def messages_of(files):
    """Every message type of the files by full name, nested ones and map entries included."""
    found = {}

    def add(message):
        found[message.full_name] = message
        for nested in message.nested_types:
            add(nested)

    for file in files:
        for message in file.message_types_by_name.values():
            add(message)
    return found


def is_repeated(field):
    """Whether a field is repeated (a map is)."""
    repeated = getattr(field, "is_repeated", None)
    return field.label == field.LABEL_REPEATED if repeated is None else repeated


def is_map(field):
    """Whether a field is a map."""
    return field.message_type is not None and field.message_type.GetOptions().map_entry


def real_oneof(field):
    """The oneof of a field; None for the one that `optional` makes behind the scenes."""
    oneof = field.containing_oneof
    if oneof is None or (len(oneof.fields) == 1 and oneof.name == f"_{field.name}"):
        return None
    return oneof
