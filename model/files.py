"""Where the model's files are, and reading one."""

from __future__ import annotations

from pathlib import Path

from hil.errors import UsageError

HERE = Path(__file__).resolve().parent
MODEL = HERE / "person_cam.tflite"
PHOTOGRAPHS = HERE.parent / "fixtures" / "photos"


def read_model(path: Path) -> bytes:
    """A file's bytes; UsageError if it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"cannot read the model: {error.strerror}", where=str(path), hint="check the path"
        ) from error
