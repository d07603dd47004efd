"""Reads run files. A damaged line or another version is an error, never a guess."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from hil.errors import UsageError
from hil.facts.codec import from_json
from hil.facts.records import KINDS, RUN_VERSION, RunHeader
from hil.facts.run import Run

DEFAULT_NAME = "facts.jsonl"
_GZIP = ".gz"
_HINT = "give a file that `pytest --facts FILE` of this version wrote, or its directory"


def read_run(path: Path) -> Run:
    """A whole run: from its file, or from a directory that holds `facts.jsonl`.

    Raises:
        UsageError: unreadable, of another version, or a line that is damaged; the
            line is named. Only a last line that was cut short is taken as the end
            of an interrupted run.
    """
    lines = list(read_lines(path))
    if not lines or not isinstance(lines[0], RunHeader):
        raise UsageError("not a run file: it has no header", where=str(path), hint=_HINT)
    return Run.of(lines)


def read_lines(path: Path) -> Iterator[Any]:
    """The lines of a run file one by one, as the dataclasses of `KINDS`."""
    file = path / DEFAULT_NAME if path.is_dir() else path
    try:
        with _open(file) as stream:
            for number, line in enumerate(stream, start=1):
                record = record_of(line, f"{file}, line {number}")
                if record is not None:
                    yield record
    except (OSError, EOFError, zlib.error) as cause:
        why = getattr(cause, "strerror", None) or cause
        raise UsageError(f"cannot read the run: {why}", where=str(file), hint=_HINT) from cause


def _open(file: Path) -> AbstractContextManager[Iterable[bytes]]:
    """A run file, also one that is compressed as a page holds it."""
    if file.suffix != _GZIP:
        return file.open("rb")
    import gzip

    return gzip.open(file)


def record_of(line: bytes, where: str) -> Any:
    """One line as a dataclass of `KINDS`; None for one that was cut short. Errors as `read_run`."""
    try:
        data = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError) as cause:
        if not line.endswith(b"\n"):
            return None  # the writer was interrupted in it
        raise UsageError(f"a damaged line: {cause}", where=where, hint=_HINT) from cause
    kind = data.pop("kind", None) if isinstance(data, dict) else None
    if not isinstance(kind, str) or kind not in KINDS:
        raise UsageError(f"unknown kind {kind!r}", where=where, hint=_HINT)
    if kind == "run" and data.get("version") != RUN_VERSION:
        raise UsageError(
            f"a run file of version {data.get('version')!r}, this camhil reads {RUN_VERSION}",
            where=where,
            hint="read it with the camhil that wrote it",
        )
    return from_json(KINDS[kind], data, where=where)
