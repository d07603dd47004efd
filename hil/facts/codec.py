"""Facts to JSON and back. Unknown, missing or ill-typed fields are errors."""

from __future__ import annotations

import dataclasses
import enum
import functools
import types
import typing
from collections.abc import Callable
from typing import Any, TypeVar

from hil.errors import UsageError

_Facts = TypeVar("_Facts")
_Decoder = Callable[[Any], Any]
_PLAIN = {int, float, str, bool, types.NoneType}


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
        return decoded(kind, data)
    except MismatchError as error:
        raise UsageError(
            f"not a record of {kind.__name__}: {error}",
            where=where,
            hint="judge a file that this version of camhil wrote",
        ) from error


def decoded(kind: type[_Facts], data: Any) -> _Facts:
    """As `from_json`, for who has an error of his own. Raises MismatchError."""
    value: _Facts = _decoder(typing.cast("Any", kind))(data)
    return value


class MismatchError(ValueError):
    """What is wrong, and where: `path` grows from the inside out."""

    def __init__(self, problem: str, path: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.path = path

    def within(self, place: str) -> MismatchError:
        """The same from one level further out: a field, or an index in brackets."""
        joint = "." if self.path and not self.path.startswith("[") else ""
        self.path = f"{place}{joint}{self.path}"
        return self

    def __str__(self) -> str:
        return f"{self.path or 'the record'} {self.problem}"


def _encode(value: Any) -> Any:
    if type(value) in _PLAIN:
        return value
    if dataclasses.is_dataclass(value):
        return {f.name: _encode(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, tuple):
        # Plain values are a map's row, mostly.
        plain = _PLAIN.issuperset(map(type, value))
        return list(value) if plain else [_encode(item) for item in value]
    return value


@functools.cache
def _decoder(kind: Any) -> _Decoder:
    """What turns JSON into `kind`. Made once a type: looking at type hints takes longer
    than decoding, and a run file has thousands of records.
    """
    origin = typing.get_origin(kind)
    if origin in (typing.Union, types.UnionType):
        return _union(typing.get_args(kind))
    if origin is typing.Literal:
        texts = typing.get_args(kind)
        return _one_of(" or ".join(map(repr, texts)), {text: text for text in texts})
    if origin is tuple:
        return _tuple(typing.get_args(kind))
    if dataclasses.is_dataclass(kind):
        return _dataclass(kind)
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return _one_of(kind.__name__, {member.value: member for member in kind})
    return _plain(kind)


def _plain(kind: Any) -> _Decoder:
    def decode(data: Any) -> Any:
        # `type`, not isinstance: True is no number.
        if type(data) is kind:
            return data
        raise MismatchError(f"is {data!r}, not {kind.__name__}")

    return decode


def _one_of(what: str, values: dict[str, Any]) -> _Decoder:
    def decode(data: Any) -> Any:
        if isinstance(data, str) and data in values:
            return values[data]
        raise MismatchError(f"is {data!r}, not {what}")

    return decode


def _union(kinds: tuple[Any, ...]) -> _Decoder:
    decoders = tuple(map(_decoder, kinds))
    optional = types.NoneType in kinds

    def decode(data: Any) -> Any:
        if data is None and optional:
            return None
        problems = []
        for alternative in decoders:
            try:
                return alternative(data)
            except MismatchError as error:
                problems.append(error)
        # The alternative that got furthest explains best: the one naming the deepest path.
        raise max(problems, key=lambda problem: problem.path.count("."))

    return decode


def _tuple(kinds: tuple[Any, ...]) -> _Decoder:
    same = len(kinds) == 2 and kinds[1] is Ellipsis
    plain = {kinds[0]} if same and kinds[0] in (int, float, str) else None
    decoders = [_decoder(kind) for kind in kinds if kind is not Ellipsis]

    def decode(data: Any) -> Any:
        if not isinstance(data, list):
            raise MismatchError(f"is {data!r}, not a list")
        if plain is not None and set(map(type, data)) <= plain:
            return tuple(data)  # a map, mostly
        of_each = decoders * len(data) if same else decoders
        if len(of_each) != len(data):
            raise MismatchError(f"has {len(data)} entries, not {len(of_each)}")
        items = []
        try:
            for decoder, item in zip(of_each, data, strict=True):
                items.append(decoder(item))
        except MismatchError as error:
            raise error.within(f"[{len(items)}]") from None
        return tuple(items)

    return decode


def _dataclass(kind: Any) -> _Decoder:
    hints = typing.get_type_hints(kind)
    names = tuple(field.name for field in dataclasses.fields(kind))
    decoders = tuple((name, _decoder(hints[name])) for name in names)
    known = set(names)

    def decode(data: Any) -> Any:
        if not isinstance(data, dict):
            raise MismatchError(f"is {data!r}, not an object")
        if data.keys() != known:
            missing = next((name for name in names if name not in data), None)
            if missing is not None:
                raise MismatchError("is missing", missing)
            raise MismatchError("is unknown", next(name for name in data if name not in known))
        values = {}
        for name, decoder in decoders:
            try:
                values[name] = decoder(data[name])
            except MismatchError as error:
                raise error.within(name) from None
        return kind(**values)

    return decode
