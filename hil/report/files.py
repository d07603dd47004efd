"""Writes reports as whole files."""

from __future__ import annotations

from pathlib import Path

from hil.base.whole_file import write_whole
from hil.facts.writer import report_error


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
