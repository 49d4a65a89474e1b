"""Writes the seeds of the wire fuzzer: the random messages of Tests/Vectors/messages, one file each.

    fuzz_corpus.py SAMPLE FOLDER

An input of the fuzzer is two bytes and a message: the first byte and the low two bits of the second choose the type by
its index in the table, the other bits of the second how to scan (see Sources/TestSupport/WireInvariants.swift).
"""

import re
import struct
import sys
from pathlib import Path

TABLE = Path(__file__).resolve().parents[2] / "Sources/ExternalStorageWire/PayloadPaths+Generated.swift"


def type_indices() -> dict[str, int]:
    """The index of every message type, read from the generated table."""
    pairs = re.findall(r"/// `([\w.]+)`\.\n\s+package static let \w+ = MessageType\(rawValue: (\d+)\)", TABLE.read_text())
    return {name: int(index) for name, index in pairs}


def main() -> None:
    sample, folder = Path(sys.argv[1]), Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    indices = type_indices()
    data = sample.read_bytes()
    offset = 8

    def blob() -> bytes:
        nonlocal offset
        (length,) = struct.unpack_from("<I", data, offset)
        offset += 4 + length
        return data[offset - length : offset]

    blob()
    (count,) = struct.unpack_from("<I", data, offset)
    offset += 4
    written = 0
    for number in range(count):
        (length,) = struct.unpack_from("<H", data, offset)
        name = data[offset + 2 : offset + 2 + length].decode()
        direction, _flags = struct.unpack_from("<BB", data, offset + 2 + length)
        offset += 2 + length + 2
        message = blob()
        (payloads,) = struct.unpack_from("<I", data, offset)
        offset += 4
        for _ in range(payloads):
            blob()
        blob()
        if name not in indices:
            continue
        index = indices[name]
        # Offload at one byte, or resolve; with task tokens.
        way = (0 if direction == 0 else 2) << 2 | 0x10
        (folder / f"{number:04}").write_bytes(bytes([index & 0xFF, index >> 8 & 3 | way]) + message)
        written += 1
    print(f"{written} seeds in {folder}")


if __name__ == "__main__":
    main()
