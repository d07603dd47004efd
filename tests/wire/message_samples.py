"""Messages for tests: hypothesis strategies made from the fields' own limits, and zcbor's view."""

from __future__ import annotations

import functools
import typing
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

import hil.wire
from hil.wire import fields as f
from hil.wire import replies, requests

CDDL = Path(hil.wire.__file__).with_name("protocol.cddl")
REQUESTS: tuple[type[Any], ...] = typing.get_args(requests.Request)
REPLIES: tuple[type[Any], ...] = typing.get_args(replies.Reply)
SEQS = st.integers(0, 2**32 - 1)


@functools.cache
def zcbor_types() -> dict[str, Any]:
    """The rules of protocol.cddl as zcbor's translator reads them."""
    from zcbor import DataTranslator

    types: dict[str, Any] = DataTranslator.from_cddl(CDDL.read_text(encoding="utf-8"), 3).my_types
    return types


def zcbor_accepts(rule: str, message: bytes) -> bool:
    """Whether `message` is valid for a rule of protocol.cddl, in zcbor's opinion."""
    from zcbor import CddlValidationError

    try:
        return bool(zcbor_types()[rule].validate_str(message))
    except CddlValidationError:
        return False


def values(kind: type[Any]) -> st.SearchStrategy[Any]:
    """Instances of a message or of a part of one."""
    if kind is replies.CamGrid:
        return st.tuples(st.integers(1, 16), st.integers(1, 16)).flatmap(_grids)
    return st.builds(kind, **{name: field_values(field) for name, field in f.fields_of(kind)})


def field_values(field: Any) -> st.SearchStrategy[Any]:
    """Values of one field, its limits more often than chance has it."""
    if isinstance(field, f.Integer):
        limits = st.sampled_from((field.low, field.high))
        return limits | st.integers(field.low, field.high)
    if isinstance(field, f.Bytes):
        return _sized(field.low, field.high, lambda size: st.binary(min_size=size, max_size=size))
    if isinstance(field, f.Text):
        return _sized(field.low, field.high, lambda size: st.just("x" * size)) | st.text(
            min_size=field.low, max_size=field.high // 4
        )
    if isinstance(field, f.Boolean):
        return st.booleans()
    if isinstance(field, f.Float32):
        return st.floats(width=32, allow_nan=False)
    if isinstance(field, f.UnsignedMap):
        numbers = st.integers(0, 2**64 - 1) | st.integers(0, 30)
        return st.dictionaries(numbers, numbers, max_size=field.high)
    if isinstance(field, f._Member):
        return st.sampled_from(field.kind)
    if isinstance(field, f._Maybe):
        return st.none() | field_values(field.field)
    if isinstance(field, f._Record):
        return values(field.kind)
    if isinstance(field, f._RecordOrMember):
        return field_values(field.record) | field_values(field.member)
    assert isinstance(field, f._Sequence)
    return st.lists(field_values(field.field), min_size=field.low, max_size=field.high).map(tuple)


def _sized(low: int, high: int, make: Any) -> st.SearchStrategy[Any]:
    return (st.sampled_from((low, high)) | st.integers(low, min(high, max(low, 40)))).flatmap(make)


def _grids(size: tuple[int, int]) -> st.SearchStrategy[replies.CamGrid]:
    rows, columns = size
    count = 4 * rows * columns
    data = st.binary(min_size=count, max_size=count)
    return data.map(lambda values: replies.CamGrid(rows, columns, values))
