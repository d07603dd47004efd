"""Writes reports as whole files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from hil.base.whole_file import write_whole
from hil.errors import UsageError
from hil.facts.writer import report_error


def check_outputs(outputs: Iterable[Path | None], inputs: Iterable[Path | None]) -> None:
    """Before anything is done, that no output of a command replaces what it reads, or another one.

    None stands for a file that nobody asked for.

    Raises:
        UsageError: it would; or an output's name is that of a directory.
    """
    given = [path for path in outputs if path is not None]
    resolved = [path.resolve() for path in given]
    sources = {path.resolve() for path in inputs if path is not None}
    for path, place in zip(given, resolved, strict=True):
        if place in sources or resolved.count(place) > 1:
            what = "a file that this command reads" if place in sources else "another report"
            raise UsageError(
                f"the report would overwrite {what}",
                where=str(path),
                hint="give each a name of its own",
            )
        if place.is_dir():
            raise UsageError(
                "the report's name is that of a directory",
                where=str(path),
                hint="give the name of a file",
            )


def write_report(path: Path, text: str) -> None:
    """Writes a file, or replaces it as a whole; directories are made if need be.

    Raises:
        InfrastructureError: it cannot be written; what was there is untouched.
    """
    # A file's name need not be text, and may be shown.
    write_bytes(path, text.encode("utf-8", "backslashreplace"))


def write_bytes(path: Path, data: bytes) -> None:
    """As `write_report`, of bytes."""
    try:
        write_whole(path, data)
    except OSError as cause:
        raise report_error(path, cause) from cause
