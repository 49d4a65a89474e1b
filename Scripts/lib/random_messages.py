# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
"""Random messages of the Temporal API with the truth about their payloads, for tests of the scanner and splicer.

    python random_messages.py make FILE [--per-type N] [--seed S] [--max-bytes B] [--types a,b,…]
    python random_messages.py check FILE RESULTS

`make` writes cases: messages of every type in the table, and of some that are not. The truth comes from a walk by
reflection over the decoded message, which knows the decisions (`payload_decisions.py`) and nothing of wire bytes.

`check` compares what a splicer made of the cases with the truth by decoding both; for the cases whose bytes have no
canonical form to compare (flag 1 not set). RESULTS holds, in the order of the cases, a 32-bit length and the bytes.

The file (integers are little-endian; "blob" is a 32-bit length and the bytes):

    8 bytes   "TESMSG01"
    blob      the replacement: the serialized payload that stands in for each expected payload
    u32       count of cases; then per case:
    u16+name  full name of the message type, a 16-bit length and UTF-8
    u8        direction: 0 offload, 1 resolve
    u8        flags: 1 the message is in canonical form, so that what a splicer makes must be equal to the last blob
              byte for byte; 2 a payload inside is not in canonical form, so that its bytes as they stand in the
              message can differ from the expected ones though both decode to the same; 4 a singular field stands
              twice somewhere on the way to a payload, so that the message has to be merged before anything is
              replaced; 8 a member of a oneof is followed by another member, which replaces it, and the payloads in
              the first one are none of the message's
    blob      the message
    u32       count of expected payloads; then each as a blob: serialized deterministically (fields by number, map
              entries by key), sorted as bytes
    blob      the message, serialized deterministically, after each expected payload was replaced

Offload expects every payload of at least one byte that may be stored at the threshold 1: no references and marked
payloads (ES-W7), nothing read-only, no nil in memo upserts (ES-C5), no system envelope, but what is in it (ES-C4).
Resolve expects every reference (ES-W2), except in search attributes and count groups.
"""

import argparse
import os
import random
import struct
import sys

import descriptors
import payload_decisions
import payload_paths
from google.protobuf import message_factory

MAGIC = b"TESMSG01"
OFFLOAD, RESOLVE = 0, 1
CANONICAL, ODD_PAYLOAD, SPLIT, REPLACED_MEMBER = 1, 2, 4, 8

PAYLOAD = payload_paths.PAYLOAD
ANY = payload_paths.ANY
REFERENCE = "temporal.api.sdk.v1.ExternalStorageReference"
MARKER = "__temporal_external_storage_reference"
SYSTEM_PAYLOAD = "__temporal_system_payload"
SYSTEM_ENDPOINT = "__temporal_system"

# Messages without payloads: nothing may be found in them.
WITHOUT_PAYLOADS = (
    "temporal.api.workflowservice.v1.ListActivityExecutionsResponse",
    "temporal.api.workflowservice.v1.CountWorkflowExecutionsResponse",
    "temporal.api.workflowservice.v1.DescribeNamespaceResponse",
    "temporal.api.workflowservice.v1.RequestCancelWorkflowExecutionRequest",
)


def serialize(message):
    """The one serialized form that a message has."""
    return message.SerializeToString(deterministic=True)


def varint(value, extra=0):
    """A varint with up to `extra` superfluous bytes; five in all, as many as every reader takes for a length."""
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    for _ in range(min(extra, max(0, 5 - len(out)))):
        out[-1] |= 0x80
        out.append(0)
    return bytes(out)


def wire_fields(data):
    """The fields of a serialized message as (number, wire type, body or raw value, whole bytes)."""
    position, fields = 0, []

    def read_varint(at):
        value, shift = 0, 0
        while True:
            byte = data[at]
            value |= (byte & 0x7F) << shift
            at, shift = at + 1, shift + 7
            if byte < 0x80:
                return value, at

    while position < len(data):
        start = position
        tag, position = read_varint(position)
        kind = tag & 7
        if kind == 0:
            value_start = position
            _, position = read_varint(position)
            body = data[value_start:position]
        elif kind == 1:
            body, position = data[position : position + 8], position + 8
        elif kind == 5:
            body, position = data[position : position + 4], position + 4
        elif kind == 2:
            length, position = read_varint(position)
            body, position = data[position : position + length], position + length
        else:
            raise ValueError(f"wire type {kind} at {start}")
        fields.append((tag >> 3, kind, body, data[start:position]))
    return fields


