"""Writes reports as whole files."""

from __future__ import annotations

import os
from pathlib import Path

from hil.record.writer import report_error


def write_report(path: Path, text: str) -> None:
    """Writes a file, or replaces it as a whole; directories are made if need be.

    Raises:
        InfrastructureError: it cannot be written; what was there is untouched.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            temporary.write_text(text, encoding="utf-8", newline="\n")
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as cause:
        raise report_error(path, cause) from cause
