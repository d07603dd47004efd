"""Text files that users write, read in one way: UTF-8, with or without a byte order mark.

Needs the standard library alone, because ESP-IDF's Python reads settings and partition
tables with it.
"""

from __future__ import annotations

import codecs
import json
from pathlib import Path
from typing import Any

from hil.errors import UsageError

_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # UTF-32's begin with the same two bytes


def read_bytes(path: Path, what: str = "the file", hint: str = "check the path") -> bytes:
    """A file's content; UsageError with `hint` if it cannot be read. `what`: for the message."""
    try:
        return path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a name with a NUL byte
        raise UsageError(
            f"cannot read {what}: {getattr(error, 'strerror', None) or error}",
            where=str(path),
            hint=hint,
        ) from error


def read_text(path: Path, what: str = "the file", hint: str = "check the path") -> str:
    """A file's text, without its byte order mark; line ends are kept as they are.

    Raises:
        UsageError: it cannot be read, or is not UTF-8 (with the line of the first such byte).
    """
    data = read_bytes(path, what, hint)
    if data.startswith(_WIDE):
        raise UsageError(
            f"cannot read {what}: it is UTF-16, not UTF-8, or not text at all",
            where=str(path),
            hint="save the file as UTF-8",
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # Counted in what was decoded, which is without the byte order mark.
        line = error.object.count(b"\n", 0, error.start) + 1
        byte = f"byte 0x{error.object[error.start]:02x}, {error.reason}"
        raise UsageError(
            f"cannot read {what}: it is not UTF-8, or not text: {byte}",
            where=f"{path}:{line}",
            hint="save the file as UTF-8",
        ) from error


def read_json(
    path: Path,
    what: str = "the file",
    hint: str = "check the path",
    invalid_hint: str = "correct it",
    **options: Any,
) -> Any:
    """A JSON file's value; `options` as `json.loads`.

    Raises:
        UsageError: it cannot be read, is not UTF-8, or no JSON (with the parser's line).
    """
    text = read_text(path, what, hint)
    try:
        return json.loads(text, **options)
    except (ValueError, RecursionError) as error:
        line = f":{error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise UsageError(
            f"not valid JSON: {error}", where=f"{path}{line}", hint=invalid_hint
        ) from error