class Maker:
    """Makes random messages. Everything comes from one seeded generator, so a seed always makes the same file."""

    def __init__(self, pool, table, seed):
        self.random = random.Random(seed)
        self.pool = pool
        self.table = table
        self.payload_fields = {
            name: {row.number for row in rows if row.kind != "clears"} for name, rows in table.rows.items()
        }
        self.payload_class = self.class_of(PAYLOAD)
        self.envelope_types = [
            "temporal.api.workflowservice.v1.SignalWithStartWorkflowExecutionRequest",
            "temporal.api.notificationservice.v1.OnCompleteRequest",
        ]
        self.any_types = [
            "temporal.api.update.v1.Request",
            "temporal.api.update.v1.Acceptance",
            "temporal.api.update.v1.Rejection",
            "temporal.api.update.v1.Response",
            "temporal.api.errordetails.v1.QueryFailedFailure",
            "temporal.api.errordetails.v1.MultiOperationExecutionFailure",
        ]

    def class_of(self, name):
        return message_factory.GetMessageClass(self.pool.FindMessageTypeByName(name))

    def chance(self, probability):
        return self.random.random() < probability

    def text(self):
        return self.random.choice(["", "a", "order-7", "Größe", "x" * self.random.randint(1, 40)])

    def data(self):
        # Around the sizes at which a length takes one byte more.
        length = self.random.choice([0, 1, 2, 7, 30, 120, 127, 128, 129, 200])
        if self.chance(0.003):
            length = self.random.randint(16_370, 16_390)
        return self.random.randbytes(length)

    # -- payloads --

    def payload(self, budget):
        """A payload: plain, nil, a reference, marked, half a reference, or an envelope."""
        result = self.payload_class()
        kind = self.random.choices(
            ["plain", "reference", "marked", "half", "nil", "empty", "envelope", "bare", "otherMark"],
            [30, 22, 8, 8, 6, 3, 6, 6, 4],
        )[0]
        if kind == "plain":
            result.metadata["encoding"] = self.random.choice([b"json/plain", b"binary/plain", b"binary/encrypted"])
            if self.chance(0.3):
                result.metadata[self.text()] = self.data()
            result.data = self.random.choice([b"[]", b"null", b"", self.data()])
        elif kind == "reference":
            self.fill_reference(result)
        elif kind == "marked":
            result.metadata["encoding"] = b"binary/encrypted"
            result.metadata[MARKER] = b"true"
            result.data = self.data()
        elif kind == "half":
            # Either half alone is ordinary data, and so is a marker with another value (ES-W2).
            result.data = self.data()
            half = self.random.choice(["encoding", "messageType", "marker"])
            if half == "encoding":
                result.metadata["encoding"] = b"json/protobuf"
                result.metadata["messageType"] = b"temporal.api.common.v1.WorkflowExecution"
            elif half == "messageType":
                result.metadata["encoding"] = b"json/plain"
                result.metadata["messageType"] = REFERENCE.encode()
            else:
                result.metadata["encoding"] = b"json/plain"
                result.metadata[MARKER] = self.random.choice([b"True", b"false", b"", b"true "])
        elif kind == "nil":
            result.metadata["encoding"] = b"binary/null"
        elif kind == "envelope" and budget > 0:
            self.fill_envelope(result, budget - 1)
        elif kind == "bare":
            result.data = self.data()
        elif kind == "otherMark":
            result.metadata[SYSTEM_PAYLOAD] = b"false"
            result.data = self.data()
        if kind in ("plain", "bare") and self.chance(0.1):
            self.add_unknown(result)
        return result

    def fill_reference(self, payload):
        payload.metadata["encoding"] = b"json/protobuf"
        payload.metadata["messageType"] = REFERENCE.encode()
        payload.data = b'{"driverName":"d","claimData":{"key":"%d"}}' % self.random.randint(0, 10**9)
        if self.chance(0.8):
            payload.external_payloads.add().size_bytes = self.random.randint(1, 1 << 40)
        if self.chance(0.1):
            payload.metadata[MARKER] = b"true"

    def fill_envelope(self, payload, budget, marked=True):
        """A system Nexus envelope: a serialized request as the data of a payload (ES-C4)."""
        payload.metadata["encoding"] = b"binary/protobuf"
        if marked:
            payload.metadata[SYSTEM_PAYLOAD] = b"true"
        if self.chance(0.2):
            # A request that holds nothing anybody knows of.
            payload.metadata["messageType"] = b"temporal.api.unknown.v1.Request"
            payload.data = self.data()
        else:
            name = self.random.choice(self.envelope_types)
            payload.metadata["messageType"] = name.encode()
            payload.data = serialize(self.message(name, min(budget, 2)))

    # -- messages --

    def message(self, name, budget):
        result = self.class_of(name)()
        self.fill(result, budget)
        return result

    def fill(self, message, budget):
        """Sets fields of a message; the ones that lead to payloads more often than the others."""
        descriptor = message.DESCRIPTOR
        name = descriptor.full_name
        leading = self.payload_fields.get(name, set())
        oneofs = {oneof.name: self.random.choice(oneof.fields) for oneof in descriptor.oneofs}
        preferred = {
            oneof.name: [field for field in oneof.fields if field.number in leading] for oneof in descriptor.oneofs
        }
        for oneof, fields in preferred.items():
            if fields and self.chance(0.8):
                oneofs[oneof] = self.random.choice(fields)
        for field in descriptor.fields:
            if field.containing_oneof is not None and oneofs[field.containing_oneof.name] is not field:
                continue
            probability = 0.75 if field.number in leading else 0.2
            if self.chance(probability if budget > 0 else probability / 5):
                self.fill_field(message, field, budget)
        if name in payload_decisions.SYSTEM_ENDPOINTS and self.chance(0.4):
            message.endpoint = SYSTEM_ENDPOINT
            if self.chance(0.8):
                message.input.Clear()
                self.fill_envelope(message.input, budget - 1, marked=self.chance(0.5))
        if self.chance(0.1):
            self.add_unknown(message)

    def fill_field(self, message, field, budget):
        child = field.message_type.full_name if field.message_type else None
        if child == ANY and (message.DESCRIPTOR.full_name, field.name) in payload_decisions.ANY:
            self.fill_any(message, field, budget)
            return
        if (message.DESCRIPTOR.full_name, field.name) in payload_decisions.HISTORY_BLOBS:
            self.fill_blobs(message, field, budget)
            return
        if budget <= 0 and child not in (None, PAYLOAD):
            return
        if descriptors.is_map(field):
            value = field.message_type.fields_by_name["value"]
            for _ in range(self.random.randint(1, 3)):
                key = self.map_key(field.message_type.fields_by_name["key"])
                target = getattr(message, field.name)
                if value.message_type is None:
                    target[key] = self.scalar(value)
                elif value.message_type.full_name == PAYLOAD:
                    target[key].CopyFrom(self.payload(budget - 1))
                else:
                    target[key].SetInParent()
                    self.fill(target[key], budget - 1)
        elif descriptors.is_repeated(field):
            for _ in range(self.random.choice([1, 1, 2, 3])):
                if child is None:
                    getattr(message, field.name).append(self.scalar(field))
                elif child == PAYLOAD:
                    getattr(message, field.name).add().CopyFrom(self.payload(budget - 1))
                else:
                    self.fill(getattr(message, field.name).add(), budget - 1)
        elif child is None:
            setattr(message, field.name, self.scalar(field))
        elif child == PAYLOAD:
            getattr(message, field.name).CopyFrom(self.payload(budget - 1))
        elif child.startswith("google.protobuf."):
            self.fill_well_known(getattr(message, field.name))
        else:
            getattr(message, field.name).SetInParent()
            self.fill(getattr(message, field.name), budget - 1)

    def fill_well_known(self, message):
        message.SetInParent()
        if message.DESCRIPTOR.full_name in ("google.protobuf.Duration", "google.protobuf.Timestamp"):
            message.seconds = self.random.randint(0, 10**9)

    def fill_any(self, message, field, budget):
        repeated = descriptors.is_repeated(field)
        for _ in range(self.random.randint(1, 2) if repeated else 1):
            target = getattr(message, field.name).add() if repeated else getattr(message, field.name)
            if budget <= 0 or self.chance(0.25):
                target.type_url = self.random.choice(
                    ["type.googleapis.com/some.other.v1.Message", "", "temporal.api.update.v1.Requests", "/"]
                )
                target.value = self.data()
            else:
                name = self.random.choice(self.any_types)
                target.type_url = "type.googleapis.com/" + name
                target.value = serialize(self.message(name, min(budget - 1, 4)))

    def fill_blobs(self, message, field, budget):
        for _ in range(self.random.randint(1, 2)):
            blob = getattr(message, field.name).add()
            blob.encoding_type = self.random.choice([0, 1, 1, 1, 2])
            if blob.encoding_type == 1:
                blob.data = serialize(self.message("temporal.api.history.v1.History", budget - 1))
            else:
                blob.data = self.data()

    def map_key(self, field):
        if field.type == field.TYPE_STRING:
            return self.random.choice(["", "a", "key", "Schlüssel", f"k{self.random.randint(0, 99)}"])
        return self.random.randint(0, 100)

    def scalar(self, field):
        if field.type == field.TYPE_STRING:
            return self.text()
        if field.type == field.TYPE_BYTES:
            return self.data()
        if field.type == field.TYPE_BOOL:
            return self.chance(0.5)
        if field.type == field.TYPE_ENUM:
            return self.random.choice(field.enum_type.values).number
        if field.type in (field.TYPE_FLOAT, field.TYPE_DOUBLE):
            return float(self.random.randint(-9, 9))
        if field.type in (field.TYPE_UINT32, field.TYPE_UINT64, field.TYPE_FIXED32, field.TYPE_FIXED64):
            return self.random.choice([0, 1, 300, (1 << 32) - 1])
        return self.random.choice([0, 1, -1, 300, (1 << 31) - 1])

    def add_unknown(self, message):
        """Fields that no version of the API has yet, of every wire type."""
        body = self.data()
        message.MergeFromString(
            self.random.choice(
                [
                    varint(60001 << 3 | 2) + varint(len(body)) + body,
                    varint(60002 << 3 | 0) + varint(self.random.getrandbits(60)),
                    varint(60003 << 3 | 5) + b"\x01\x02\x03\x04",
                    varint(60004 << 3 | 1) + b"\x01\x02\x03\x04\x05\x06\x07\x08",
                ]
            )
        )

    # -- other bytes for the same message --

    def disturb(self, data, descriptor, state):
        """Serializes the message in `data` differently: out of order, long varints, split submessages.

        Goes into messages, never into payloads, `Any`, blobs and bytes: what stands there is not looked at by
        protobuf, and stays canonical. `state` collects flags.
        """
        name = descriptor.full_name
        pieces = []
        for number, kind, body, whole in wire_fields(data):
            field = descriptor.fields_by_number.get(number)
            child = field.message_type if field is not None else None
            if kind != 2 or child is None:
                pieces.append((number, whole))
                continue
            in_table = number in self.payload_fields.get(name, ())
            bodies = [body]
            opaque = child.full_name in (ANY, payload_paths.DATA_BLOB) or child.full_name.startswith("google.protobuf.")
            if child.full_name == PAYLOAD:
                if in_table and self.chance(0.05) and body:
                    # The data once more in front: the last one counts.
                    body = varint(2 << 3 | 2) + b"\x03old" + self.with_data(body)
                    state["flags"] |= ODD_PAYLOAD
                    bodies = [body]
            elif not opaque:
                bodies = [self.disturb(body, child, state)]
            singular = not descriptors.is_repeated(field)
            if singular and not opaque and not descriptor.GetOptions().map_entry and self.chance(0.12):
                bodies = self.split(bodies[0])
                if in_table and len(bodies) > 1:
                    state["flags"] |= SPLIT
            has_rivals = field.containing_oneof is not None and name in self.payload_fields
            if has_rivals and self.chance(0.06):
                loser = self.replaced_member(descriptor, field)
                if loser is not None:
                    pieces.append((number, loser))
                    state["flags"] |= REPLACED_MEMBER
            for part in bodies:
                tag = varint(number << 3 | 2, self.random.choice([0, 0, 0, 1, 2]))
                length = varint(len(part), self.random.choice([0, 0, 1, 3]))
                pieces.append((number, tag + length + part))
        if self.chance(0.5):
            # Any order will do, as long as the occurrences of one field, and of one oneof, keep theirs.
            groups = {}
            for number, piece in pieces:
                field = descriptor.fields_by_number.get(number)
                oneof = descriptors.real_oneof(field) if field is not None else None
                unknown = "unknown" if field is None else None
                groups.setdefault(unknown or (oneof.name if oneof else number), []).append(piece)
            order = [key for key, group in groups.items() for _ in group]
            self.random.shuffle(order)
            iterators = {key: iter(group) for key, group in groups.items()}
            return b"".join(next(iterators[key]) for key in order)
        return b"".join(piece for _, piece in pieces)

    def replaced_member(self, descriptor, field):
        """Another member of the field's oneof, to stand in front of it, where it does not count.

        Sometimes an earlier value of the field itself stands in front of both: the other member has cleared it.
        """
        oneof = descriptors.real_oneof(field)
        if oneof is None:
            return None
        others = [other for other in oneof.fields if other.number != field.number and other.message_type is not None]
        if not others:
            return None
        cleared = self.member(field) if self.chance(0.5) else b""
        return cleared + self.member(self.random.choice(others))

    def member(self, field):
        """A field with any message that fits into it."""
        name = field.message_type.full_name
        body = serialize(self.payload(0) if name == PAYLOAD else self.message(name, 2))
        return varint(field.number << 3 | 2) + varint(len(body)) + body

    def with_data(self, body):
        """A payload's bytes with its data present, so that data in front of it does not count."""
        if any(number == 2 for number, _, _, _ in wire_fields(body)):
            return body
        return body + varint(2 << 3 | 2) + b"\x00"

    def split(self, body):
        """One body as two that merge to it."""
        fields = wire_fields(body)
        if len(fields) < 2:
            return [body]
        cut = self.random.randint(1, len(fields) - 1)
        return [b"".join(part[3] for part in fields[:cut]), b"".join(part[3] for part in fields[cut:])]


