# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""A client of HTTP/2 that sends whatever it is told to: headers that no SDK sends, bodies cut anywhere."""

from __future__ import annotations

import socket
import struct
import time
from dataclasses import dataclass, field

import h2.config
import h2.connection
import h2.events
import h2.exceptions
import h2.settings

Fields = list[tuple[bytes, bytes]]


@dataclass
class Answer:
    """How a stream ended."""

    http: str = ""
    """The status of HTTP; empty if there was none."""
    grpc: str = ""
    """The status of gRPC, as a number."""
    text: str = ""
    reset: int | None = None
    """The code of the reset that ended it without a status."""
    lost: bool = False
    """The connection ended first."""
    late: bool = False
    """Nothing ended it in time."""
    body: bytes = b""
    trailers: dict[bytes, bytes] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """In a word, to compare two answers by."""
        if self.grpc:
            return f"status {self.grpc}"
        if self.lost:
            return "connection lost"
        if self.reset is not None:
            return "reset"
        if self.late:
            return "no answer"
        return f"http {self.http}"

    def messages(self) -> list[bytes]:
        """The messages in the body."""
        found, rest = [], self.body
        while len(rest) >= 5:
            length = struct.unpack(">I", rest[1:5])[0]
            found.append(rest[5 : 5 + length])
            rest = rest[5 + length :]
        return found


class Connection:
    """One connection; not for several threads."""

    def __init__(self, address: str) -> None:
        host, _, port = address.rpartition(":")
        self.socket = socket.create_connection((host, int(port)), timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        config = h2.config.H2Configuration(
            client_side=True,
            header_encoding=None,
            validate_outbound_headers=False,
            normalize_outbound_headers=False,
            validate_inbound_headers=False,
        )
        self.h2 = h2.connection.H2Connection(config)
        self.h2.local_settings.max_header_list_size = 16 * 1_048_576
        self.h2.decoder.max_header_list_size = 16 * 1_048_576
        encode = self.h2.encoder.encode

        def sparing(fields: Fields, huffman: bool = True) -> bytes:
            """The time of its Huffman codes grows with the square of a value's size."""
            return encode(fields, huffman=huffman and all(len(field[1]) < 65_536 for field in fields))

        self.h2.encoder.encode = sparing
        self.h2.initiate_connection()
        self.h2.increment_flow_control_window(64 * 1_048_576)
        self.answers: dict[int, Answer] = {}
        self.ended: set[int] = set()
        self.alive = True
        self.reason = ""
        self.rest = b""
        self._flush()

    def close(self) -> None:
        self.socket.close()

    def start(self, fields: Fields, body: bytes | None = b"", *, ends: bool = True) -> int:
        """Sends a request; without a body the stream ends with the headers, if at all."""
        stream = self.h2.get_next_available_stream_id()
        self.answers[stream] = Answer()
        # A peer that has said goodbye, with its last answer perhaps, takes no more: the stream is lost.
        if not self.alive:
            return stream
        self.h2.send_headers(stream, fields, end_stream=ends and body is None)
        self._flush()
        if body is not None:
            self.send(stream, body, ends=ends)
        return stream

    def send(self, stream: int, body: bytes, *, ends: bool) -> None:
        """Sends data as windows allow, and gives up with the stream or the connection."""
        view = memoryview(body)
        deadline = time.monotonic() + 10
        while self.alive and stream not in self.ended and time.monotonic() < deadline:
            room = min(self.h2.local_flow_control_window(stream), self.h2.max_outbound_frame_size)
            if len(view) and room <= 0:
                self._receive(0.1)
                continue
            piece, view = view[:room], view[room:]
            self.h2.send_data(stream, piece.tobytes(), end_stream=ends and not len(view))
            self._flush()
            if not len(view):
                return

    def trailers(self, stream: int, fields: Fields) -> None:
        if not self.alive:
            return
        self.h2.send_headers(stream, fields, end_stream=True)
        self._flush()

    def raw(self, data: bytes) -> None:
        """Sends bytes past the state machine."""
        try:
            self.socket.sendall(data)
        except OSError as error:
            self._lose(str(error))

    def wait(self, stream: int, seconds: float = 20) -> Answer:
        """Waits until a stream has ended."""
        deadline = time.monotonic() + seconds
        while self.alive and stream not in self.ended and time.monotonic() < deadline:
            self._receive(min(0.2, max(0.01, deadline - time.monotonic())))
        answer = self.answers[stream]
        if stream not in self.ended:
            answer.lost, answer.late = not self.alive, self.alive
        return answer

    def _lose(self, reason: str) -> None:
        self.alive = False
        self.reason = self.reason or reason

    def _flush(self) -> None:
        if data := self.h2.data_to_send():
            self.raw(data)

    def _receive(self, seconds: float) -> None:
        self.socket.settimeout(seconds)
        try:
            data = self.socket.recv(1 << 18)
        except TimeoutError:
            return
        except OSError as error:
            return self._lose(str(error))
        if not data:
            return self._lose("closed")
        self.rest += data
        # One frame at a time: what comes after a "go away" is an error to h2, and would hide it.
        while self.alive and len(self.rest) >= 9 and len(self.rest) >= 9 + int.from_bytes(self.rest[:3]):
            size = 9 + int.from_bytes(self.rest[:3])
            frame, self.rest = self.rest[:size], self.rest[size:]
            try:
                events = self.h2.receive_data(frame)
            except h2.exceptions.ProtocolError as error:
                return self._lose(f"{type(error).__name__}: {error}")
            for event in events:
                self._handle(event)
        self._flush()

    def _handle(self, event: h2.events.Event) -> None:
        match event:
            case h2.events.ResponseReceived() | h2.events.TrailersReceived():
                fields = dict(event.headers)
                answer = self.answers[event.stream_id]
                answer.http = fields.get(b":status", answer.http.encode()).decode()
                answer.grpc = fields.get(b"grpc-status", answer.grpc.encode()).decode()
                answer.text = fields.get(b"grpc-message", b"").decode(errors="replace")
                answer.trailers.update(fields)
            case h2.events.DataReceived():
                self.answers[event.stream_id].body += event.data
                if event.flow_controlled_length:
                    self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            case h2.events.StreamReset():
                answer = self.answers[event.stream_id]
                if not answer.grpc and not answer.http.strip():
                    answer.reset = event.error_code
                elif not answer.grpc and event.error_code:
                    answer.reset = event.error_code
                self.ended.add(event.stream_id)
            case h2.events.StreamEnded():
                self.ended.add(event.stream_id)
            case h2.events.ConnectionTerminated():
                self._lose(f"go away {int(event.error_code or 0)}")
