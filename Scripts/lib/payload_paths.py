# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
"""Makes `Sources/ExternalStorageWire/PayloadPaths+Generated.swift` from the descriptors and the decisions.

    python payload_paths.py FILE            writes FILE
    python payload_paths.py --check FILE    fails if FILE is not what would be written
    python payload_paths.py --self-test     shows that an undecided field, command or entry fails

Everything that leads to a payload and is not decided in `payload_decisions.py` is an error that names it (ES-C2).
"""

import copy
import sys
from dataclasses import dataclass, field as dataclass_field
from types import SimpleNamespace

import descriptors
import payload_decisions

PAYLOAD = "temporal.api.common.v1.Payload"
ANY = "google.protobuf.Any"
DATA_BLOB = "temporal.api.common.v1.DataBlob"
COMMAND = "temporal.api.command.v1.Command"

KINDS = {"message": 0, "payload": 1, "any": 2, "taskToken": 3, "historyBlob": 4, "clears": 5}
NO_TYPE = 0xFFFF
TARGET_RULES = {"task": 0, "child": 1, "external": 2, "continueAsNew": 3, "completeWorkflow": 4, "none": None}

# Names that MessageType.swift gives to messages beyond the table.
RESERVED_NAMES = {"anyValue", "payload", "dataBlob"}


class Undecided(Exception):
    """What the descriptors and the decisions disagree on, one line each."""

    def __init__(self, problems):
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass
class Row:
    """One field of one message of the table."""

    number: int
    name: str
    kind: str
    child: str | None
    repeated: bool
    oneof: int
    read_only: bool = False
    skip_nil: bool = False


@dataclass
class Table:
    """The whole table: rows by message, and what hangs on them."""

    rows: dict = dataclass_field(default_factory=dict)
    endpoints: dict = dataclass_field(default_factory=dict)
    command_targets: dict = dataclass_field(default_factory=dict)
    methods: list = dataclass_field(default_factory=list)

    @property
    def names(self):
        return sorted(self.rows)


def is_outside(name, decisions):
    """Whether a message belongs to a part of the API that is left out on purpose."""
    return any(name.startswith(prefix) for prefix in decisions.OUTSIDE)


def in_scope(messages, decisions):
    """The messages that have to be decided on."""
    return {
        name: message
        for name, message in messages.items()
        if name.startswith(("temporal.api.", "google.rpc.")) and not is_outside(name, decisions)
    }


def bearing_messages(messages, decisions):
    """The messages that hold a payload, or lead to one, by fields that are not `NEVER`."""
    leaves = {PAYLOAD, ANY, DATA_BLOB}
    bearing = set()
    changed = True
    while changed:
        changed = False
        for name, message in messages.items():
            if name in bearing or name in leaves:
                continue
            for field in message.fields:
                child = field.message_type and field.message_type.full_name
                if (child in leaves or child in bearing) and (name, field.name) not in decisions.NEVER:
                    bearing.add(name)
                    changed = True
                    break
    return bearing


def classify(message, field, bearing, decisions):
    """The row of a field, None if it leads to no payload, or a text that says what is wrong."""
    place = (message.full_name, field.name)
    both = set(decisions.BOTH.get(message.full_name, "").split())
    child = field.message_type.full_name if field.message_type else None
    row = Row(
        number=field.number,
        name=field.name,
        kind="message",
        child=None,
        repeated=descriptors.is_repeated(field),
        oneof=0,
    )
    oneof = descriptors.real_oneof(field)
    if oneof is not None:
        row.oneof = oneof.index + 1

    decided = [
        name
        for name, entries in (
            ("NEVER", decisions.NEVER),
            ("READ_ONLY", decisions.READ_ONLY),
            ("SKIP_NIL", decisions.SKIP_NIL),
            ("ANY", decisions.ANY),
            ("HISTORY_BLOBS", decisions.HISTORY_BLOBS),
            ("TASK_TOKENS", decisions.TASK_TOKENS),
            ("OTHER_TASK_TOKENS", decisions.OTHER_TASK_TOKENS),
        )
        if place in entries
    ] + (["BOTH"] if field.name in both else [])
    where = f"{message.full_name}.{field.name} (field {field.number}, {child or 'bytes'})"

    is_token = field.type == field.TYPE_BYTES and field.name == "task_token"
    leads = is_token or child in (PAYLOAD, ANY, DATA_BLOB) or child in bearing
    # Search attributes lead to payloads too, though by nothing but fields that are never touched.
    if not leads and child == "temporal.api.common.v1.SearchAttributes":
        leads = True
    if not leads:
        return f"{where} leads to no payload, but {decided[0]} has an entry for it" if decided else None
    if not decided:
        return f"{where} leads to a payload, and nothing in payload_decisions.py says what becomes of it"
    if len(decided) > 1:
        return f"{where} is decided more than once: {', '.join(decided)}"

    wanted = {ANY: ("ANY", "NEVER"), DATA_BLOB: ("HISTORY_BLOBS", "NEVER")}.get(
        child, ("TASK_TOKENS", "OTHER_TASK_TOKENS") if is_token else ("BOTH", "READ_ONLY", "SKIP_NIL", "NEVER")
    )
    if decided[0] not in wanted:
        return f"{where} is decided by {decided[0]}, which is for other fields; use one of {', '.join(wanted)}"
    if decided[0] in ("NEVER", "OTHER_TASK_TOKENS"):
        return None

    row.kind = {ANY: "any", DATA_BLOB: "historyBlob", PAYLOAD: "payload"}.get(child, "message")
    if is_token:
        row.kind = "taskToken"
    if row.kind == "message":
        row.child = child
    row.read_only = decided[0] == "READ_ONLY"
    row.skip_nil = decided[0] == "SKIP_NIL"
    return row


