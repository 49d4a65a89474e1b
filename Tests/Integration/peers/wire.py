# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""ES-R1 to R5: headers and bodies that no SDK sends, straight to the server and through the sidecar.

    wire.py --address 127.0.0.1:7243 --server 127.0.0.1:7233

Each case is one call on a connection on which a long poll waits. It is made twice, once on each side. Both have to end
alike (the status of gRPC, that of HTTP, or a reset), unless the case says why the sidecar may do something else; and on
the sidecar's side the connection and the poll have to live on. One line per case, `ok NAME` or `FAIL NAME reason`; the
last line is `N passed, N failed`.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import struct
import sys
import uuid
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

from temporalio.api.common.v1 import Payload, Payloads, WorkflowExecution, WorkflowType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import (
    DescribeNamespaceRequest,
    GetWorkflowExecutionHistoryRequest,
    GetWorkflowExecutionHistoryResponse,
    PollWorkflowTaskQueueRequest,
    StartWorkflowExecutionRequest,
)

from raw_http2 import Answer, Connection, Fields

SERVICE = b"/temporal.api.workflowservice.v1.WorkflowService/"
KIB = 1_024


def framed(message: bytes, flag: int = 0, length: int | None = None) -> bytes:
    return struct.pack(">BI", flag, len(message) if length is None else length) + message


DESCRIBE = framed(DescribeNamespaceRequest(namespace="default").SerializeToString())


def fields(
    *further: tuple[bytes, bytes],
    method: bytes = b"DescribeNamespace",
    without: tuple[bytes, ...] = (),
    **replaced: bytes,
) -> Fields:
    """The headers of a call as they should be, but for what a case changes; `_` stands for `:` and `-`."""
    usual = [
        (b":method", b"POST"),
        (b":scheme", b"http"),
        (b":path", SERVICE + method),
        (b":authority", b"temporal.test"),
        (b"te", b"trailers"),
        (b"content-type", b"application/grpc"),
    ]
    values = {name.lstrip("_").replace("_", "-").encode(): value for name, value in replaced.items()}
    kept = [(name, values.get(name.lstrip(b":"), value)) for name, value in usual if name not in without]
    return kept + list(further)


@dataclass
class HeaderCase:
    name: str
    fields: Fields
    allowed: tuple[str, ...] = ()
    """What the sidecar may answer besides what the server does."""
    why: str = ""
    """Why it may."""
    ends_connection: str = ""
    """Why the connection may end with it."""
    body: bytes | None = DESCRIBE


