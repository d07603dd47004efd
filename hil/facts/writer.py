"""Writes run files: one JSON object a line, as it happens.

A run that is interrupted leaves a file that is valid up to its last line.
"""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import IO, Any

from hil.errors import InfrastructureError


class RunFile:
    """Appends records to `path`; `error` holds the first failure to write, if any."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.error: InfrastructureError | None = None
        self._stream: IO[str] | None = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._stream = path.open("w", encoding="utf-8")
        except OSError as cause:
            self._fail(cause)

    def write(self, record: Any) -> None:
        """Adds one line, for a dataclass of `hil.facts.records.KINDS`.

        After a failure further lines are dropped, and `error` says so.
        """
        if self._stream is None:
            return
        line = line_of(record)
        try:
            self._stream.write(line + "\n")
            self._stream.flush()
        except OSError as cause:
            self._fail(cause)

    def close(self) -> None:
        stream, self._stream = self._stream, None
        if stream is None:
            return
        try:
            stream.close()
        except OSError as cause:
            self._fail(cause)

    def _fail(self, cause: OSError) -> None:
        stream, self._stream = self._stream, None
        self.error = self.error or report_error(self.path, cause)
        if stream is not None:
            # The buffered rest cannot be written either; the first error is the one to report.
            with contextlib.suppress(OSError):
                stream.close()


def line_of(record: Any) -> str:
    """A dataclass of `hil.facts.records.KINDS` as a line of the file, without its end."""
    from hil.facts.codec import to_json
    from hil.facts.records import KINDS

    kind = next(name for name, known in KINDS.items() if isinstance(record, known))
    return json.dumps({"kind": kind, **to_json(record)}, separators=(",", ":"))


def report_error(path: Path | str, cause: OSError) -> InfrastructureError:
    """The error for a report that could not be written."""
    return InfrastructureError(
        f"cannot write the report: {cause.strerror or cause}",
        where=str(path),
        hint="free space or choose another place; the run itself is not affected, "
        "but a run without its report does not count as passed",
    )
