"""Answers of a float network, with a network whose answers are known beforehand."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import cast

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from hil.errors import UsageError
from hil.facts.evaluation import Answers
from hil.images import load
from hil.judge.evaluation.evaluation import evaluate
from hil.judge.evaluation.selection import select
from hil.judge.tolerance import load_tolerances
from hil.network.location import Location, NoLocation
from hil.run.evaluation.run import Plan
from hil.samples.labels import read_labels
from model.evaluation import Silent
from model.float_answers import BATCH, run_on_network
from model.float_network import FloatNetwork


class Known:
    """Scores a picture by its brightness; the map is the mean of each of 6x6 cells, minus 0.3."""

    sha256, engine, classes = "cd", "keras", 2

    def __init__(self) -> None:
        self.batches: list[int] = []

    def run(
        self, images: NDArray[np.uint8], positive_class: int
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        assert positive_class == 1
        self.batches.append(len(images))
        cells = images.reshape(-1, 6, 16, 6, 16).mean(axis=(2, 4)) / 255
        person = cells.mean(axis=(1, 2))
        return np.stack([1 - person, person], axis=1), cells - 0.3


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Seventy pictures of rising brightness, brightest in the cell of row 1, column 4."""
    lines = ["file,person,boxes"]
    (tmp_path / "images").mkdir()
    for n in range(70):
        pixels = np.full((96, 96), n * 3, np.uint8)
        pixels[16:32, 64:80] += 20
        assert cv2.imwrite(str(tmp_path / "images" / f"{n}.png"), pixels)
        lines.append(f"{n}.png,{int(n >= 35)},{'0.6 0.1 0.9 0.4' if n >= 35 else ''}")
    (tmp_path / "labels.csv").write_text("\n".join(lines) + "\n")
    return tmp_path


def run(folder: Path, known: Known, threshold: int = 50) -> Answers:
    data = read_labels(folder)
    network = cast(FloatNetwork, known)
    plan = Plan(data, data.entries, 2)
    return run_on_network(network, plan, Silent(), positive_class=1, threshold=threshold)


def test_pictures_are_answered_in_batches_and_in_order(data: Path) -> None:
    known = Known()
    answers = run(data, known)
    assert known.batches == [BATCH, 70 - BATCH]
    assert list(answers.results) == [f"{n}.png" for n in range(70)]
    crc = zlib.crc32(load(data / "images" / "69.png").pixels.tobytes())
    assert answers.results["69.png"].oracle.sample_crc == crc
    assert (answers.header.target, answers.header.build_id) == ("float network", "")


def test_scores_keep_their_digits(data: Path) -> None:
    answers = run(data, Known())
    person = (120 + 20 / 36) / 255
    percents = answers.header.percents(answers.results["40.png"].oracle)
    assert percents.tolist() == pytest.approx([100 * (1 - person), 100 * person], abs=1e-9)


def test_the_location_is_that_of_the_largest_cell_if_the_score_passes(data: Path) -> None:
    results = run(data, Known()).results
    assert results["50.png"].oracle.location == Location(72, 24, 4, 1)
    assert results["10.png"].oracle.location is NoLocation.BELOW_THRESHOLD
    cells = results["10.png"].oracle.array()
    assert np.abs(cells).max() == 2**30
    assert cells[1, 4] / cells[0, 0] == pytest.approx((50 / 255 - 0.3) / (30 / 255 - 0.3))


def test_the_metrics_are_those_of_the_exact_scores(data: Path) -> None:
    answers = run(data, Known())
    selection = select(read_labels(data))
    found = evaluate(answers, selection, load_tolerances())
    assert found.oracle.scores.roc_auc == 1
    assert found.oracle.places.found.first.rate == 1


def test_pictures_that_cannot_be_used_are_named_after_the_others(data: Path) -> None:
    (data / "images" / "3.png").write_bytes(b"no picture")
    (data / "images" / "66.png").write_bytes(b"")
    known = Known()
    with pytest.raises(UsageError, match="2 problems") as caught:
        run(data, known)
    assert "line 5: 3.png" in caught.value.message
    assert "line 68: 66.png: the file is empty" in caught.value.message
    assert sum(known.batches) == 68
