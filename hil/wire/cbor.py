"""The part of CBOR that the protocol uses, in its deterministic encoding (RFC 8949, 4.2.1).

Unsigned and negative integers, byte and text strings, definite-length arrays and maps, tags,
booleans, null and float32. Every item has exactly one encoding: a longer head than needed, an
indefinite length, keys of a map out of order or twice, another float width or bytes behind the
item are errors. Keys of maps are unsigned integers.

A general decoder would be the wrong tool for bytes that come from a board: cbor2 evaluates tags
while it reads (regular expressions, big decimals, dates) and takes every non-deterministic
encoding. The tests use it as the reference.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TypeAlias

from hil.wire.errors import WireError

_MAX_DEPTH = 8
_UINT, _NINT, _BYTES, _TEXT, _ARRAY, _MAP, _TAG, _SIMPLE = range(8)
_FALSE, _TRUE, _NULL, _FLOAT32 = 20, 21, 22, 26
_HEAD_BYTES = {24: 1, 25: 2, 26: 4, 27: 8}


@dataclass(frozen=True)
class Tagged:
    """A tagged item."""

    tag: int
    item: Item


Item: TypeAlias = "int | bytes | str | bool | float | list[Item] | dict[int, Item] | Tagged | None"


def dumps(item: Item) -> bytes:
    """The one encoding of `item`; a float is written as float32."""
    out = bytearray()
    _write(out, item)
    return bytes(out)


def loads(data: bytes) -> Item:
    """The item that `data` encodes, no more and no less. Raises `WireError`."""
    item, end = _read(data, 0, _MAX_DEPTH)
    if end != len(data):
        raise WireError(f"{len(data) - end} bytes behind the CBOR item")
    return item


def _head(out: bytearray, major: int, value: int) -> None:
    if value < 24:
        out.append(major << 5 | value)
    elif value < 1 << 8:
        out += bytes((major << 5 | 24, value))
    elif value < 1 << 16:
        out += struct.pack(">BH", major << 5 | 25, value)
    elif value < 1 << 32:
        out += struct.pack(">BI", major << 5 | 26, value)
    elif value < 1 << 64:
        out += struct.pack(">BQ", major << 5 | 27, value)
    else:
        raise WireError(f"{value} does not fit into 64 bits")


def _write(out: bytearray, item: Item) -> None:
    if item is None:
        out.append(_SIMPLE << 5 | _NULL)
    elif isinstance(item, bool):
        out.append(_SIMPLE << 5 | (_TRUE if item else _FALSE))
    elif isinstance(item, int):
        _head(out, _UINT, item) if item >= 0 else _head(out, _NINT, -1 - item)
    elif isinstance(item, bytes):
        _head(out, _BYTES, len(item))
        out += item
    elif isinstance(item, list):
        _head(out, _ARRAY, len(item))
        for part in item:
            _write(out, part)
    elif isinstance(item, dict):
        _head(out, _MAP, len(item))
        for key, value in sorted((_key(key), value) for key, value in item.items()):
            out += key
            _write(out, value)
    elif isinstance(item, str):
        text = item.encode()
        _head(out, _TEXT, len(text))
        out += text
    elif isinstance(item, float):
        out.append(_SIMPLE << 5 | _FLOAT32)
        out += _float32(item)
    elif isinstance(item, Tagged):
        _head(out, _TAG, item.tag)
        _write(out, item.item)
    else:
        raise WireError(f"{type(item).__name__} has no encoding in this protocol")


def _key(key: int) -> bytes:
    if type(key) is not int or key < 0:
        raise WireError(f"{key!r} is no key of a map in this protocol")
    return dumps(key)


def _float32(value: float) -> bytes:
    try:
        return struct.pack(">f", value)
    except OverflowError as error:
        raise WireError(f"{value} does not fit into a float32") from error


def _read(data: bytes, at: int, depth: int) -> tuple[Item, int]:
    if at >= len(data):
        raise WireError("CBOR item cut short")
    if depth == 0:
        raise WireError(f"CBOR nested deeper than {_MAX_DEPTH}")
    major, info = data[at] >> 5, data[at] & 31
    if major == _SIMPLE:
        return _read_simple(data, at, info)
    value, at = _read_head(data, at + 1, info)
    if major == _UINT:
        return value, at
    if major == _NINT:
        return -1 - value, at
    if major == _ARRAY:
        items: list[Item] = []
        # An array of n items needs at least n bytes: a false count cannot take memory.
        if value > len(data) - at:
            raise WireError("CBOR array cut short")
        for _ in range(value):
            item, at = _read(data, at, depth - 1)
            items.append(item)
        return items, at
    if major == _TAG:
        item, at = _read(data, at, depth - 1)
        return Tagged(value, item), at
    if major == _MAP:
        return _read_map(data, at, value, depth)
    end = at + value
    if end > len(data):
        raise WireError("CBOR string cut short")
    if major == _BYTES:
        return data[at:end], end
    try:
        return data[at:end].decode(), end
    except UnicodeDecodeError as error:
        raise WireError("CBOR text is not UTF-8") from error


def _read_map(data: bytes, at: int, size: int, depth: int) -> tuple[Item, int]:
    entries: dict[int, Item] = {}
    before = b""
    for _ in range(size):  # a false size cannot take memory: each entry is read before the next
        start = at
        key, at = _read(data, at, depth - 1)
        if type(key) is not int or key < 0:
            raise WireError(f"{key!r} is no key of a map in this protocol")
        if data[start:at] <= before:
            raise WireError("CBOR map with its keys out of order")
        before = data[start:at]
        entries[key], at = _read(data, at, depth - 1)
    return entries, at


def _read_head(data: bytes, at: int, info: int) -> tuple[int, int]:
    if info < 24:
        return info, at
    width = _HEAD_BYTES.get(info)
    if width is None:
        raise WireError("CBOR head of indefinite length or reserved")
    end = at + width
    if end > len(data):
        raise WireError("CBOR head cut short")
    value = int.from_bytes(data[at:end], "big")
    shortest = 24 if width == 1 else 1 << (4 * width)
    if value < shortest:
        raise WireError("CBOR head longer than needed")
    return value, end


def _read_simple(data: bytes, at: int, info: int) -> tuple[Item, int]:
    if info in (_FALSE, _TRUE):
        return info == _TRUE, at + 1
    if info == _NULL:
        return None, at + 1
    if info == _FLOAT32 and at + 5 <= len(data):
        (value,) = struct.unpack_from(">f", data, at + 1)
        return float(value), at + 5
    raise WireError("CBOR simple value or float that the protocol does not use")
