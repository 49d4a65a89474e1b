# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
"""Generates `Sources/TemporalAPI`: the messages and client stubs of the services, and what travels inside them.

    python temporal_api.py --plugins DIRECTORY --output DIRECTORY [--test-service]

With `--test-service` it is the service of the test server that skips time instead, for one module and nobody else.

The plugins' directory holds `protoc-gen-swift` and `protoc-gen-grpc-swift-2`. All is generated into a temporary
directory first; the Swift files of the output directory are replaced only when every step has succeeded.
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile

import descriptors

# Files that no service imports: what stands behind a type URL, in the data of a payload, or in error details.
EXTRA_FILES = (
    "google/rpc/status.proto",
    "temporal/api/errordetails/v1/message.proto",
    "temporal/api/notificationservice/v1/request_response.proto",
    "temporal/api/protocol/v1/message.proto",
    "temporal/api/sdk/v1/enhanced_stack_trace.proto",
    "temporal/api/sdk/v1/external_storage.proto",
    "temporal/api/sdk/v1/task_complete_metadata.proto",
    "temporal/api/sdk/v1/user_metadata.proto",
    "temporal/api/sdk/v1/workflow_metadata.proto",
    "temporal/api/update/v1/message.proto",
)

# Part of the SwiftProtobuf library itself.
IN_LIBRARY = "google/protobuf/"

# Annotations on services and methods: options that generated Swift code does not carry.
ANNOTATIONS = (
    "google/api/",
    "nexusannotations/",
    "protoc-gen-openapiv2/",
    "temporal/api/protometa/",
)

OPTIONS = "FileNaming=PathToUnderscores,UseAccessLevelOnImports=true"
TEST_SERVICE = "temporal.api.testservice.v1.TestService"

HEADER = """\
//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

// swift-format-ignore-file
"""


def run(arguments):
    """Runs a program; fails with what it printed."""
    result = subprocess.run(arguments, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        sys.exit(f"Scripts/generate: {arguments[0]} failed:\n{result.stdout}{result.stderr}")


def strip_annotations(file):
    """Takes the options away, and the imports that only they need: nothing in Swift comes from them."""
    for name in [name for name in file.dependency if name.startswith(ANNOTATIONS)]:
        file.dependency.remove(name)
    del file.public_dependency[:]
    del file.weak_dependency[:]
    for message in file.message_type:
        strip_message(message)
    for service in file.service:
        service.ClearField("options")
        for method in service.method:
            method.ClearField("options")


def strip_message(message):
    """The same for a message; `map_entry`, `packed` and `deprecated` are protobuf's own and stay."""
    if message.HasField("options"):
        clear_extensions(message.options)
    for field in message.field:
        if field.HasField("options"):
            clear_extensions(field.options)
    for nested in message.nested_type:
        strip_message(nested)


def clear_extensions(options):
    """Removes custom options."""
    for extension, _ in options.ListFields():
        if extension.is_extension:
            options.ClearExtension(extension)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--plugins", type=pathlib.Path, required=True)
    parser.add_argument("--output", type=pathlib.Path, required=True)
    parser.add_argument("--test-service", action="store_true")
    arguments = parser.parse_args()

    pool = descriptors.load()
    if arguments.test_service:
        options = f"Visibility=Package,{OPTIONS}"
        roots = [pool.FindServiceByName(TEST_SERVICE).file]
    else:
        options = f"Visibility=Public,{OPTIONS}"
        roots = [pool.FindServiceByName(name).file for name in descriptors.SERVICES]
        roots += [pool.FindFileByName(name) for name in EXTRA_FILES]
        roots.append(descriptors.load_health())
    file_set = descriptors.file_set(descriptors.files_for(roots))
    kept = [file for file in file_set.file if not file.name.startswith(ANNOTATIONS)]
    del file_set.file[:]
    for file in kept:
        strip_annotations(file)
        file_set.file.append(file)
    names = [file.name for file in kept if not file.name.startswith(IN_LIBRARY)]
    services = [file.name for file in kept if file.service]

    with tempfile.TemporaryDirectory() as directory:
        directory = pathlib.Path(directory)
        (directory / "api.fds").write_bytes(file_set.SerializeToString(deterministic=True))
        out = directory / "out"
        out.mkdir()
        protoc = [sys.executable, "-m", "grpc_tools.protoc", f"--descriptor_set_in={directory / 'api.fds'}"]
        swift, grpc = arguments.plugins / "protoc-gen-swift", arguments.plugins / "protoc-gen-grpc-swift-2"
        run(protoc + [f"--plugin=protoc-gen-swift={swift}", f"--swift_out={out}", f"--swift_opt={options}"] + names)
        run(
            protoc
            + [f"--plugin=protoc-gen-grpc-swift={grpc}", f"--grpc-swift_out={out}"]
            + [f"--grpc-swift_opt={options},Server=false,Client=true"]
            + services
        )
        made = sorted(out.rglob("*.swift"))
        if len(made) != len(names) + len(services):
            sys.exit(f"Scripts/generate: {len(names)} files and {len(services)} stubs expected, {len(made)} made")
        arguments.output.mkdir(parents=True, exist_ok=True)
        for old in arguments.output.glob("*.swift"):
            old.unlink()
        lines = 0
        for path in made:
            text = HEADER + "\n" + path.read_text(encoding="utf-8")
            lines += text.count("\n")
            (arguments.output / path.name).write_text(text, encoding="utf-8")
    print(f"{len(made)} files, {lines} lines in {arguments.output.name}")


if __name__ == "__main__":
    main()
