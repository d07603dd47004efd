"""Strict TOML reading: every key is asked for by type, what nobody asked for is an error.

Errors name the file, the key and the line. TOML parsers keep no positions, so
the line is found again by its text.
"""

from __future__ import annotations

import difflib
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from hil.base.text_file import read_text
from hil.errors import UsageError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib  # type: ignore[import-not-found,unused-ignore]

_Value = TypeVar("_Value")
_REQUIRED: Any = object()
_TYPE_NAMES = {bool: "true or false", int: "a whole number", float: "a number", str: "a text",
               list: "a list", dict: "a table"}  # fmt: skip


class Table:
    """One table of a TOML file; `take` its keys, then `finish`."""

    def __init__(self, data: Mapping[str, Any], source: _Source, header: str, number: int) -> None:
        self._left = dict(data)
        self._source = source
        self._header = header
        self._number = number
        self._known: list[str] = []

    def take(self, key: str, kind: type[_Value], default: _Value = _REQUIRED) -> _Value:
        """The value of `key`, removed from the table.

        An int is accepted where a float is asked for; a bool is never a number.

        Raises:
            UsageError: the key is missing and has no default, or is of another type.
        """
        self._known.append(key)
        if key not in self._left:
            if default is _REQUIRED:
                where = f" of {self._place()}" if self._header else ""
                raise self.error(f"key {key!r}{where} is missing", hint=f"add {key} = ...")
            return default
        value = self._left.pop(key)
        if kind is float and type(value) is int:
            value = float(value)
        if type(value) is not kind:
            raise self.error(
                f"{key} must be {_TYPE_NAMES[kind]}, not {value!r}", hint="correct it", key=key
            )
        return value

    def take_either(self, key: str, kinds: tuple[type, ...]) -> Any:
        """The value of `key`, of one of these types, or None without it; errors as `take`."""
        if type(self._left.get(key)) not in kinds:
            return self.take(key, kinds[0], None)
        return self.take(key, type(self._left[key]))

    def where(self, key: str | None = None) -> str:
        """File and line of `key`, or of this table's header."""
        return f"{self._source.path}:{self._source.line(self._header, self._number, key)}"

    def has(self, key: str) -> bool:
        """Whether the file gives `key`."""
        return key in self._left

    def tables(self, key: str) -> list[Table]:
        """The array of tables [[key]], removed from this table."""
        entries = self.take(key, list, [])
        if not all(isinstance(entry, dict) for entry in entries):
            raise self.error(f"{key} must be [[{key}]] tables", hint="correct it", key=key)
        return [Table(entry, self._source, key, n) for n, entry in enumerate(entries, start=1)]

    def table(self, *keys: str) -> Table | None:
        """The table [a.b] for the keys "a" and "b"; None where the file has none.

        Raises UsageError where one of them is no table.
        """
        data: Any = self._left
        for depth, key in enumerate(keys):
            if key not in data:
                return None
            data = data[key]
            if not isinstance(data, dict):
                name, above = ".".join(keys[: depth + 1]), ".".join(keys[:depth])
                what = "an array of tables" if isinstance(data, list) else repr(data)
                places = ((name, None), (above, key), ("", name))
                line = max(self._source.line(header, 1, at) for header, at in places)
                raise UsageError(
                    f"{name} must be a table, not {what}",
                    where=f"{self._source.path}:{line}",
                    hint=f"write [{name}], once, and the keys below it",
                )
        return Table(data, self._source, ".".join(keys), 1)

    def finish(self, known: Sequence[str] = ()) -> None:
        """Raises UsageError for a key that nothing asked for, with the nearest known one."""
        known = known or self._known
        for key in self._left:
            near = difflib.get_close_matches(key, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(known)}"
            raise self.error(f"unknown key {key!r}", hint=hint, key=key)

    def error(self, message: str, *, hint: str, key: str | None = None) -> UsageError:
        """A UsageError placed at the line of `key`, or of this table's header."""
        return UsageError(message, where=self.where(key), hint=hint)

    def _place(self) -> str:
        return f"[[{self._header}]] number {self._number}"


class _Source:
    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self._lines = text.splitlines()

    def line(self, header: str, number: int, key: str | None) -> int:
        """Line (from 1) of `key` in the `number`th [header] or [[header]] table, or of that."""
        start, seen = 0, 0
        if header:
            for index, line in enumerate(self._lines):
                if re.match(rf"\s*\[\[?\s*{re.escape(header)}\s*\]", line):
                    seen += 1
                    if seen == number:
                        start = index
                        break
        if key is not None:
            pattern = re.compile(rf"""\s*\[*\s*["']?{re.escape(key)}["']?\s*[=.\]]""")
            for index in range(start, len(self._lines)):
                if pattern.match(self._lines[index]):
                    return index + 1
        return start + 1


def read_toml(path: Path) -> Table:
    """The root table of a TOML file.

    Raises:
        UsageError: no such file, not UTF-8, or not TOML (with the parser's line).
    """
    text = read_text(path)
    try:
        data = tomllib.loads(text)
        _check_numbers(data)
    except (ValueError, RecursionError) as error:  # TOMLDecodeError is a ValueError
        raise UsageError(
            f"not a TOML file: {error}", where=str(path), hint="correct the file at that place"
        ) from error
    return Table(data, _Source(path, text), "", 0)


def _check_numbers(value: Any, key: str = "") -> None:
    """Whole numbers of TOML have 64 bits; longer ones need not fit a float either."""
    if isinstance(value, dict):
        for name, each in value.items():
            _check_numbers(each, name)
    elif isinstance(value, list):
        for each in value:
            _check_numbers(each, key)
    elif type(value) is int and not -(1 << 63) <= value < 1 << 63:
        raise ValueError(f"{key} is a whole number of {value.bit_length()} bits, more than 64")
