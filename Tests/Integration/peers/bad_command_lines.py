# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""Command lines that cannot work: one line that names the option and what to do, and exit code 64 (or 69)."""

from __future__ import annotations

import asyncio
import os
import re
import socket
from dataclasses import dataclass, field
from pathlib import Path

from bad_harness import Bench, CaseFailure, case, holds

NONE = ["--driver", "none"]


@dataclass
class Line:
    arguments: list[str]
    says: list[str]
    """What the line has to contain: the option, and what to do."""
    code: int = 64
    environment: dict[str, str] = field(default_factory=dict)


def wrong_lines(directory: Path) -> list[Line]:
    """Wrong settings, on the command line, in the environment, and in a file."""

    def file(name: str, content: str) -> str:
        (directory / name).write_text(content)
        return str(directory / name)

    missing = str(directory / "missing")
    plain = file("plain.txt", "no directory")
    broken, unknown = file("broken.json", '{"listen":'), file("unknown.json", '{"listne": "127.0.0.1:1"}')
    wrong, array = file("wrong.json", '{"drain": [1]}'), file("array.json", "[]")
    value = file("value.json", '{"threshold": "many", "driver": "none"}')
    drivers = file("drivers.yaml", "drivers:\n  - type: s3\n    buckte: payloads\n    region: eu-central-1\n")
    rules = file(
        "rules.yaml",
        f"drivers: [{{type: local-disk, name: other, root: {directory}}}]\nrules: [{{namespace: a, driver: otehr}}]\n",
    )
    pem = file("not.pem", "not a certificate")
    return [
        Line([], ["--driver", "local-disk", "none"]),
        Line(["--driver", "local-disk"], ["--store", "directory"]),
        Line(["--driver", "tape"], ["--driver", '"tape"', "local-disk"]),
        Line(["--driver", "local-disk", "--store", missing], ["--store", missing, "create it"]),
        Line(["--driver", "local-disk", "--store", plain], ["--store", plain, "not a directory"]),
        Line(["--driver", "local-disk", "--store", ""], ["--store"]),
        Line([*NONE, "--threshold", "many"], ["--threshold", '"many"', "all"]),
        Line([*NONE, "--threshold=-1"], ["--threshold", '"-1"']),
        Line([*NONE, "--threshold", "99999999999999999999"], ["--threshold"]),
        Line([*NONE, "--listen", "somewhere"], ["--listen", '"somewhere"', "HOST:PORT"]),
        Line([*NONE, "--listen", "127.0.0.1:70000"], ["--listen", "HOST:PORT"]),
        Line([*NONE, "--listen", "127.0.0.1:"], ["--listen", "HOST:PORT"]),
        Line([*NONE, "--listen", "no-such-host.invalid:7243"], ["--listen", "no-such-host.invalid", "no address"]),
        Line([*NONE, "--target", "http://127.0.0.1:7233"], ["--target", "HOST:PORT"]),
        Line([*NONE, "--target", "127.0.0.1:0"], ["--target", "HOST:PORT"]),
        Line([*NONE, "--metrics", "9090"], ["--metrics", "HOST:PORT"]),
        Line([*NONE, "--max-message-bytes", "1"], ["--max-message-bytes", "65536"]),
        Line([*NONE, "--max-message-bytes", "1e9"], ["--max-message-bytes", "whole number"]),
        Line([*NONE, "--upstream-connections", "0"], ["--upstream-connections", "1 to 1024"]),
        Line([*NONE, "--drain", "soon"], ["--drain", "whole number"]),
        Line([*NONE, "--log-level", "loud"], ["--log-level", "info"]),
        Line([*NONE, "--target-tls-ca", missing], ["--target-tls-ca", "cannot be read"]),
        Line([*NONE, "--target-tls-cert", pem], ["--target-tls-cert", "--target-tls-key"]),
        Line([*NONE, "--listen-tls-key", pem], ["--listen-tls-key", "--listen-tls-cert"]),
        Line([*NONE, "--listen-tls-client-ca", pem], ["--listen-tls-client-ca", "--listen-tls-cert"]),
        Line([*NONE, "--target-tls-ca", pem], ["--target-tls-ca"]),
        Line([*NONE, "--listen-tls-cert", pem, "--listen-tls-key", pem], ["--listen-tls-cert"]),
        Line([*NONE, "--port-file", f"{missing}/port", "--listen", "127.0.0.1:0"], ["--port-file", "written"]),
        Line([*NONE, "--config", missing], ["--config", missing, "cannot be read"]),
        Line([*NONE, "--config", broken], ["--config", broken, "neither YAML nor JSON", "line 2"]),
        Line([*NONE, "--config", array], ["--config", array, "names and values"]),
        Line([*NONE, "--config", unknown], ['"listne"', unknown, 'did you mean "listen"?', "--help"]),
        Line([*NONE, "--config", wrong], ['"drain"', wrong]),
        Line(["--config", value], ['"threshold"', value, "all"]),
        Line(["--config", drivers], ["line 3", drivers, '"buckte"', 'did you mean "bucket"?']),
        Line(["--config", drivers, "--bucket", "b"], ["--bucket", "contradicts", drivers]),
        Line(["--config", rules], ["line 2", rules, '"otehr"', 'did you mean "other"?']),
        Line([*NONE, "--log-format", "xml"], ["--log-format", "json"]),
        Line(["--driver", "local-disk", "--store", plain, "--bucket", "b"], ["--bucket", "s3", "local-disk"]),
        Line(NONE, ["TEMPORAL_STORAGE_TARGET", "HOST:PORT"], environment={"TEMPORAL_STORAGE_TARGET": "nowhere"}),
        Line([*NONE, "--no-such-option"], ["--no-such-option", "--help"]),
        Line([*NONE, "word"], ["'word'", "--help"]),
        Line([*NONE, "--listen"], ["--listen", "--help"]),
    ]


