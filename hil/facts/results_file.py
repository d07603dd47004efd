"""The file that an evaluation is resumed from: results are added as they come.

An interrupted evaluation leaves a file that is valid up to its last whole line; the
next one goes on behind it. One process at a time may write.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import IO, Any

from hil.base.closing import Closing
from hil.errors import InfrastructureError, UsageError
from hil.facts.evaluation import Header, Result, header_line, read_header, read_result, result_line

_START = b'{"kind":"evaluation"'  # of every such file: no other one is cut or written to


class ResultsFile(Closing):
    """An open results file; a context manager. `kept`: the results that it held, by file."""

    def __init__(self, path: Path, header: Header) -> None:
        """Opens or starts the file.

        Raises:
            UsageError: another process writes it, it is of another board, model or
                oracle, or a line is damaged.
            InfrastructureError: it cannot be written.
        """
        self.path = path
        self._header = header
        self.kept: dict[str, Result] = {}
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._stream: IO[bytes] = path.open("a+b")
        except OSError as cause:
            raise self._error(cause) from cause
        try:
            self._lock()
            if not self._read(header):
                self._write(header_line(header))
        except BaseException:
            self._stream.close()
            raise

    def add(self, result: Result) -> None:
        """Writes one result; it is on disk, as far as the system says, when this returns."""
        self._write(result_line(result, self._header))

    def close(self) -> None:
        try:
            self._stream.close()
        except OSError as cause:
            raise self._error(cause) from cause

    def _lock(self) -> None:
        try:
            import fcntl
        except ImportError:  # Windows: two evaluations into one file are not told
            return
        try:
            fcntl.flock(self._stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as cause:
            raise UsageError(
                "another evaluation writes this file",
                where=str(self.path),
                hint="wait for it, or give another file",
            ) from cause

    def _read(self, header: Header) -> bool:
        """Takes over what is there, and cuts off an unfinished line; False for a new file."""
        stream, end, number = self._stream, 0, 0
        stream.seek(0)
        for number, line in enumerate(stream, start=1):
            if not line.endswith(b"\n"):
                if number == 1 and not (line.startswith(_START) or _START.startswith(line)):
                    raise UsageError(
                        "this is no results file",
                        where=str(self.path),
                        hint="give a new file, or one that --resume wrote",
                    )
                number -= 1
                break
            where = f"{self.path}, line {number}"
            if number == 1:
                self._check(read_header(line, where), header)
            else:
                result = read_result(line, header, where)
                self.kept[result.file] = result
            end += len(line)
        stream.truncate(end)
        return number > 0

    def _check(self, found: Header, expected: Header) -> None:
        other = next(_differing(found, expected), None)
        if other is not None:
            name, before, now = other
            raise UsageError(
                f"these results are of another {name.replace('_', ' ')}: {before}, now it is {now}",
                where=str(self.path),
                hint="give a new file; results of both cannot be mixed",
            )

    def _write(self, line: str) -> None:
        try:
            self._stream.write(line.encode("utf-8") + b"\n")
            self._stream.flush()
        except OSError as cause:
            with contextlib.suppress(OSError):  # the buffered rest fails again
                self._stream.close()
            raise self._error(cause) from cause

    def _error(self, cause: OSError) -> InfrastructureError:
        return InfrastructureError(
            f"cannot write the results: {cause.strerror or cause}",
            where=str(self.path),
            hint="free space or make the folder writable; the same command then goes on",
        )


def _differing(found: Header, expected: Header) -> Iterator[tuple[str, object, object]]:
    """What is another: name, what was found, what is expected.

    Another version of the harness reads the same facts; all else changes the answers.
    """

    def compared(one: Any, other: Any, *left_out: str) -> Iterator[tuple[str, object, object]]:
        for field in fields(one):
            before, now = getattr(one, field.name), getattr(other, field.name)
            if field.name not in left_out and before != now:
                yield field.name, before, now

    yield from compared(found, expected, "camhil", "task", "values")
    yield from compared(found.task, expected.task, "why")
    yield from compared(found.values, expected.values)
