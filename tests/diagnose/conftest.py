from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hil.images import Photo, load, synthetic
from hil.oracle import Oracle
from hil.record.run import Run
from hil.resources import find
from hil.testing.faulty_run import FaultyDevice, run_of

MakeRun = Callable[..., Run]
PHOTOS = (
    "astronaut", "officer", "couple", "coffee", "man-right", "harbour", "pagoda", "shuttle",
    "woman-left", "boy-right", "boy-left", "photographer",
)  # fmt: skip
"""With enough locations that a wrong one is no chance."""


@pytest.fixture(scope="session")
def model() -> bytes:
    return (find("model") / "person_cam.tflite").read_bytes()


@pytest.fixture(scope="session")
def oracle(model: bytes) -> Oracle:
    return Oracle(model, positive_class=1, threshold=60)


@pytest.fixture(scope="session")
def photos() -> tuple[Photo, ...]:
    directory: Path = find("fixtures") / "photos"
    some = [photo for photo in synthetic() if photo.name not in ("black", "white")]
    return (*(load(directory / f"{name}.png") for name in PHOTOS), *some)


@pytest.fixture(scope="session")
def run_with(oracle: Oracle, model: bytes, photos: tuple[Photo, ...]) -> MakeRun:
    """The run of a device with mistakes: `run_with(cell=..., thresholds=...)`."""

    def make(*, thresholds: tuple[int, ...] = (), captures: int = 5, **mistakes: Any) -> Run:
        device = FaultyDevice(oracle, model, **mistakes)
        return run_of(device, photos, captures=captures, thresholds=thresholds)

    return make
