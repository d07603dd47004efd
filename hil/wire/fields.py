"""Maps annotated dataclasses to CBOR arrays and back, with the ranges of protocol.cddl.

A message or a part of one is a frozen dataclass; the order of its fields is the order on the
wire. The range of a field stands in its annotation (`U16`, `Percent`, `Annotated[bytes,
Bytes(1, 64)]`), so that type, range and wire order are stated once.
"""

from __future__ import annotations

import dataclasses
import enum
import functools
import operator
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Protocol, TypeVar

from hil.wire.cbor import Item
from hil.wire.errors import WireError


class Field(Protocol):
    """Turns one value into a CBOR item and back; raises `WireError` outside its range."""

    def pack(self, value: Any) -> Item: ...

    def unpack(self, item: Item) -> Any: ...


@dataclass(frozen=True)
class Integer:
    """An integer within limits; takes everything that has `__index__`, but no bool."""

    low: int
    high: int

    def pack(self, value: Any) -> Item:
        if isinstance(value, bool):
            raise WireError("a boolean where an integer belongs")
        try:
            number = operator.index(value)
        except TypeError as error:
            raise WireError(f"{value!r} is not an integer") from error
        return self._checked(number)

    def unpack(self, item: Item) -> int:
        if type(item) is not int:
            raise WireError(f"{item!r} is not an integer")
        return self._checked(item)

    def _checked(self, number: int) -> int:
        if not self.low <= number <= self.high:
            raise WireError(f"{number} is outside {self.low}..{self.high}")
        return number


@dataclass(frozen=True)
class _Sized:
    """Something of a limited size."""

    low: int
    high: int

    def _check(self, size: int, unit: str) -> None:
        if not self.low <= size <= self.high:
            raise WireError(f"{size} {unit}, not {self.low}..{self.high}")


class Bytes(_Sized):
    """A byte string; limits in bytes."""

    def pack(self, value: Any) -> Item:
        if not isinstance(value, bytes | bytearray | memoryview):
            raise WireError(f"{type(value).__name__} where bytes belong")
        return self.unpack(bytes(value))

    def unpack(self, item: Item) -> bytes:
        if not isinstance(item, bytes):
            raise WireError(f"{item!r} is not a byte string")
        self._check(len(item), "bytes")
        return item


class Text(_Sized):
    """A text string; limits in bytes of UTF-8, as `tstr .size` counts."""

    def pack(self, value: Any) -> str:
        if not isinstance(value, str):
            raise WireError(f"{value!r} is not text")
        try:
            size = len(value.encode())
        except UnicodeEncodeError as error:
            raise WireError(f"{value!r} has no UTF-8 form") from error
        self._check(size, "bytes of text")
        return value

    unpack = pack