class Walk:
    """The truth: finds the payloads of a decoded message by reflection, and replaces them if asked to."""

    def __init__(self, pool, direction, replacement=None):
        self.pool = pool
        self.direction = direction
        self.replacement = replacement
        self.found = []

    def message(self, message, read_only=False, skip_nil=False):
        """Visits a message; every payload found is listed, and replaced by `replacement` if there is one."""
        descriptor = message.DESCRIPTOR
        for field in descriptor.fields:
            place = (descriptor.full_name, field.name)
            if field.message_type is None or place in payload_decisions.NEVER or not self.is_set(message, field):
                continue
            child = field.message_type.full_name
            here_read_only = read_only or place in payload_decisions.READ_ONLY
            here_skip_nil = skip_nil or place in payload_decisions.SKIP_NIL
            for each in self.children(message, field):
                if child == ANY:
                    if place in payload_decisions.ANY:
                        self.any(each, here_read_only)
                elif place in payload_decisions.HISTORY_BLOBS:
                    self.blob(each, here_read_only)
                elif each.DESCRIPTOR.full_name == PAYLOAD:
                    self.payload(each, message, here_read_only, here_skip_nil)
                else:
                    self.message(each, here_read_only, here_skip_nil)

    @staticmethod
    def is_set(message, field):
        return len(getattr(message, field.name)) > 0 if descriptors.is_repeated(field) else message.HasField(field.name)

    @staticmethod
    def children(message, field):
        value = getattr(message, field.name)
        if descriptors.is_map(field):
            if field.message_type.fields_by_name["value"].message_type is None:
                return []
            return [value[key] for key in value]
        return list(value) if descriptors.is_repeated(field) else [value]

    def payload(self, payload, parent, read_only, skip_nil):
        metadata = payload.metadata
        is_reference = metadata.get(MARKER) == b"true" or (
            metadata.get("encoding") == b"json/protobuf" and metadata.get("messageType") == REFERENCE.encode()
        )
        if is_reference:
            if self.direction == RESOLVE:
                self.take(payload)
            return
        endpoint = payload_decisions.SYSTEM_ENDPOINTS.get(parent.DESCRIPTOR.full_name)
        in_system = endpoint is not None and getattr(parent, endpoint) == SYSTEM_ENDPOINT
        if in_system or metadata.get(SYSTEM_PAYLOAD) == b"true":
            self.envelope(payload, read_only)
            return
        if self.direction == RESOLVE or read_only or payload.ByteSize() == 0:
            return
        if skip_nil and (metadata.get("encoding") == b"binary/null" or payload.data in (b"", b"[]", b"null")):
            return
        self.take(payload)

    def take(self, payload):
        self.found.append(serialize(payload))
        if self.replacement is not None:
            payload.CopyFrom(self.replacement)

    def envelope(self, payload, read_only):
        if payload.metadata.get("encoding") != b"binary/protobuf":
            return
        inner = self.decode(payload.metadata.get("messageType", b"").decode(), payload.data)
        if inner is not None and self.changes(inner, read_only):
            payload.data = serialize(inner)

    def any(self, any_value, read_only):
        inner = self.decode(any_value.type_url.split("/")[-1], any_value.value)
        if inner is not None and self.changes(inner, read_only):
            any_value.value = serialize(inner)

    def blob(self, blob, read_only):
        if blob.encoding_type != 1:
            return
        inner = self.decode("temporal.api.history.v1.History", blob.data)
        if inner is not None and self.changes(inner, read_only):
            blob.data = serialize(inner)

    def changes(self, inner, read_only):
        before = len(self.found)
        self.message(inner, read_only)
        return self.replacement is not None and len(self.found) > before

    def decode(self, name, data):
        try:
            descriptor = self.pool.FindMessageTypeByName(name)
        except (KeyError, TypeError):
            return None
        message = message_factory.GetMessageClass(descriptor)()
        message.ParseFromString(data)
        return message


