"""Writes hil/suite/conversations.jsonl: requests, and what a board of any network says to them.

python -m tests.wire.make_conversations

Each line has a `group`, a `name`, the `frame` to send and what is `due`: the bytes of the replies'
messages as they are, or, where numbers depend on the board, the sequence number and the fields of
the one refusal. `$NAME` is a number that the suite knows; `if` and `unless` name a capability.
Made with cbor2, zlib and cobs, and with nothing of the code that is tested, from docs/protocol.md.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cbor2

from .make_vectors import EVERY_BYTE, LARGEST, U8, U16, U32, frame

FILE = Path(__file__).parents[2] / "hil" / "suite" / "conversations.jsonl"

BAD_REQUEST, PROTOCOL_VERSION, UNSUPPORTED, WRONG_SIZE, NO_SUCH_SAMPLE = 1, 2, 3, 4, 5
OUT_OF_RANGE, NOTHING_RECORDED = 9, 10
NOT_A_REQUEST = "not a request of protocol 2"
FIRST, LAST = 0x20000, 0xFFFFFFFF
STRANGE = 0x5EED0BAD  # a sample that nobody has sent

# One of each kind, without its sequence number, that would do something if it were taken.
WHOLE: dict[str, list[Any]] = {
    "hello": [1, 2, 2],
    "get-contract": [2, 0],
    "echo": [3, b"echo"],
    "upload": [4, 0, STRANGE, 16, False],
    "chunk": [5, STRANGE, 0, b"\x01\x02"],
    "infer": [6, STRANGE, True, False, True, 50, [0, 0]],
    "read-tensor": [7, 1, 0, 0, 16],
    "get-trace": [8, 0],
    "get-memory": [9],
    "set-baud": [10, 9600],
    "reboot": [11, 0],
    "commit-baud": [12, 9600],
    "get-frame": [14, 0, 16],
    "load-network": [15, STRANGE],
    "self-test": [16],
}

# What does not go into each field, in the order of the declaration.
U8_NOT, U16_NOT, U32_NOT = [256, -1, "1", None], [65536, -1, b"1", [1]], [2**32, -1, True, 1.0]
BOOL_NOT, BYTES_NOT = [0, 1, None, "true"], ["text", 5, None, LARGEST + b"\x00"]
WRONG_FIELDS: dict[str, list[list[Any]]] = {
    "hello": [U8_NOT, U8_NOT],
    "get-contract": [U16_NOT],
    "echo": [BYTES_NOT],
    "upload": [[3, -1, False, None], U32_NOT, U32_NOT, BOOL_NOT],
    "chunk": [U32_NOT, U32_NOT, [*BYTES_NOT, b""]],
    "infer": [
        *(U32_NOT, BOOL_NOT, BOOL_NOT, BOOL_NOT, [101, -1, False, "50"]),
        [0, [], [0], [65536, 0], [0, 256], [0, 0, 0], [None, 0]],
    ],
    "read-tensor": [[2, -1, None, True], U8_NOT, U32_NOT, U16_NOT],
    "get-trace": [U16_NOT],
    "set-baud": [U32_NOT],
    "reboot": [[2, -1, None, False]],
    "commit-baud": [U32_NOT],
    "get-frame": [U32_NOT, U16_NOT],
    "load-network": [U32_NOT],
}


number = itertools.count(FIRST).__next__


def encoded(item: Any) -> bytes:
    return cbor2.dumps(item, canonical=True)


def answered(name: str, request: list[Any], *replies: list[Any], seq: int) -> dict[str, Any]:
    """A request whose answer is the same on every board."""
    due = [encoded([seq, *reply]).hex() for reply in replies]
    return line("answered", name, encoded([seq, *request]), due)


def line(group: str, name: str, message: bytes, due: Any, **more: str) -> dict[str, Any]:
    return {"group": group, "name": name, **more, "frame": frame(message).hex(), "due": due}


def malformed(name: str, message: bytes, seq: int) -> dict[str, Any]:
    """What is no request, and is answered under `seq`."""
    due = [encoded([seq, 0, BAD_REQUEST, [0, 0], NOT_A_REQUEST]).hex()]
    return line("malformed", name, message, due)


def refused(
    name: str, request: list[Any], code: int, one: Any, two: Any, text: str | None, **more: str
) -> dict[str, Any]:
    """A request that a board refuses with these numbers and this text (None: any)."""
    seq = number()
    due = {"seq": seq, "code": code, "one": one, "two": two, "text": text}
    return line(more.pop("group", "refused"), name, encoded([seq, *request]), due, **more)


def all_answered() -> Iterator[dict[str, Any]]:
    for name, payload in {
        "nothing": b"",
        "a zero": b"\x00",
        "every byte": EVERY_BYTE,
        "the longest": LARGEST,
        "zeros": bytes(1536),
        "254 bytes without a zero": b"\xff" * 254,
        "255 bytes without a zero": b"\x01" * 255,
    }.items():
        yield answered(f"echo of {name}", [3, payload], [3, payload], seq=number())
    for seq in (0x10000, 0x10000 + 0xFF, 0x01000000, 0x00FF00FF, LAST):
        yield answered(f"echo under {seq:#x}", [3, b"\x05"], [3, b"\x05"], seq=seq)


def all_malformed() -> Iterator[dict[str, Any]]:
    for name, whole in WHOLE.items():
        seq = number()
        if len(whole) > 1:
            yield malformed(f"{name} without its last field", encoded([seq, *whole[:-1]]), seq)
        yield malformed(f"{name} with a field more", encoded([seq, *whole, 0]), seq)
        yield malformed(f"{name} and a byte behind it", encoded([seq, *whole]) + b"\xf6", seq)
        for at, wrong in enumerate(WRONG_FIELDS.get(name, []), start=1):
            for value in wrong:
                seq = number()
                shown = "1,537 bytes" if value == LARGEST + b"\x00" else repr(value)
                changed = [*whole[:at], value, *whole[at + 1 :]]
                yield malformed(f"{name} with {shown} as field {at}", encoded([seq, *changed]), seq)
    for kind in (0, 13, 17, 18, 24, 255, 2**32, -1, "1", None):
        seq = number()
        yield malformed(f"kind {kind!r}", encoded([seq, kind]), seq)
        yield malformed(f"kind {kind!r} with a field", encoded([seq, kind, 0]), seq)
    seq = number()
    yield malformed("a number alone", encoded([seq]), seq)
    for name in ("infer", "upload"):
        whole_message = encoded([number(), *WHOLE[name]])
        seq = cbor2.loads(whole_message)[0]
        for size in range(1, len(whole_message)):
            told = seq if size >= 6 else 0  # the head of the array, and the number's five bytes
            yield malformed(f"{size} bytes of {name}", whole_message[:size], told)
    for seq_item in (-1, 2**32, "65536", None, b"\x00\x01\x00\x00"):
        yield malformed(f"an echo under {seq_item!r}", encoded([seq_item, 3, b""]), 0)
    for item in ([], {}, 3, "hello", None, b"\x00"):
        yield malformed(f"{item!r} instead of a message", encoded(item), 0)


def all_refused() -> Iterator[dict[str, Any]]:
    other = "the board speaks protocol 2"
    for lowest, highest in ((0, 1), (1, 1), (3, 3), (3, U8), (U8, U8), (3, 1), (0, 0)):
        name = f"hello of {lowest} to {highest}"
        yield refused(name, [1, lowest, highest], PROTOCOL_VERSION, 2, highest, other)
    for offset in (4097, U16):
        text = "offset beyond the contract"
        name = f"contract from {offset} on"
        yield refused(name, [2, offset], OUT_OF_RANGE, "$contract_bytes", offset, text)
    yet = "this firmware cannot do that yet"
    frame = WHOLE["get-frame"]
    yield refused("get-frame", frame, UNSUPPORTED, 0, 0, None, unless="camera_frames")
    for name, capability in (
        ("load-network", "ram_network"),
        ("self-test", "self_test"),
    ):
        yield refused(name, WHOLE[name], UNSUPPORTED, 0, 0, yet, unless=capability)
    text = "takes its network from the partition only"
    network = [4, 2, STRANGE, 16, False]
    yield refused("upload of a network", network, UNSUPPORTED, 0, 0, text, unless="ram_network")
    for size in (0, U32):
        text = f"sample of {size} bytes, the inputs take $sample_bytes"
        upload = [4, 0, STRANGE, size, False]
        yield refused(f"{size} bytes", upload, WRONG_SIZE, "$sample_bytes", size, text)
        text = f"sample of {size} bytes, a frame has $frame_bytes"
        numbers = (WRONG_SIZE, "$frame_bytes", size, text)
        name, upload = f"a frame of {size} bytes", [4, 1, STRANGE, size, False]
        yield refused(name, upload, *numbers, **{"if": "frame_stage"})
        yield refused(name, upload, UNSUPPORTED, 0, 0, None, unless="frame_stage")
    text = "no upload of this sample"
    chunk, infer = [5, STRANGE, 0, b"\x01"], [6, STRANGE, True, False, False, None, None]
    yield refused("chunk of another sample", chunk, NO_SUCH_SAMPLE, STRANGE, 0, text)
    yield refused("infer of another sample", infer, NO_SUCH_SAMPLE, STRANGE, 0, text)
    for name, side, count in (("input", 0, "$inputs"), ("output", 1, "$outputs")):
        text = "no such tensor"
        yield refused(f"{name} 255", [7, side, U8, 0, 1], OUT_OF_RANGE, count, U8, text)
        text = "offset beyond the tensor"
        size = f"${name}_bytes"
        yield refused(f"{name} 0 far off", [7, side, 0, U32, 1], OUT_OF_RANGE, size, U32, text)
    text = "no such entry"
    trace = (OUT_OF_RANGE, "$op_outputs", U16, text)
    yield refused(f"trace from {U16} on", [8, U16], *trace, **{"if": "trace"})
    for baud in (0, 9599, 5_000_001, U32):
        text = "baud rate from 9600 to 5000000"
        name = f"{baud} baud"
        numbers = (OUT_OF_RANGE, 5_000_000, baud, text)
        yield refused(name, [10, baud], *numbers, **{"if": "baud"})
    for baud in (0, 9600, 115_200, U32):
        text = "the baud rate is fixed"
        yield refused(f"{baud} baud", [10, baud], UNSUPPORTED, 0, 0, text, unless="baud")
    for baud in (0, 9601, U32):
        text = "the rate is another one"
        name, numbers = f"to keep {baud} baud", (OUT_OF_RANGE, "$baud", baud, text)
        yield refused(name, [12, baud], *numbers)


def all_whole() -> Iterator[dict[str, Any]]:
    """One request of each kind, to be damaged: taken as it is, it would do something."""
    for name, request in WHOLE.items():
        yield line("whole", name, encoded([number(), *request]), [])


def all_fresh() -> Iterator[dict[str, Any]]:
    """What a board says that has run nothing since its reset."""
    for name, request, text in (
        ("output", [7, 1, 0, 0, 1], "no inference yet"),
        ("input", [7, 0, 0, 0, 1], "no inference yet"),
        ("trace", [8, 0], "no trace yet"),
    ):
        yield refused(f"{name} after a reset", request, NOTHING_RECORDED, 0, 0, text, group="fresh")
    name, more = "page of a frame after a reset", {"if": "camera_frames", "group": "fresh"}
    yield refused(name, [14, 1536, 16], NOTHING_RECORDED, 0, 0, "no frame yet", **more)


TEXT = "".join(
    json.dumps(conversation) + "\n"
    for conversation in (
        *all_answered(),
        *all_malformed(),
        *all_refused(),
        *all_fresh(),
        *all_whole(),
    )
)

if __name__ == "__main__":
    FILE.write_text(TEXT, encoding="utf-8")