def unknown_entries(messages, decisions):
    """Entries of the decisions for messages or fields that the API does not have."""
    problems = []
    places = [(name, field) for name, fields in decisions.BOTH.items() for field in fields.split()]
    for entries in (
        decisions.NEVER,
        decisions.READ_ONLY,
        decisions.SKIP_NIL,
        decisions.ANY,
        decisions.HISTORY_BLOBS,
        decisions.TASK_TOKENS,
        decisions.OTHER_TASK_TOKENS,
        list(decisions.SYSTEM_ENDPOINTS.items()),
        decisions.NO_ENVELOPE,
    ):
        places += list(entries)
    for name, field in places:
        if name not in messages:
            problems.append(f"payload_decisions.py decides on {name}.{field}, but there is no such message")
        elif field not in messages[name].fields_by_name:
            problems.append(f"payload_decisions.py decides on {name}.{field}, but the message has no such field")
    problems += [f"{name} is a root, but there is no such message" for name in decisions.ROOTS if name not in messages]
    return problems


def command_targets(messages, rows, decisions):
    """Rule by attributes message; complains about commands without one (ES-T4)."""
    problems, targets = [], {}
    members = {field.name: field for field in messages[COMMAND].oneofs_by_name["attributes"].fields}
    for name in decisions.COMMAND_TARGETS.keys() - members.keys():
        problems.append(f"COMMAND_TARGETS has {name}, which is no member of {COMMAND}.attributes")
    for name, field in members.items():
        attributes = field.message_type.full_name
        rule = decisions.COMMAND_TARGETS.get(name)
        if rule is None:
            problems.append(f"{COMMAND}.{name} ({attributes}) is a command without a rule in COMMAND_TARGETS")
        elif rule not in TARGET_RULES:
            problems.append(f"COMMAND_TARGETS gives {name} the rule {rule!r}, which does not exist")
        elif (rule == "none") != (attributes not in rows):
            holds = "no payload that is stored" if attributes not in rows else "payloads"
            problems.append(f"COMMAND_TARGETS gives {name} the rule {rule!r}, but {attributes} holds {holds}")
        elif rule != "none":
            targets[attributes] = rule
    return targets, problems


def clearing_rows(message, rows):
    """Rows for the members of a oneof that lead to no payload: where one stands, it clears the members that do."""
    oneofs = {row.oneof for row in rows if row.oneof}
    numbers = {row.number for row in rows}
    result, problems = [], []
    for field in message.fields:
        oneof = descriptors.real_oneof(field)
        if oneof is None or oneof.index + 1 not in oneofs or field.number in numbers:
            continue
        if field.message_type is None:
            problems.append(
                f"{message.full_name}.{field.name} is a scalar in a oneof with payloads: teach PayloadScanner to see it"
            )
        row = Row(field.number, field.name, "clears", None, repeated=False, oneof=oneof.index + 1)
        result.append(row)
    return result, problems