def header_cases() -> list[HeaderCase]:
    def case(name: str, *further: tuple[bytes, bytes], allowed: tuple[str, ...] = (), why: str = "", **rest) -> None:
        body = rest.pop("body", DESCRIBE)
        ends = rest.pop("ends_connection", "")
        cases.append(HeaderCase(name, fields(*further, **rest), allowed, why, ends, body))

    cases: list[HeaderCase] = []
    case("plain")
    case("plain-with-proto", content_type=b"application/grpc+proto")
    case("content-type-parameters", content_type=b"application/grpc; charset=utf-8")
    case("content-type-grpcfoo", content_type=b"application/grpcfoo")
    case("content-type-json", content_type=b"application/json")
    case("content-type-missing", without=(b"content-type",))
    case("content-type-upper-case", content_type=b"Application/GRPC")
    case("te-missing", without=(b"te",))
    case("te-gzip", te=b"gzip")
    case("path-missing", without=(b":path",))
    case("method-missing", without=(b":method",))
    case("scheme-missing", without=(b":scheme",))
    case("authority-missing", without=(b":authority",), allowed=("status 0",), why="the server gets the sidecar's own")
    case("authority-empty", _authority=b"")
    case("host-instead", (b"host", b"temporal.test"), without=(b":authority",))
    case("authority-and-host", (b"host", b"other.test"))
    case("scheme-https", _scheme=b"https")
    case("scheme-unknown", _scheme=b"ftp")
    case("method-get", _method=b"GET")
    case("method-put", _method=b"PUT")
    case("path-without-slash", _path=b"DescribeNamespace")
    case("path-one-part", _path=b"/DescribeNamespace")
    case("path-empty", _path=b"")
    case("path-query", _path=SERVICE + b"DescribeNamespace?x=1")
    case("path-double-slash", _path=b"/" + SERVICE + b"DescribeNamespace")
    case("path-trailing-slash", _path=SERVICE + b"DescribeNamespace/")
    case("path-unknown-service", _path=b"/no.such.Service/Method")
    case("path-unknown-method", _path=SERVICE + b"NoSuchMethod")
    case("pseudo-twice", (b":path", SERVICE + b"DescribeNamespace"))
    case("pseudo-unknown", (b":strange", b"1"))
    case("name-upper-case", (b"X-Upper", b"1"))
    case("name-with-space", (b"a b", b"1"))
    case(
        "name-empty",
        (b"", b"1"),
        allowed=("connection lost",),
        why="as below",
        ends_connection="swift-nio-http2 takes it for a broken header table, which ends a connection",
    )
    case("name-underscore-and-dot", (b"a_b.c-d", b"1"))
    case("name-of-8-KiB", (b"n" * 8 * KIB, b"1"))
    case("value-nul", (b"x", b"a\0b"))
    case("value-cr", (b"x", b"a\rb"))
    case("value-lf", (b"x", b"a\nb"))
    case("value-empty", (b"x", b""))
    case("value-spaces-around", (b"x", b"  a  "))
    case("value-utf-8", (b"x", "schlüssel".encode()))
    case("value-latin-1", (b"x", b"\xe9\xff"))
    case("value-tab", (b"x", b"a\tb"))
    case("connection-close", (b"connection", b"close"))
    case("keep-alive", (b"keep-alive", b"1"))
    case("transfer-encoding", (b"transfer-encoding", b"chunked"))
    case("upgrade", (b"upgrade", b"h2c"))
    case("content-length-right", (b"content-length", str(len(DESCRIBE)).encode()))
    case("content-length-too-small", (b"content-length", b"1"))
    case("content-length-too-large", (b"content-length", b"100000"))
    case("content-length-negative", (b"content-length", b"-1"))
    case("content-length-no-number", (b"content-length", b"abc"))
    case("expect-continue", (b"expect", b"100-continue"))
    case("cookies", (b"cookie", b"a=1"), (b"cookie", b"b=2"))
    case("binary", (b"x-bin", b"AAECAw"))
    case("binary-padded", (b"x-bin", b"AAECAw=="))
    case("binary-broken", (b"x-bin", b"!!!"))
    case("trace", (b"grpc-trace-bin", b"AAAA"), (b"traceparent", b"00-" + b"1" * 32 + b"-" + b"2" * 16 + b"-01"))
    case("user-agent", (b"user-agent", b"grpc-go/1.82.0"))
    case("sdk-headers", (b"client-name", b"temporal-go"), (b"client-version", b"1.40.0"), (b"temporal-namespace", b"default"))
    case("timeout-second", (b"grpc-timeout", b"5S"))
    case("timeout-hours", (b"grpc-timeout", b"10H"))
    case("timeout-over-eight-digits", (b"grpc-timeout", b"123456789m"))
    case("timeout-no-unit", (b"grpc-timeout", b"1000"))
    case("timeout-unknown-unit", (b"grpc-timeout", b"1X"))
    case("timeout-negative", (b"grpc-timeout", b"-1S"))
    case("timeout-of-nothing", (b"grpc-timeout", b"0n"), allowed=("status 4", "reset"), why="the time may be over before or after a status is sent")
    case("encoding-identity", (b"grpc-encoding", b"identity"))
    case("encoding-unused", (b"grpc-encoding", b"gzip"))
    case("encoding-unknown", (b"grpc-encoding", b"snappy"))
    case("accept-encoding", (b"grpc-accept-encoding", b"identity,gzip"))
    case("status-in-a-request", (b"grpc-status", b"5"), (b"grpc-message", b"no"))
    case("no-body", body=None, allowed=("status 2", "status 13"), why="the server leaves it without an answer")
    for size in (8, 15, 16, 17, 30, 60, 120, 500):
        case(
            f"authorization-of-{size}-KiB",
            (b"authorization", b"x" * size * KIB),
            allowed=("status 0",),
            why="the server may give up reading 500 KiB",
        )
    case("authorization-of-30-KiB-random", (b"authorization", hashlib.shake_256(b"a").hexdigest(15 * KIB).encode()))
    case("headers-200", *((b"x-%d" % number, b"value") for number in range(200)))
    case("headers-3000", *((b"x-%d" % number, b"value") for number in range(3_000)))
    case("same-name-500-times", *((b"x-same", b"%d" % number) for number in range(500)))
    return cases


