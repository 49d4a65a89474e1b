#!/usr/bin/env python3
# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""A filter in front of an S3 store that answers as other stores do, and a way to run a program through it.

    eval "$(Scripts/dev-services env)"
    store_dialects.py b2|minio|oss COMMAND...

The command finds the filter in `S3_ENDPOINT`. Afterwards the filter says what it refused, and the last line is a tally. The
exit code is the command's, or 3 if nothing was refused, because then nothing was tried.

- `b2`: Backblaze B2 answers 400 `InvalidArgument` to every field that has to do with checksums, and 501 to conditions.
- `minio`: MinIO of old answers 501 to conditions, and demands `Content-MD5` where several objects are deleted.
- `oss`: Alibaba's OSS answers 409 `FileAlreadyExists`, or a cache before it 304, if a conditional write finds an object.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from store_gate import StoreGate

DIALECTS = ("b2", "minio", "oss")


def refusal(status: int, code: str, message: str) -> web.Response:
    text = f'<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code><Message>{message}</Message></Error>'
    return web.Response(status=status, body=text.encode(), content_type="application/xml")


class DialectGate(StoreGate):
    """A gate that refuses what the store of a dialect refuses, and counts it."""

    def __init__(self, endpoint: str, dialect: str) -> None:
        super().__init__(endpoint)
        self._dialect = dialect
        self._presents = 0
        self.refused: Counter[str] = Counter()
        """Refusals so far, by reason."""

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse | None:
        return self._translated(request, await super()._answer(request))

    def _refused(self, request: web.BaseRequest, body: bytes) -> web.Response | None:
        if self._dialect == "b2":
            for name in request.headers:
                if name.lower().startswith(("x-amz-checksum-", "x-amz-sdk-checksum-")):
                    self.refused["checksum"] += 1
                    message = f"Unsupported header '{name.lower()}' received for this API call."
                    return refusal(400, "InvalidArgument", message)
        if self._dialect != "oss" and "If-None-Match" in request.headers:
            self.refused["condition"] += 1
            message = "A header you provided implies functionality that is not implemented"
            return refusal(501, "NotImplemented", message)
        if self._dialect == "minio" and request.method == "POST" and "delete" in request.rel_url.query:
            digest = request.headers.get("Content-MD5")
            if digest is None:
                self.refused["no Content-MD5"] += 1
                return refusal(400, "MissingContentMD5", "Missing required header for this request: Content-Md5.")
            if digest != base64.b64encode(hashlib.md5(body).digest()).decode():
                return refusal(400, "BadDigest", "The Content-Md5 you specified did not match what we received.")
        return None

    def _translated(self, request: web.BaseRequest, answer: web.StreamResponse | None) -> web.StreamResponse | None:
        if self._dialect != "oss" or answer is None or answer.status != 412 or "If-None-Match" not in request.headers:
            return answer
        self.refused["present"] += 1
        self._presents += 1
        if self._presents % 2:
            return refusal(409, "FileAlreadyExists", "The object you specified already exists and can not be overwritten.")
        return web.Response(status=304)


@asynccontextmanager
async def dialect_gate(endpoint: str, dialect: str) -> AsyncIterator[DialectGate]:
    gate = DialectGate(endpoint, dialect)
    await gate.start()
    try:
        yield gate
    finally:
        await gate.stop()


async def main(dialect: str, command: list[str]) -> int:
    async with dialect_gate(os.environ["S3_ENDPOINT"], dialect) as gate:
        process = await asyncio.create_subprocess_exec(*command, env=os.environ | {"S3_ENDPOINT": gate.url})
        code = await process.wait()
        code = code or (0 if gate.refused else 3)
        print(f"{dialect}: {sum(gate.requests.values())} requests, refused {dict(gate.refused)}")
        print(f"{int(code == 0)} passed, {int(code != 0)} failed", flush=True)
        return code


if __name__ == "__main__":
    if len(sys.argv) < 3 or sys.argv[1] not in DIALECTS:
        sys.exit(__doc__)
    sys.exit(asyncio.run(main(sys.argv[1], sys.argv[2:])))