def services_problems(pool, decisions):
    """Services of the API that nobody decided on."""
    known = set(descriptors.SERVICES) | set(decisions.OTHER_SERVICES)
    found = {
        service.full_name for file in descriptors.api_files(pool) for service in file.services_by_name.values()
    }
    return [f"{name} is a service that is neither in SERVICES nor in OTHER_SERVICES" for name in sorted(found - known)] + [
        f"{name} is in SERVICES or OTHER_SERVICES, but there is no such service" for name in sorted(known - found)
    ]


def endpoint_problems(messages, rows, decisions):
    """Messages with an endpoint and a payload, of which nobody said whether that may be an envelope (ES-C4)."""
    problems = []
    for name, fields in sorted(rows.items()):
        if not any(row.kind == "payload" for row in fields):
            continue
        for field in messages[name].fields:
            if field.type != field.TYPE_STRING or "endpoint" not in field.name:
                continue
            decided = (decisions.SYSTEM_ENDPOINTS.get(name) == field.name) + ((name, field.name) in decisions.NO_ENVELOPE)
            if decided != 1:
                problems.append(
                    f"{name} has a payload, and an endpoint in {field.name}: decide in SYSTEM_ENDPOINTS or NO_ENVELOPE "
                    "whether the payload may be an envelope of the server's"
                )
    return problems


def build(pool, messages, decisions):
    """The table. Raises `Undecided` with every disagreement at once."""
    messages = in_scope(messages, decisions)
    bearing = bearing_messages(messages, decisions)
    problems = unknown_entries(messages, decisions) + services_problems(pool, decisions)
    rows = {}
    for name, message in sorted(messages.items()):
        if name in (PAYLOAD, DATA_BLOB):
            continue
        for field in sorted(message.fields, key=lambda field: field.number):
            row = classify(message, field, bearing, decisions)
            if isinstance(row, str):
                problems.append(row)
            elif row is not None:
                rows.setdefault(name, []).append(row)
    targets, more = command_targets(messages, rows, decisions)
    problems += more + endpoint_problems(messages, rows, decisions)
    for name, fields in rows.items():
        more, wrong = clearing_rows(messages[name], fields)
        problems += wrong
        fields += more
        fields.sort(key=lambda row: row.number)
        if len(fields) > 64:
            problems.append(f"{name} has {len(fields)} rows, and PayloadScanner remembers 64: make its set wider")

    table = Table(command_targets=targets)
    reachable = set()

    def reach(name):
        if name in reachable or name not in rows:
            return
        reachable.add(name)
        for row in rows[name]:
            if row.child is not None:
                reach(row.child)

    for root in decisions.ROOTS:
        reach(root)
    for service in descriptors.SERVICES:
        for method in pool.FindServiceByName(service).methods:
            request, response = method.input_type.full_name, method.output_type.full_name
            reach(request)
            reach(response)
            if request in rows or response in rows:
                table.methods.append((f"/{service}/{method.name}", request, response))
    table.rows = {name: rows[name] for name in rows if name in reachable}
    problems += [
        f"{name} is decided on, but no service, root or envelope leads to it: add a root, or drop the decision"
        for name in sorted(rows.keys() - reachable)
    ]
    if problems:
        raise Undecided(problems)
    propagate_read_only(table.rows)
    for name, field in decisions.SYSTEM_ENDPOINTS.items():
        table.endpoints[name] = messages[name].fields_by_name[field].number
    return table


def propagate_read_only(rows):
    """Marks a field as read-only if all that it leads to is, so that its subtree is skipped at once."""
    changed = True
    while changed:
        changed = False
        read_only = {
            name for name, fields in rows.items() if all(row.read_only for row in fields if row.kind != "clears")
        }
        for fields in rows.values():
            for row in fields:
                if row.child in read_only and not row.read_only:
                    row.read_only = True
                    changed = True


def swift_names(names):
    """Swift's name of each message: the last components; with the package in front where two would be the same."""

    def split(name):
        parts = name.split(".")
        first = next(index for index, part in enumerate(parts) if part[0].isupper())
        package = [part for part in parts[:first] if not (part[0] == "v" and part[1:].isdigit())]
        return package[-1], "".join(parts[first:])

    short = {}
    for name in names:
        short.setdefault(split(name)[1], []).append(name)
    result = {}
    for name in names:
        package, last = split(name)
        lowered = last[0].lower() + last[1:]
        if len(short[last]) > 1 or lowered in RESERVED_NAMES:
            lowered = package + last
        result[name] = lowered
    assert len(set(result.values())) == len(result), "two messages have the same Swift name"
    return result