def make_case(maker, name, budget, replacement):
    """One case as bytes, or None for a message that came out too large."""
    message = maker.message(name, budget)
    data = serialize(message)
    state = {"flags": CANONICAL}
    if maker.chance(0.5):
        state["flags"] = 0
        data = maker.disturb(data, message.DESCRIPTOR, state)
    direction = maker.random.choice([OFFLOAD, RESOLVE])

    decoded = maker.class_of(name)()
    decoded.ParseFromString(data)
    if state["flags"] & CANONICAL and serialize(decoded) != data:
        raise AssertionError(f"{name}: the canonical form is not stable")
    if serialize(decoded) != serialize(message):
        raise AssertionError(f"{name}: the disturbed bytes are another message")
    truth = Walk(maker.pool, direction)
    truth.message(decoded)
    replacing = Walk(maker.pool, direction, replacement)
    replacing.message(decoded)
    assert sorted(truth.found) == sorted(replacing.found)
    return case_bytes(name, direction, state["flags"], data, sorted(truth.found), serialize(decoded))


def blob(data):
    return struct.pack("<I", len(data)) + data


def case_bytes(name, direction, flags, data, expected, replaced):
    encoded = name.encode()
    return b"".join(
        [struct.pack("<H", len(encoded)), encoded, struct.pack("<BB", direction, flags), blob(data)]
        + [struct.pack("<I", len(expected))]
        + [blob(each) for each in expected]
        + [blob(replaced)]
    )


