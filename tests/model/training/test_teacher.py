"""What networks believe of photographs, mixed with their labels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from model.training.teacher import beliefs, with_beliefs


class Left:
    """Cells [n, 6, 6, 2] whose log odds are `factor` times the brightness of the left half."""

    def __init__(self, factor: float, positive: int = 1) -> None:
        self.factor, self.positive = factor, positive

    def predict_on_batch(self, images: np.ndarray) -> np.ndarray:
        assert images.shape[1:] == (96, 96, 1)
        cells = np.zeros((len(images), 6, 6, 2), np.float32)
        left = images[:, :, :48].mean(axis=(1, 2, 3))
        cells[..., self.positive] = self.factor * left[:, np.newaxis, np.newaxis]
        return cells


def halves(left: int, right: int) -> np.ndarray:
    """A picture 96 pixels high whose centre cut has two halves, and ends of another gray."""
    pixels = np.full((96, 160), 7, np.uint8)
    pixels[:, 32:80], pixels[:, 80:128] = left, right
    return pixels


def logistic(x: float) -> float:
    return float(1 / (1 + np.exp(-x)))


@pytest.mark.parametrize("positive", [0, 1])
def test_the_odds_are_a_mean_over_networks_and_mirror_images(positive: int) -> None:
    networks = [Left(1.0, positive), Left(3.0, positive)]
    found = beliefs(networks, [halves(128 + 64, 128), halves(0, 128)], positive_class=positive)
    # (pixel - 128) / 128: halves of 0.5 and 0, then of -1 and 0.
    assert found.tolist() == pytest.approx([logistic(2 * 0.25), logistic(2 * -0.5)], abs=1e-6)


def test_pictures_of_any_size_are_cut_and_scaled() -> None:
    pictures = [np.full(shape, 192, np.uint8) for shape in ((40, 30), (96, 96), (300, 500))]
    assert beliefs([Left(2.0)], pictures, positive_class=1) == pytest.approx(logistic(1.0))


def test_very_sure_networks_are_no_overflow() -> None:
    with np.errstate(over="raise"):
        found = beliefs([Left(1e5)], [halves(0, 0), halves(255, 255)], positive_class=1)
    assert found.tolist() == pytest.approx([0, 1], abs=1e-9)


def test_no_pictures_have_no_beliefs() -> None:
    assert beliefs([Left(1.0)], [], positive_class=1).shape == (0,)


def test_each_picture_gets_its_own_belief(make_pictures: Callable[[Any], Any]) -> None:
    # Picture n is of brightness n; more of them than are looked at in one go.
    pictures, done = make_pictures([(n % 2 == 0, "a") for n in range(150)]), []
    believed = with_beliefs(pictures, [Left(4.0)], positive_class=1, progress=done.append)
    assert sum(done) == 150
    for n, picture in enumerate(believed):
        assert picture.entry == pictures[n].entry
        assert picture.belief == pytest.approx(logistic(4 * (n - 128) / 128), abs=1e-6)