async def run(bench: Bench, line: Line) -> tuple[int, list[str], str]:
    """The exit code, the lines on standard error, and standard output."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("TEMPORAL_STORAGE_")}
    process = await asyncio.create_subprocess_exec(
        bench.binary,
        "proxy",
        *line.arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**inherited, **line.environment},
    )
    try:
        async with asyncio.timeout(20):
            output, errors = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        raise CaseFailure(f"{' '.join(line.arguments)}: still running after 20 s") from None
    assert process.returncode is not None
    return process.returncode, errors.decode().splitlines(), output.decode()


async def check(bench: Bench, lines: list[Line]) -> str:
    problems: list[str] = []
    for line in lines:
        shown = " ".join([*(f"{key}={value}" for key, value in line.environment.items()), *line.arguments]) or "nothing"
        shown = shown.replace(str(bench.directory), "DIR")
        try:
            code, errors, output = await run(bench, line)
        except CaseFailure as failure:
            problems.append(str(failure))
            continue
        # What the log says at the level info before it fails is no error.
        errors = [each for each in errors if not re.match(r"\d{4}-\d\d-\d\dT\S+ info ", each)]
        if code != line.code:
            problems.append(f"[{shown}] exit code {code}, wanted {line.code}: {errors}")
        elif len(errors) != 1:
            problems.append(f"[{shown}] {len(errors)} lines on standard error: {errors}")
        elif missing := [text for text in line.says if text not in errors[0]]:
            problems.append(f"[{shown}] lacks {missing}: {errors[0]}")
        elif "Error Domain" in errors[0] or "UserInfo" in errors[0]:
            problems.append(f"[{shown}] not for people: {errors[0]}")
        elif output:
            problems.append(f"[{shown}] on standard output: {output}")
    holds(f"{len(problems)} of {len(lines)}: " + " | ".join(problems), not problems)
    return f"{len(lines)} command lines"


@case("command-lines", seconds=240)
async def command_lines(bench: Bench) -> str:
    """A wrong setting ends the command with code 64 and one line that names it and says what to do."""
    return await check(bench, wrong_lines(bench.directory))


@case("addresses-in-use")
async def addresses_in_use(bench: Bench) -> str:
    """An address that cannot be listened on ends the command with code 69 and one line that says why."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        return await check(
            bench,
            [
                Line([*NONE, "--listen", address], [address, "in use"], code=69),
                Line([*NONE, "--listen", "127.0.0.1:0", "--metrics", address], [address, "metrics", "in use"], code=69),
                Line([*NONE, "--listen", "192.0.2.1:7243"], ["192.0.2.1:7243", "no such address"], code=69),
            ],
        )