def make(arguments):
    pool = descriptors.load()
    table = payload_paths.build(pool, payload_paths.all_messages(pool), payload_decisions)
    maker = Maker(pool, table, arguments.seed)
    replacement = maker.payload_class(data=b"replaced")
    replacement.metadata["encoding"] = b"binary/plain"
    # An entry of a map is no message that travels alone.
    names = [name for name in table.names if not pool.FindMessageTypeByName(name).GetOptions().map_entry]
    names += WITHOUT_PAYLOADS
    if arguments.types:
        names = [name for name in names if name in arguments.types.split(",")]
    cases = []
    for name in names:
        made = 0
        while made < arguments.per_type:
            case = make_case(maker, name, maker.random.choice([2, 5, 8, 11]), replacement)
            if len(case) <= arguments.max_bytes:
                cases.append(case)
                made += 1
    maker.random.shuffle(cases)
    with open(arguments.file, "wb") as file:
        file.write(MAGIC + blob(serialize(replacement)) + struct.pack("<I", len(cases)) + b"".join(cases))
    print(f"{len(cases)} cases of {len(names)} types, {os.path.getsize(arguments.file)} bytes, seed {arguments.seed}")


def read_cases(path):
    """The cases of a file as (name, direction, flags, message, expected payloads, replaced message)."""
    with open(path, "rb") as file:
        data = file.read()
    assert data[:8] == MAGIC, f"{path} is no file of cases"
    position = 8

    def take(layout):
        nonlocal position
        values = struct.unpack_from(layout, data, position)
        position += struct.calcsize(layout)
        return values[0] if len(values) == 1 else values

    def take_bytes(count):
        nonlocal position
        position += count
        assert position <= len(data), f"{path} is cut off"
        return data[position - count : position]

    take_bytes(take("<I"))
    cases = []
    for _ in range(take("<I")):
        name = take_bytes(take("<H")).decode()
        direction, flags = take("<BB")
        message = take_bytes(take("<I"))
        expected = [take_bytes(take("<I")) for _ in range(take("<I"))]
        cases.append((name, direction, flags, message, expected, take_bytes(take("<I"))))
    assert position == len(data), f"{path} has {len(data) - position} bytes too many"
    return cases