class Boolean:
    def pack(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise WireError(f"{value!r} is not a boolean")
        return value

    unpack = pack


class Float32:
    def pack(self, value: Any) -> Item:
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise WireError(f"{value!r} is not a number")
        return float(value)

    def unpack(self, item: Item) -> float:
        if not isinstance(item, float):
            raise WireError(f"{item!r} is not a float32")
        return item


class Count(_Sized):
    """Limits of the number of elements, for the annotation of a tuple."""


@dataclass(frozen=True)
class UnsignedMap:
    """A map of unsigned integers with at most `high` entries; readers ignore keys they lack."""

    high: int

    def pack(self, value: Any) -> Item:
        if not isinstance(value, Mapping):
            raise WireError(f"{value!r} is not a map")
        return self.unpack(dict(value))

    def unpack(self, item: Item) -> dict[int, Item]:
        if not isinstance(item, dict):
            raise WireError(f"{item!r} is not a map")
        if len(item) > self.high:
            raise WireError(f"{len(item)} entries of a map, not 0..{self.high}")
        number = unsigned(64)
        entries: dict[int, Item] = {}
        for key, value in item.items():
            entries[number.unpack(key)] = number.unpack(value)
        return entries


@dataclass(frozen=True)
class _Member:
    kind: type[enum.IntEnum]

    def pack(self, value: Any) -> Item:
        return int(self.unpack(value))

    def unpack(self, item: Any) -> enum.IntEnum:
        if not isinstance(item, int) or isinstance(item, bool):
            raise WireError(f"{item!r} is not a {self.kind.__name__}")
        try:
            return self.kind(item)
        except ValueError as error:
            raise WireError(f"{item} is no {self.kind.__name__}") from error


@dataclass(frozen=True)
class _Maybe:
    field: Field

    def pack(self, value: Any) -> Item:
        return None if value is None else self.field.pack(value)

    def unpack(self, item: Item) -> Any:
        return None if item is None else self.field.unpack(item)


@dataclass(frozen=True)
class _Sequence(_Sized):
    field: Field

    def pack(self, value: Any) -> Item:
        self._check(len(value), "elements")
        return [self.field.pack(part) for part in value]

    def unpack(self, item: Item) -> tuple[Any, ...]:
        if not isinstance(item, list):
            raise WireError(f"{item!r} is not an array")
        self._check(len(item), "elements")
        return tuple(self.field.unpack(part) for part in item)


@dataclass(frozen=True)
class _Record:
    kind: type[Any]

    def pack(self, value: Any) -> Item:
        if type(value) is not self.kind:
            raise WireError(f"{type(value).__name__} where {self.kind.__name__} belongs")
        return pack_fields(value)

    def unpack(self, item: Item) -> Any:
        if not isinstance(item, list):
            raise WireError(f"{item!r} is not an array")
        return unpack_fields(self.kind, item)


@dataclass(frozen=True)
class _RecordOrMember:
    record: _Record
    member: _Member

    def pack(self, value: Any) -> Item:
        return (self.member if isinstance(value, enum.IntEnum) else self.record).pack(value)

    def unpack(self, item: Item) -> Any:
        return (self.record if isinstance(item, list) else self.member).unpack(item)


def unsigned(bits: int) -> Integer:
    return Integer(0, (1 << bits) - 1)


def signed(bits: int) -> Integer:
    return Integer(-(1 << (bits - 1)), (1 << (bits - 1)) - 1)


U8 = Annotated[int, unsigned(8)]
U16 = Annotated[int, unsigned(16)]
U32 = Annotated[int, unsigned(32)]
U64 = Annotated[int, unsigned(64)]
I32 = Annotated[int, signed(32)]
I64 = Annotated[int, signed(64)]
Crc32 = U32
Percent = Annotated[int, Integer(0, 100)]
Digest = Annotated[bytes, Bytes(32, 32)]  # SHA-256

_T = TypeVar("_T")


def pack_fields(value: Any) -> list[Item]:
    """The fields of a dataclass instance as CBOR items, in wire order."""
    items: list[Item] = []
    for name, field in fields_of(type(value)):
        try:
            items.append(field.pack(getattr(value, name)))
        except WireError as error:
            raise WireError(f"{type(value).__name__}.{name}: {error}") from error
    return items


def unpack_fields(kind: type[_T], items: list[Item]) -> _T:
    """An instance of the dataclass `kind` from CBOR items in wire order."""
    layout = fields_of(kind)
    if len(items) != len(layout):
        raise WireError(f"{kind.__name__} has {len(layout)} fields, got {len(items)}")
    values = []
    for (name, field), item in zip(layout, items, strict=True):
        try:
            values.append(field.unpack(item))
        except WireError as error:
            raise WireError(f"{kind.__name__}.{name}: {error}") from error
    return kind(*values)


def fields_of(kind: Any) -> tuple[tuple[str, Field], ...]:
    """Name and codec of each field of the dataclass `kind`, in wire order."""
    return _layout(kind)


@functools.cache
def _layout(kind: Any) -> tuple[tuple[str, Field], ...]:
    hints = typing.get_type_hints(kind, include_extras=True)
    return tuple((field.name, _field_for(hints[field.name])) for field in dataclasses.fields(kind))


def _field_for(hint: Any) -> Field:
    if typing.get_origin(hint) is Annotated:
        extra = hint.__metadata__[0]
        if isinstance(extra, Count):
            element = typing.get_args(hint.__origin__)[0]
            return _Sequence(extra.low, extra.high, _field_for(element))
        return typing.cast(Field, extra)
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return _field_for_union(typing.get_args(hint))
    if hint is bool:
        return Boolean()
    if dataclasses.is_dataclass(hint):
        return _Record(typing.cast("type[Any]", hint))
    if isinstance(hint, type) and issubclass(hint, enum.IntEnum):
        return _Member(hint)
    raise TypeError(f"no wire form for {hint!r}")


def _field_for_union(choices: tuple[Any, ...]) -> Field:
    fields = [_field_for(choice) for choice in choices if choice is not types.NoneType]
    if len(fields) == 1:
        return _Maybe(fields[0])
    record, member = fields
    if isinstance(record, _Record) and isinstance(member, _Member):
        return _RecordOrMember(record, member)
    raise TypeError(f"no wire form for a choice of {choices!r}")
