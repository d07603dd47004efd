"""Answers of a float network to a data set, in the form that `hil.run.evaluation` measures."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TYPE_CHECKING

from hil import __version__
from hil.facts.evaluation import (
    RESULTS_VERSION,
    Answer,
    Answers,
    Header,
    Result,
    ValueType,
    with_map,
)
from hil.images import INPUT_SIZE
from hil.network.location import locate
from hil.network.task import Task
from hil.run.evaluation.run import Plan, Progress
from hil.samples.labels import Entry, Problem, problems_error
from hil.samples.load import Picture, read_picture

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from model.float_network import FloatNetwork

TARGET = "float network"
BATCH = 64

_CAM_RANGE = 2**30
"""Maps are kept as integers; their largest magnitude becomes this. Only the proportions of a
map's cells enter the metrics, and a float32 has fewer digits."""


def run_on_network(
    network: FloatNetwork, plan: Plan, progress: Progress, *, positive_class: int, threshold: int
) -> Answers:
    """Every picture of the plan through the network, in batches.

    Args:
        network: what answers.
        plan: the pictures; `resume` is not used.
        progress: is told of each picture.
        positive_class: whose score and map count.
        threshold: in percent.

    Raises:
        UsageError: pictures that cannot be used, named with their lines, after all others
            were run.
    """
    header = Header(
        version=RESULTS_VERSION,
        camhil=__version__,
        target=TARGET,
        engine=network.engine,
        build_id="",
        model_sha256=network.sha256,
        task=Task(
            "localization",
            activation="softmax",
            classes=network.classes,
            positive_class=positive_class,
            threshold=float(threshold),
            why="as the .tflite that is made of it",
        ),
        values=ValueType("float64", network.classes),
        input_size=INPUT_SIZE,
        resolver=network.engine,
        fit=plan.fit,
    )
    results: dict[str, Result] = {}
    problems: list[Problem] = []
    progress.begin(len(plan.entries), 0)
    pictures = _pictures(plan)
    while batch := list(islice(pictures, BATCH)):
        problems += [Problem(entry.line, picture.problem) for entry, picture in batch
                     if picture.pixels is None]  # fmt: skip
        usable = [(entry, picture) for entry, picture in batch if picture.pixels is not None]
        images = [picture.pixels for _, picture in usable if picture.pixels is not None]
        answers = _answers(network, images, positive_class, threshold)
        for (entry, picture), answer in zip(usable, answers, strict=True):
            results[entry.file] = Result(entry.file, picture.file_crc, picture.size, answer)
            progress.step()
    if problems:
        raise problems_error(plan.data.labels, problems)
    return Answers(header, results)


def _pictures(plan: Plan) -> Iterator[tuple[Entry, Picture]]:
    """The pictures in the order of the plan, read ahead by `plan.jobs` threads."""

    def read(entry: Entry) -> Picture:
        return read_picture(plan.data.folder, entry, fit=plan.fit)

    workers = max(1, min(plan.jobs, os.cpu_count() or 1))
    with ThreadPoolExecutor(workers) as pool:
        for start in range(0, len(plan.entries), BATCH):
            batch = plan.entries[start : start + BATCH]
            yield from zip(batch, pool.map(read, batch), strict=True)


def _answers(
    network: FloatNetwork, images: Sequence[NDArray[np.uint8]], positive_class: int, threshold: int
) -> list[Answer]:
    import numpy as np

    if not images:
        return []
    scores, maps = network.run(np.stack(images), positive_class)
    return [
        _answer(zlib.crc32(image.tobytes()), score, cam, positive_class, threshold)
        for image, score, cam in zip(images, scores, maps, strict=True)
    ]


def _answer(
    crc: int,
    score: NDArray[np.float64],
    cam: NDArray[np.float64],
    positive_class: int,
    threshold: int,
) -> Answer:
    import numpy as np

    largest = float(np.abs(cam).max()) or 1.0
    cells = np.rint(cam * (_CAM_RANGE / largest)).astype(np.int32)
    location = locate(cells, INPUT_SIZE, passed=100 * float(score[positive_class]) >= threshold)
    values = score.astype(np.float64).tobytes()
    return with_map(Answer(crc, (), values), threshold, location, cells)