def check(arguments):
    pool = descriptors.load()
    with open(arguments.results, "rb") as file:
        data = file.read()
    position, wrong = 0, 0
    cases = read_cases(arguments.file)
    for number, (name, direction, _, _, _, replaced) in enumerate(cases):
        if position + 4 > len(data):
            sys.exit(f"case {number} of {len(cases)} has no result")
        (length,) = struct.unpack_from("<I", data, position)
        result = data[position + 4 : position + 4 + length]
        position += 4 + length
        message = message_factory.GetMessageClass(pool.FindMessageTypeByName(name))()
        try:
            message.ParseFromString(result)
        except Exception as error:
            print(f"case {number} ({name}, direction {direction}): the result is no {name}: {error}", file=sys.stderr)
            wrong += 1
            continue
        if serialize(message) != replaced:
            print(f"case {number} ({name}, direction {direction}): the result differs", file=sys.stderr)
            wrong += 1
    if position != len(data):
        sys.exit("there are more results than cases")
    if wrong:
        sys.exit(f"{wrong} of {len(cases)} cases are wrong")
    print(f"{len(cases)} cases are right")


def main():
    parser = argparse.ArgumentParser(description="Random messages and the truth about their payloads.")
    commands = parser.add_subparsers(dest="command", required=True)
    make_parser = commands.add_parser("make")
    make_parser.add_argument("file")
    make_parser.add_argument("--per-type", type=int, default=20)
    make_parser.add_argument("--seed", type=int, default=1)
    make_parser.add_argument("--max-bytes", type=int, default=200_000)
    make_parser.add_argument("--types", default="")
    make_parser.set_defaults(run=make)
    check_parser = commands.add_parser("check")
    check_parser.add_argument("file")
    check_parser.add_argument("results")
    check_parser.set_defaults(run=check)
    arguments = parser.parse_args()
    arguments.run(arguments)


if __name__ == "__main__":
    main()