def packed(row, index):
    """A row as the number that Swift reads."""
    assert 0 < row.number < 1 << 29 and row.oneof < 256
    return (
        row.number
        | (NO_TYPE if row.child is None else index[row.child]) << 32
        | KINDS[row.kind] << 48
        | row.repeated << 52
        | row.read_only << 53
        | row.skip_nil << 54
        | row.oneof << 56
    )


def grouped(number):
    """A number in hexadecimal, four digits at a time."""
    digits = f"{number:016x}"
    return "0x" + "_".join(digits[start : start + 4] for start in range(0, 16, 4))


def comment(row):
    """A row in words."""
    words = [f"{row.kind} → {row.child.split('.v1.')[-1]}" if row.child else row.kind]
    words += [text for text, is_set in (("repeated", row.repeated), ("oneof", row.oneof)) if is_set]
    words += [text for text, is_set in (("read-only", row.read_only), ("skips nil", row.skip_nil)) if is_set]
    return f"{row.number} {row.name}: {', '.join(words)}"


def render(table, version):
    """The Swift source."""
    names = table.names
    index = {name: position for position, name in enumerate(names)}
    swift = swift_names(names)
    lines = [
        "//===----------------------------------------------------------------------===//",
        "// This source file is part of the Temporal External Storage for Swift project",
        "// SPDX-License-Identifier: Apache-2.0",
        "// Copyright (c) 2026 the Temporal External Storage for Swift project authors",
        "//===----------------------------------------------------------------------===//",
        "",
        "// swift-format-ignore-file",
        "// Generated by Scripts/generate from the descriptors of the Temporal API in the Python package",
        f"// temporalio {version} and from Scripts/lib/payload_decisions.py. Change those, not this file.",
        "",
        "extension MessageType {",
    ]
    for name in names:
        lines.append(f"    /// `{name}`.")
        lines.append(f"    package static let {swift[name]} = MessageType(rawValue: {index[name]})")
    lines += [
        "}",
        "",
        "extension PayloadPaths {",
        "    /// The newest Temporal server whose whole API the descriptors have.",
        "    package static let newestServer = (major: {}, minor: {})".format(*payload_decisions.NEWEST_SERVER),
        "",
        "    /// Full protobuf names by type index, in order.",
    ]
    lines.append("    static let names: [StaticString] = [")
    lines += [f'        "{name}",' for name in names]
    lines += ["    ]", "", "    /// The first row of each type in ``fields``, and last the count of all rows."]

    offsets = [0]
    for name in names:
        offsets.append(offsets[-1] + len(table.rows[name]))
    lines += ["    static let fieldOffsets: [UInt16] = ["] + number_lines(offsets) + ["    ]", ""]

    lines += [
        "    /// One row per field, sorted by number within a type.",
        "    ///",
        "    /// Bits 0-28: number. Bits 32-47: type index of the child, 0xFFFF where there is none. Bits 48-51: kind.",
        "    /// Bit 52: repeated. Bit 53: read-only, with all that is below. Bit 54: skips nil. Bits 56-63: index of",
        "    /// the oneof plus 1, or 0.",
        "    static let fields: [UInt64] = [",
    ]
    for name in names:
        lines.append(f"        // {index[name]} {name}")
        lines += [f"        {grouped(packed(row, index))},  // {comment(row)}" for row in table.rows[name]]
    lines += ["    ]", "", "    /// The name of each row of ``fields``: where a reference stands, in words."]
    lines.append("    static let fieldNames: [StaticString] = [")
    lines += [f'        "{row.name}",' for name in names for row in table.rows[name]]
    lines += ["    ]", "", "    /// Per type: the number of the field with the Nexus endpoint's name, or 0 (ES-C4)."]
    endpoints = [table.endpoints.get(name, 0) for name in names]
    assert max(endpoints) < 256
    lines += ["    static let endpointField: [UInt8] = ["] + number_lines(endpoints) + ["    ]", ""]
    lines += [
        "    /// For whom the payloads of a command are stored, by the type of its attributes (ES-T4).",
        "    ///",
        "    /// 0: the workflow of the task. 1: the child that is started. 2: the workflow that is signalled.",
        "    /// 3: the next run. 4: the parent, if there is one and this run is no continuation.",
        "    static let commandTargets: [(type: UInt16, rule: UInt8)] = [",
    ]
    for name in sorted(table.command_targets):
        rule = table.command_targets[name]
        lines.append(f"        ({index[name]}, {TARGET_RULES[rule]}),  // {swift[name]}: {rule}")
    lines += [
        "    ]",
        "",
        "    /// The gRPC methods with payloads, and the type index of request and response; 0xFFFF for one without.",
        "    static let methods: [(path: StaticString, request: UInt16, response: UInt16)] = [",
    ]
    for path, request, response in table.methods:
        numbers = [str(index[name]) if name in index else "0xFFFF" for name in (request, response)]
        lines.append(f'        ("{path}", {numbers[0]}, {numbers[1]}),')
    lines += ["    ]", "}", ""]
    return "\n".join(lines)


