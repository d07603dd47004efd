"""The diagnosis of a failed run of 50 images, from its records: the slowest of some faults."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from benchmarks.result import Result
from hil.base.resources import find
from hil.diagnose import diagnose
from hil.images import Photo, load, synthetic
from hil.oracle import Oracle
from hil_lab.fakes.faulty_run import FaultyDevice, run_of

IMAGES = 50


def run() -> Iterator[Result]:
    model = (find("model") / "person_cam.tflite").read_bytes()
    pictures = photos()
    slowest, detail, named = 0.0, "", 0
    for name, mistakes in faults().items():
        # A fresh oracle: what it has answered before must not count.
        recorded = run_of(
            FaultyDevice(Oracle.open(model, positive_class=1, threshold=60), model, **mistakes),
            pictures,
        )
        found = diagnose(recorded)
        named += bool(found.findings)
        if found.seconds > slowest:
            slowest = found.seconds
            detail = f"{name}, {found.tested} hypotheses; {IMAGES} images, all fail"
    yield Result("diagnosis of a failed run", slowest, "at most", 5.0, detail, "s")
    yield Result("faults named", named, "at least", len(faults()) - 1, "one is noise", "")


def photos() -> tuple[Photo, ...]:
    """Photographs, and noise in place of what is missing."""
    files = sorted((find("fixtures") / "photos").glob("*.png"))
    some = [load(file) for file in files]
    noise = (synthetic(seed)[2] for seed in range(2, IMAGES))
    while len(some) < IMAGES:
        picture = next(noise)
        some.append(Photo(f"noise-{len(some)}", picture.pixels))
    return tuple(some[:IMAGES])


def faults() -> dict[str, dict[str, Any]]:
    """Quick and slow ones to find; the last has no explanation, so that all is tried."""

    def noise(inputs: Any, right: Any) -> Any:
        seed = int(right.astype(np.int64).sum()) & 0xFFFF
        return np.random.default_rng(seed).integers(-128, 128, right.shape, dtype=np.int8)

    def dead(inputs: Any, right: Any) -> Any:
        changed = right.copy()
        changed[..., 3] = 7
        return changed

    see: Callable[..., Any] = lambda tensor, before: tensor.T ^ -128  # noqa: E731
    return {
        "transposed location": {"cell": lambda cam: divmod(int(cam.argmax()), 6)[::-1]},
        "two mistakes in the input": {"see": see},
        "a lost byte": {"see": lambda t, before: np.append(np.delete(t.reshape(-1), 4001), 0)},
        "a dead channel": {"operators": {4: dead}},
        "noise in the first operator": {"operators": {0: noise}},
    }