@dataclass
class BodyCase:
    name: str
    make: Callable[[bytes], list[bytes]]
    """The data of the request, made of the message: what is sent at a time."""
    fields: Fields = field(default_factory=list)
    allowed: tuple[str, ...] = ()
    why: str = ""
    ends: bool = True
    trailers: Fields = field(default_factory=list)
    arrives: bool = True
    """Whether the workflow's input is read back, if it was started."""


GZIP = [(b"grpc-encoding", b"gzip")]


def members(message: bytes, count: int) -> bytes:
    size = -(-len(message) // count)
    return b"".join(gzip.compress(message[at : at + size]) for at in range(0, len(message), size))


def body_cases() -> list[BodyCase]:
    cases: list[BodyCase] = []

    def case(name: str, make: Callable[[bytes], list[bytes]], *, gz: bool = False, **rest) -> None:
        cases.append(BodyCase(name, make, GZIP if gz else [], **rest))

    cut = "the sidecar says that the request ended within a message, where the server says EOF"
    lenient = "what Go's gzip takes, and what it does not, is not all the same"
    case("whole", lambda m: [framed(m)])
    case("byte-by-byte-prefix", lambda m: [bytes([each]) for each in framed(m)[:5]] + [m])
    case("prefix-then-body", lambda m: [framed(m)[:5], m])
    case("in-pieces-of-1000", lambda m: [framed(m)[at : at + 1_000] for at in range(0, len(m) + 5, 1_000)])
    case("empty-data-between", lambda m: [framed(m)[:7], b"", framed(m)[7:]])
    case("empty-data-at-the-end", lambda m: [framed(m), b""])
    case("no-data", lambda m: [b""])
    case("prefix-cut", lambda m: [framed(m)[:3]], allowed=("status 13",), why=cut)
    case("prefix-alone", lambda m: [framed(m)[:5]], allowed=("status 13",), why=cut)
    case("message-cut", lambda m: [framed(m)[:-1]], allowed=("status 13",), why=cut)
    case("length-too-small", lambda m: [framed(m, length=len(m) - 1)])
    case("length-too-large", lambda m: [framed(m, length=len(m) + 1)], allowed=("status 13",), why=cut)
    case("length-enormous", lambda m: [framed(m, length=0xFFFF_FFFF)], allowed=("status 8", "status 13"),
         why="either says that it is too large")
    case("length-0", lambda m: [framed(b"")])
    case("flag-2", lambda m: [framed(m, flag=2)], allowed=("status 13", "status 12"), why="either refuses it")
    case("flag-255", lambda m: [framed(m, flag=255)], allowed=("status 13", "status 12"), why="either refuses it")
    case("two-messages", lambda m: [framed(m) + framed(m)], allowed=("status 13", "status 12", "status 0"),
         why="a unary call has one message; servers differ in what they do with more")
    case("message-and-rubbish", lambda m: [framed(m) + b"rub"], allowed=("status 13", "status 0"),
         why="a unary call has one message; servers differ in what they do with more")
    case("no-protobuf", lambda m: [framed(b"\xff\xff\xff")])
    case("compressed-unnamed", lambda m: [framed(gzip.compress(m), flag=1)])
    case("gzip", lambda m: [framed(gzip.compress(m), flag=1)], gz=True)
    case("gzip-not-used", lambda m: [framed(m)], gz=True)
    case("gzip-level-0", lambda m: [framed(gzip.compress(m, 0), flag=1)], gz=True)
    case("gzip-two-members", lambda m: [framed(members(m, 2), flag=1)], gz=True)
    case("gzip-seven-members", lambda m: [framed(members(m, 7), flag=1)], gz=True)
    case("gzip-member-of-nothing", lambda m: [framed(gzip.compress(b"") + gzip.compress(m), flag=1)], gz=True)
    case("gzip-named-file", lambda m: [framed(named(m), flag=1)], gz=True)
    case("gzip-cut", lambda m: [framed(gzip.compress(m)[:-9], flag=1)], gz=True)
    case("gzip-without-trailer", lambda m: [framed(gzip.compress(m)[:-8], flag=1)], gz=True)
    case("gzip-wrong-checksum", lambda m: [framed(gzip.compress(m)[:-8] + b"\0" * 8, flag=1)], gz=True)
    case("gzip-rubbish-behind", lambda m: [framed(gzip.compress(m) + b"rubbish", flag=1)], gz=True)
    case("gzip-zeros-behind", lambda m: [framed(gzip.compress(m) + b"\0" * 8, flag=1)], gz=True,
         allowed=("status 13", "status 0"), why=lenient)
    case("gzip-of-nothing", lambda m: [framed(b"", flag=1)], gz=True, allowed=("status 3", "status 13"), why=lenient)
    case("gzip-rubbish", lambda m: [framed(b"rubbish", flag=1)], gz=True)
    case("zlib-for-gzip", lambda m: [framed(zlib.compress(m), flag=1)], gz=True)
    case("deflate-for-gzip", lambda m: [framed(zlib.compress(m)[2:-4], flag=1)], gz=True)
    case("trailers", lambda m: [framed(m)], trailers=[(b"x-late", b"1")])
    return cases


def named(message: bytes) -> bytes:
    """A member with a file name and a time in its header."""
    plain = gzip.compress(message)
    return plain[:3] + b"\x08" + b"\x01\x02\x03\x04" + plain[8:10] + b"name.bin\0" + plain[10:]


# ---- one side ---------------------------------------------------------------------------------------------------


class Bystander:
    """A connection with a long poll on it, to see what becomes of both."""

    def __init__(self, address: str) -> None:
        self.connection = Connection(address)
        queue = TaskQueue(name=f"wire-{uuid.uuid4().hex[:8]}")
        request = PollWorkflowTaskQueueRequest(namespace="default", task_queue=queue, identity="wire")
        self.poll = self.connection.start(
            fields((b"grpc-timeout", b"60S"), method=b"PollWorkflowTaskQueue"), framed(request.SerializeToString())
        )

    def harm(self) -> str:
        """What has happened to others; nothing if all is well."""
        if not self.connection.alive:
            return f"the connection ended ({self.connection.reason})"
        answer = self.connection.wait(self.connection.start(fields(), DESCRIBE))
        if answer.kind != "status 0":
            return f"the next call on the connection: {answer.kind} {answer.text} {self.connection.reason}"
        if self.poll in self.connection.ended:
            return f"the long poll ended: {self.connection.answers[self.poll].kind}"
        return ""

    def close(self) -> None:
        self.connection.close()


def headers(address: str, case: HeaderCase) -> tuple[Answer, str]:
    side = Bystander(address)
    try:
        stream = side.connection.start(case.fields, case.body)
        # A request without a body may wait for one for ever; a busy machine takes seconds for thousands of fields.
        return side.connection.wait(stream, 5 if case.body is None else 20), side.harm()
    finally:
        side.close()


def body(address: str, case: BodyCase, payload: bytes) -> tuple[Answer, str]:
    """Starts a workflow with the payload, and reads its input back."""
    side = Bystander(address)
    try:
        workflow_id = f"wire-{case.name}-{uuid.uuid4().hex[:8]}"
        request = StartWorkflowExecutionRequest(
            namespace="default",
            workflow_id=workflow_id,
            workflow_type=WorkflowType(name="Nothing"),
            task_queue=TaskQueue(name=workflow_id),
            input=Payloads(payloads=[Payload(metadata={"encoding": b"binary/plain"}, data=payload)]),
            request_id=uuid.uuid4().hex,
        )
        request.workflow_run_timeout.FromSeconds(60)
        connection = side.connection
        pieces = case.make(request.SerializeToString())
        stream = connection.start(fields(*case.fields, method=b"StartWorkflowExecution"), None, ends=False)
        for number, piece in enumerate(pieces):
            connection.send(stream, piece, ends=case.ends and not case.trailers and number == len(pieces) - 1)
        if case.trailers:
            connection.trailers(stream, case.trailers)
        answer = connection.wait(stream)
        if answer.kind == "status 0":
            read = connection.wait(
                connection.start(
                    fields(method=b"GetWorkflowExecutionHistory"),
                    framed(
                        GetWorkflowExecutionHistoryRequest(
                            namespace="default", execution=WorkflowExecution(workflow_id=workflow_id)
                        ).SerializeToString()
                    ),
                )
            )
            history = GetWorkflowExecutionHistoryResponse.FromString(b"".join(read.messages()) or b"").history
            first = history.events[0].workflow_execution_started_event_attributes if history.events else None
            stored = first.input.payloads[0].data if first and first.input.payloads else b""
            if stored != payload:
                return answer, f"started with {len(stored)} bytes of input instead of {len(payload)}"
        return answer, side.harm()
    finally:
        side.close()


# ---- both -------------------------------------------------------------------------------------------------------


def judge(
    straight: tuple[Answer, str], sidecar: tuple[Answer, str], allowed: tuple[str, ...], ends_connection: str
) -> str:
    """What is wrong; nothing if all is well."""
    (wanted, _), (got, harm) = straight, sidecar
    # A server that ends the connection harms others; that is no example.
    same = got.kind == wanted.kind or (wanted.kind == "connection lost" and not got.lost)
    if not same and got.kind not in allowed:
        return f"{got.kind} ({got.text}), straight {wanted.kind} ({wanted.text})"
    if harm and not ends_connection:
        return harm
    return ""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--address", required=True, help="the sidecar")
    parser.add_argument("--server", required=True, help="the server")
    parser.add_argument("--only", default="", help="the cases whose names hold this")
    parser.add_argument("--verbose", action="store_true", help="show both answers of every case")
    arguments = parser.parse_args()
    passed = failed = 0

    def report(name: str, fault: str, answers: str) -> None:
        nonlocal passed, failed
        if fault:
            failed += 1
            print(f"FAIL {name} {fault}", flush=True)
        else:
            passed += 1
            print(f"ok {name}{': ' + answers if arguments.verbose else ''}", flush=True)

    for case in header_cases():
        if arguments.only not in case.name:
            continue
        both = headers(arguments.server, case), headers(arguments.address, case)
        report(case.name, judge(*both, case.allowed, case.ends_connection), shown(*both))
    for size in (1_000, 300_000):
        payload = hashlib.shake_256(b"payload").digest(size)
        for case in body_cases():
            name = f"{case.name}-{size}"
            if arguments.only not in name:
                continue
            both = body(arguments.server, case, payload), body(arguments.address, case, payload)
            report(name, judge(*both, case.allowed, ""), shown(*both))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


def shown(straight: tuple[Answer, str], sidecar: tuple[Answer, str]) -> str:
    parts = [f"{answer.kind} {answer.text} {harm}".strip() for answer, harm in (straight, sidecar)]
    return f"straight {parts[0]}; sidecar {parts[1]}"


if __name__ == "__main__":
    sys.exit(main())
