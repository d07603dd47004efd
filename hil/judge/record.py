"""Facts to JSON and back. Unknown, missing or ill-typed fields are errors."""

from __future__ import annotations

import dataclasses
import enum
import json
import types
import typing
from typing import Any, TypeVar

from hil.errors import UsageError

_Facts = TypeVar("_Facts")


def to_json(facts: Any) -> dict[str, Any]:
    """A facts dataclass as an object that `json.dump` takes."""
    value: dict[str, Any] = _encode(facts)
    return value


def from_json(kind: type[_Facts], data: Any, *, where: str = "record") -> _Facts:
    """The facts of type `kind` from what `json.load` gave.

    Raises:
        UsageError: a field is unknown, missing or of another type; `where` and the
            field's path are named.
    """
    try:
        value: _Facts = _decode(kind, data, "")
    except _MismatchError as error:
        raise UsageError(
            f"not a record of {kind.__name__}: {error}",
            where=where,
            hint="judge a file that this version of camhil wrote",
        ) from error
    return value


def dumps(facts: Any) -> str:
    """A facts dataclass as JSON text."""
    return json.dumps(to_json(facts), separators=(",", ":"))


def loads(kind: type[_Facts], text: str, *, where: str = "record") -> _Facts:
    """The facts of type `kind` from JSON text; errors as `from_json`."""
    try:
        data = json.loads(text)
    except ValueError as error:
        raise UsageError(
            f"not JSON: {error}", where=where, hint="give a file that camhil wrote"
        ) from error
    return from_json(kind, data, where=where)


class _MismatchError(ValueError):
    pass


def _encode(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return {f.name: _encode(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, tuple):
        return [_encode(item) for item in value]
    return value


def _decode(kind: Any, data: Any, path: str) -> Any:
    origin = typing.get_origin(kind)
    if origin in (typing.Union, types.UnionType):
        return _decode_union(typing.get_args(kind), data, path)
    if origin is tuple:
        return _decode_tuple(typing.get_args(kind), data, path)
    if dataclasses.is_dataclass(kind):
        return _decode_dataclass(kind, data, path)
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        if data in [member.value for member in kind]:
            return kind(data)
    elif type(data) is kind or (kind is type(None) and data is None):
        return data
    raise _MismatchError(f"{path or 'the record'} is {data!r}, not {kind.__name__}")


def _decode_union(kinds: tuple[Any, ...], data: Any, path: str) -> Any:
    problems = []
    for kind in kinds:
        try:
            return _decode(kind, data, path)
        except _MismatchError as error:
            problems.append(error)
    # The alternative that got furthest explains best: the one naming the deepest path.
    raise max(problems, key=lambda problem: str(problem).partition(" ")[0].count("."))


def _decode_tuple(kinds: tuple[Any, ...], data: Any, path: str) -> tuple[Any, ...]:
    if not isinstance(data, list):
        raise _MismatchError(f"{path} is {data!r}, not a list")
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        kinds = (kinds[0],) * len(data)
    if len(kinds) != len(data):
        raise _MismatchError(f"{path} has {len(data)} entries, not {len(kinds)}")
    pairs = enumerate(zip(kinds, data, strict=True))
    return tuple(_decode(kind, item, f"{path}[{index}]") for index, (kind, item) in pairs)


def _decode_dataclass(kind: Any, data: Any, path: str) -> Any:
    if not isinstance(data, dict):
        raise _MismatchError(f"{path or 'the record'} is {data!r}, not an object")
    hints = typing.get_type_hints(kind)
    fields = {field.name for field in dataclasses.fields(kind)}
    prefix = f"{path}." if path else ""
    for name in [*(fields - data.keys()), *(data.keys() - fields)]:
        problem = "is missing" if name in fields else "is unknown"
        raise _MismatchError(f"{prefix}{name} {problem}")
    return kind(**{name: _decode(hints[name], data[name], f"{prefix}{name}") for name in fields})
