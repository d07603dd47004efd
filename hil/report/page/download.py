"""The run file inside of its page, so that who gets the page can judge the run again."""

from __future__ import annotations

import base64
import gzip
from dataclasses import dataclass
from pathlib import Path

from hil.errors import InfrastructureError

MOST_BYTES = 2_000_000
"""Of the compressed file: with more the page would no longer go through the mail."""


@dataclass(frozen=True, slots=True)
class Download:
    """`href`: a data link of the compressed file; empty where it is too large."""

    name: str
    href: str
    size: str


def download(file: Path, most_bytes: int = MOST_BYTES) -> Download:
    """The file as a link.

    Raises:
        InfrastructureError: it cannot be read.
    """
    try:
        data = file.read_bytes()
    except OSError as cause:
        raise InfrastructureError(
            f"cannot read the run file: {cause.strerror or cause}",
            where=str(file),
            hint="write the report where the run file can be read",
        ) from cause
    if file.suffix == ".gz":  # taken out of a page
        packed, name = data, file.name
    else:
        packed = gzip.compress(data, 9, mtime=0)  # the same page for the same run
        name = f"{file.name}.gz"
    if len(packed) > most_bytes:
        return Download(file.name, "", f"{len(data) / 1e6:.1f} MB")
    text = base64.b64encode(packed).decode("ascii")
    return Download(name, f"data:application/gzip;base64,{text}", f"{len(packed) / 1e6:.1f} MB")