def number_lines(numbers, per_line=16):
    """Numbers for an array literal, several per line."""
    return [
        "        " + ", ".join(str(number) for number in numbers[start : start + per_line]) + ","
        for start in range(0, len(numbers), per_line)
    ]


def all_messages(pool):
    """Every message of the API that the package carries."""
    return descriptors.messages_of(descriptors.api_files(pool))


def load_table():
    """The table of the pinned package."""
    pool = descriptors.load()
    return build(pool, all_messages(pool), payload_decisions)


def self_test():
    """Takes decisions away, one of each sort, and expects a complaint that names what is missing."""
    pool = descriptors.load()
    messages = all_messages(pool)
    start = "temporal.api.workflowservice.v1.StartWorkflowExecutionRequest"

    def changed(**entries):
        names = [name for name in dir(payload_decisions) if name.isupper()]
        result = SimpleNamespace(**{name: copy.copy(getattr(payload_decisions, name)) for name in names})
        for name, change in entries.items():
            change(getattr(result, name))
        return result

    def expect(what, decisions, *words):
        try:
            build(pool, messages, decisions)
        except Undecided as error:
            missing = [word for word in words if word not in str(error)]
            assert not missing, f"{what}: the complaint does not say {missing}:\n{error}"
        else:
            raise AssertionError(f"{what}: no complaint")

    def without(field):
        def change(both):
            both[start] = " ".join(name for name in both[start].split() if name != field)

        return change

    def extended(both):
        both[start] += " no_such_field"

    token = ("temporal.api.workflowservice.v1.PollWorkflowTaskQueueResponse", "task_token")
    timer = "start_timer_command_attributes"
    expect("a field", changed(BOTH=without("input")), f"{start}.input")
    expect("a message", changed(BOTH=lambda both: both.pop(start)), f"{start}.input", f"{start}.memo")
    expect("a stale entry", changed(BOTH=extended), f"{start}.no_such_field")
    expect("a command", changed(COMMAND_TARGETS=lambda rules: rules.pop(timer)), timer, "StartTimerCommandAttributes")
    expect("a token", changed(TASK_TOKENS=lambda tokens: tokens.discard(token)), ".".join(token))
    for name in ("NEVER", "READ_ONLY", "SKIP_NIL", "ANY", "HISTORY_BLOBS"):
        place = next(iter(getattr(payload_decisions, name)))
        expect(name, changed(**{name: lambda entries, place=place: entries.pop(place)}), ".".join(place))
    nexus = "temporal.api.workflowservice.v1.StartNexusOperationExecutionRequest"
    test_service = "temporal.api.testservice.v1.TestService"
    root = "temporal.api.update.v1.Acceptance"
    expect("a service", changed(OTHER_SERVICES=lambda services: services.pop(test_service)), test_service)
    expect("a root", changed(ROOTS=lambda roots: roots.pop(root)), root, "leads to it")
    expect("an endpoint", changed(SYSTEM_ENDPOINTS=lambda entries: entries.pop(nexus)), nexus, "NO_ENVELOPE")
    build(pool, messages, payload_decisions)
    print("payload_paths.py: every kind of missing decision fails")


def main(arguments):
    from importlib.metadata import version

    if arguments == ["--self-test"]:
        return self_test()
    check = arguments[:1] == ["--check"]
    if len(arguments) != 1 + check:
        sys.exit(__doc__)
    try:
        table = load_table()
    except Undecided as error:
        sys.exit("\n".join(f"Scripts/generate: {problem}" for problem in error.problems))
    text = render(table, version("temporalio"))
    path = arguments[-1]
    if check:
        with open(path, encoding="utf-8") as file:
            if file.read() != text:
                sys.exit(f"Scripts/generate: {path} is out of date; run Scripts/generate table")
        return None
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    rows = sum(len(rows) for rows in table.rows.values())
    print(f"{len(table.rows)} messages, {rows} fields, {len(table.methods)} methods")
    return None


if __name__ == "__main__":
    main(sys.argv[1:])
