"""Contents of a model partition that a board has to refuse, and a few at the very limit.

Made of one sound network: erased, foreign, cut short, damaged, of another version, and with every
kind of two fields that contradict each other.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import Any

from hil.suite.contradictions import CONTRADICTIONS, ONE_BY_ONE
from hil.suite.networks import OtherNetwork
from hil.suite.surroundings import Surroundings
from hil.testing.model_builder import ModelBuilder
from hil.wire.cbor import dumps
from hil.wire.crc import crc32
from hil.wire.enums import ErrorCode
from hil.wire.fields import pack_fields
from hil.wire.network_header import HEADER_BYTES, NetworkHeader, Tensor, pack_partition

_INT8 = 9
_BODY_BYTES = HEADER_BYTES - 4
_DAMAGED = 12  # places where a bit is flipped, of header and .tflite each


def content(name: str, around: Surroundings) -> bytes:
    """One of `NAMES`. Raises KeyError."""
    return _MAKERS[name](around)


_MAKERS: dict[str, Callable[[Surroundings], bytes]] = {
    "erased": lambda s: b"",
    "an erased header in front of a .tflite": lambda s: b"\xff" * HEADER_BYTES + s.base.tflite,
    "erased but for the first byte": lambda s: b"\0",
    "erased but for the last byte of the header": lambda s: b"\xff" * (HEADER_BYTES - 1) + b"\0",
    "the app's image": lambda s: s.app[: 2 * HEADER_BYTES],
    "random bytes": lambda s: s.dice("random").randbytes(2 * HEADER_BYTES),
    "a bare .tflite": lambda s: s.base.tflite,
    "a header cut short": lambda s: s.sound[: HEADER_BYTES // 2],
    "a header alone": lambda s: s.sound[:HEADER_BYTES],
    "a .tflite cut short": lambda s: s.sound[: -len(s.base.tflite) // 2],
    "a .tflite without its last byte": lambda s: s.sound[:-1] + bytes([s.sound[-1] ^ 0xFF]),
}


def _flip(data: bytes, bit: int) -> bytes:
    """The data with one bit flipped."""
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def _header_bit(number: int) -> Callable[[Surroundings], bytes]:
    """The first and the last bits of the header, and some between them."""

    def make(s: Surroundings) -> bytes:
        bits = 8 * HEADER_BYTES
        fixed = (0, bits - 1, 8 * _BODY_BYTES, 8 * _BODY_BYTES - 1)
        place = fixed[number] if number < len(fixed) else s.dice(f"h{number}").randrange(bits)
        return _flip(s.sound, place)

    return make


def _model_bit(number: int) -> Callable[[Surroundings], bytes]:
    def make(s: Surroundings) -> bytes:
        first, last = 8 * HEADER_BYTES, 8 * len(s.sound) - 1
        fixed = (first, last)
        place = (
            fixed[number]
            if number < len(fixed)
            else s.dice(f"m{number}").randrange(first, last + 1)
        )
        return _flip(s.sound, place)

    return make


for _number in range(_DAMAGED):
    _MAKERS[f"a bit of the header flipped, {_number}"] = _header_bit(_number)
    _MAKERS[f"a bit of the .tflite flipped, {_number}"] = _model_bit(_number)


# ---- headers with a right CRC-32 that no writer of this version makes


def _block(item: Any, behind: bytes = b"") -> bytes:
    """A header of CBOR that is not looked at."""
    body = (dumps(item) + behind).ljust(_BODY_BYTES, b"\xff")
    return body + struct.pack("<I", crc32(body))


def _items(change: Callable[[list[Any]], Any]) -> Callable[[Surroundings], bytes]:
    def make(s: Surroundings) -> bytes:
        item = list(pack_fields(s.header))
        return _block(change(item)) + s.base.tflite

    return make


def _put(place: int, value: Any) -> Callable[[list[Any]], Any]:
    return lambda item: [*item[:place], value, *item[place + 1 :]]


_MAKERS |= {
    "a header of the version before": _items(_put(1, 1)),
    "a header of the next version": _items(_put(1, 3)),
    "a header of something else": _items(_put(0, "camhil-netwark")),
    "a header with a field too few": _items(lambda item: item[:-1]),
    "a header with a field too many": _items(lambda item: [*item, None]),
    "a header without outputs": _items(_put(9, [])),
    "a header that is no list": _items(lambda item: {0: 0}),
    "a header with something behind it": lambda s: (
        _block(pack_fields(s.header), b"\0") + s.base.tflite
    ),
    "a header with something at its end": lambda s: (
        _block(pack_fields(s.header), b"\xff" * 40 + b"\x01") + s.base.tflite
    ),
}


def _lacking(s: Surroundings) -> bytes:
    """A network with an operator that only another firmware has."""
    file = ModelBuilder()
    x = file.input("x", (1, 8), "INT8", 1 / 16, 0)
    y = file.tensor("y", (1, 8), "INT8", 1 / 16, 0)
    file.op("CUSTOM", [x], y)
    tflite = file.build([y], "camhil: a custom operator")
    ends = tuple(Tensor(name, _INT8, (1, 8), 1 / 16, 0, 8) for name in "xy")
    header = NetworkHeader.of(
        tflite, ops=1, op_outputs=1, stateful=False, inputs=ends[:1], outputs=ends[1:]
    )
    return pack_partition(header, tflite)


def _too_large(s: Surroundings) -> bytes:
    """A network whose tensors are larger than the arena."""
    file, size = ModelBuilder(), s.arena_bytes
    x = file.input("x", (1, size), "INT8", 1 / 16, 0)
    y = file.tensor("y", (1, size), "INT8", 1 / 8, 0)
    file.op("ADD", [x, x], y, "AddOptions")
    network = OtherNetwork("too large", file.build([y], "camhil: too large"))
    return network.contract.partition


_MAKERS |= CONTRADICTIONS
_MAKERS |= {
    "an operator that no firmware has": _lacking,
    "a network larger than the arena": _too_large,
}
NAMES: Sequence[str] = tuple(_MAKERS)
"""All of them."""

BY_FIRMWARE = {
    "more outputs of operators than any room": ErrorCode.NO_ROOM,
    "an operator that no firmware has": ErrorCode.MODEL_OP,
    "a network larger than the arena": ErrorCode.ARENA_TOO_SMALL,
}
"""Sound by themselves, but no firmware has what they need."""

_FEW = 4  # of the bits: all ends of header and .tflite
_MORE_BITS = tuple(f" flipped, {number}" for number in range(_FEW, _DAMAGED))
DEFAULT: Sequence[str] = tuple(
    name for name in NAMES if name not in ONE_BY_ONE and not name.endswith(_MORE_BITS)
)
"""All but more of a kind, for every run."""
