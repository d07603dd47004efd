"""Where the model's files are, and reading one."""

from __future__ import annotations

from pathlib import Path

from hil.base.text_file import read_bytes

HERE = Path(__file__).resolve().parent
MODEL = HERE / "person_cam.tflite"
PHOTOGRAPHS = HERE.parent / "fixtures" / "photos"


def read_model(path: Path) -> bytes:
    """A file's bytes; UsageError if it cannot be read."""
    return read_bytes(path, "the model")
