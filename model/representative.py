"""Photographs of a data set that fix the quantization, spread over classes and sources."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from hil.errors import UsageError
from hil.samples.labels import DataSet, Entry, Problem, problems_error
from model.calibration import SIDE, calibration_images, check_calibration_images

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hil.images import Fit

SPLIT = "train"
PHOTOGRAPHS = 100
"""As many as TensorFlow's guide asks for; variants are made of each."""

MINIMUM_PHOTOGRAPHS = 12
"""Different ones, not of one brightness: the variants of fewer are still the same few."""

CALIBRATION_SEED = 1


def representative_set(
    data: DataSet, fit: Fit, progress: Callable[[int], None] | None = None
) -> NDArray[np.uint8]:
    """The images to convert with, uint8 [n, 96, 96]: variants, noise, black and white.

    Args:
        data: its split train is taken from.
        fit: how pictures are brought to 96x96.
        progress: called with 1 after each photograph.

    Raises:
        UsageError: no such split, pictures that cannot be read (named with their lines),
            or too few or too uniform ones.
    """
    entries = [entry for entry in data.entries if entry.split == SPLIT]
    if not entries:
        raise UsageError(
            f"no photograph in the split {SPLIT!r} to calibrate with",
            where=str(data.labels),
            hint="give the data set that the network was trained on",
        )
    photographs = _read(data, spread(entries, PHOTOGRAPHS), fit, progress)
    varied = {image.tobytes() for image in photographs if image.min() != image.max()}
    if len(varied) < MINIMUM_PHOTOGRAPHS:
        raise UsageError(
            f"cannot calibrate: {len(varied)} different photographs that are not of one "
            f"brightness, at least {MINIMUM_PHOTOGRAPHS} are needed",
            where=str(data.labels),
            hint="add real photographs, not copies or blank frames, to the split 'train'",
        )
    images = calibration_images(photographs, seed=CALIBRATION_SEED)
    check_calibration_images(images)
    return images


def spread(entries: Sequence[Entry], count: int) -> list[Entry]:
    """At most `count` entries: in turn from each source and class, by the SHA-256 of names."""
    groups: dict[tuple[str, bool], list[Entry]] = {}
    for entry in entries:
        groups.setdefault((entry.source, entry.shows_person()), []).append(entry)
    queues = [sorted(groups[key], key=_order, reverse=True) for key in sorted(groups)]
    chosen: list[Entry] = []
    while len(chosen) < count and any(queues):
        for queue in queues:
            if queue and len(chosen) < count:
                chosen.append(queue.pop())
    return chosen


def _order(entry: Entry) -> tuple[bytes, str]:
    return hashlib.sha256(entry.file.encode()).digest(), entry.file


def _read(
    data: DataSet, entries: Sequence[Entry], fit: Fit, progress: Callable[[int], None] | None
) -> NDArray[np.uint8]:
    import numpy as np

    from hil.images import load

    pictures, problems = [], []
    for entry in entries:
        try:
            photo = load(entry.path(data.folder), resize=True, size=(SIDE, SIDE), fit=fit)
            pictures.append(photo.pixels)
        except UsageError as error:
            problems.append(Problem(entry.line, f"{entry.file}: {error.message}"))
        if progress is not None:
            progress(1)
    if problems:
        raise problems_error(data.labels, problems)
    return np.stack(pictures).astype(np.uint8)
