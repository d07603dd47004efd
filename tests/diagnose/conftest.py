from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hil.base.resources import find
from hil.diagnose import seen
from hil.facts.run import Run
from hil.images import Photo, load, synthetic
from hil.oracle import Oracle
from hil.oracle.submodel import Part
from hil_lab.fakes.faulty_run import FaultyDevice, run_of

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
    with pytest.MonkeyPatch.context() as patch:
        # Every test asks for the same images.
        patch.setattr("hil.oracle.oracle._KEPT_TRACES", 64)
        patch.setattr("hil.oracle.oracle._KEPT_ANSWERS", 8192)
        return Oracle.open(model, positive_class=1, threshold=60)


class _Kept:
    """A part of a model that remembers its answers."""

    def __init__(self, part: Part) -> None:
        self._part = part
        self._answers: dict[bytes, Any] = {}

    def run(self, tensor: Any) -> Any:
        key = tensor.tobytes()
        if key not in self._answers:
            self._answers[key] = self._part.run(tensor)
        return self._answers[key]


@pytest.fixture(scope="session", autouse=True)
def _hypotheses_are_computed_once() -> Iterator[None]:
    """Each diagnosis tries the same mistakes in the input on the same images."""
    kept = functools.lru_cache(maxsize=None)(_Kept)
    with pytest.MonkeyPatch.context() as patch:
        first_op = seen.first_op
        patch.setattr(seen, "first_op", lambda point: kept(first_op(point)))
        yield


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
