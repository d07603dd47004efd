"""Validation after each epoch: figures of the sources that have both classes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hil.images import Fit
from hil.samples.labels import Entry
from model.training.data import Picture
from model.training.validation import ValidationSet, both_class_sources, validation_set


def entry(number: int, person: bool, source: str) -> Entry:
    return Entry(number, f"{number}.png", person, (), "val", source)


def test_sources_with_both_classes_are_found_or_all_are_taken() -> None:
    mixed = [entry(2, True, "a"), entry(3, False, "a"), entry(4, True, "b")]
    assert both_class_sources(mixed) == ("a",)
    apart = [entry(2, True, "a"), entry(3, False, "b")]
    assert both_class_sources(apart) == ("a", "b")


@pytest.mark.parametrize(
    ("fit", "first", "step"),
    # Squashed, each pixel is the mean of two neighbours: 0.5, 2.5, ... Cut, it is nearly one
    # pixel of the middle 100 of 192 columns.
    [("squash", 0.5, 2.0), ("crop", 46.0, 100 / 96)],
)
def test_the_set_holds_the_sources_that_count_as_they_are_sent(
    fit: Fit, first: float, step: float
) -> None:
    ramp = np.repeat(np.arange(192, dtype=np.uint8)[None], 100, axis=0)
    pictures = [
        Picture(entry(2, True, "a"), ramp),
        Picture(entry(3, False, "a"), ramp[:, ::-1].copy()),
        Picture(entry(4, True, "b"), ramp),
    ]
    found = validation_set(pictures, (96, 96), fit=fit)
    assert found.images.shape == (2, 96, 96, 1)
    assert found.labels == (True, False)
    row = found.images[0, 50, :, 0] * 128 + 128
    assert row == pytest.approx(first + np.arange(96) * step, abs=0.6)
    assert validation_set(pictures, (96, 96), ["b"]).labels == (True,)


def test_a_person_who_is_cut_off_leaves_no_box() -> None:
    """The picture shows nobody then, or it is left out because that is not sure."""
    pixels = np.zeros((96, 288), np.uint8)
    aside = ((0.0, 0.0, 0.2, 1.0),)
    middle = ((0.4, 0.0, 0.6, 1.0),)
    entries = [
        Entry(2, "a.png", True, aside, "val", "a"),
        Entry(3, "b.png", True, middle, "val", "a"),
    ]
    found = validation_set([Picture(e, pixels) for e in entries], (96, 96))
    shown = [boxes for boxes, label in zip(found.boxes, found.labels, strict=True) if label]
    assert shown == [(pytest.approx((0.2, 0.0, 0.8, 1.0)),)]


def answers(margins: np.ndarray) -> np.ndarray:
    """Cells [n, 6, 6, 2] whose margin for class 1 is given."""
    return np.stack([-margins / 2, margins / 2], axis=-1).astype(np.float32)


def test_figures_by_hand() -> None:
    """Four pictures: margins 2 (person), 1 (none), -1 (person), -2 (none)."""
    box = ((0.0, 0.0, 1 / 6, 1 / 6),)  # the first cell
    margins = np.repeat(np.array([2.0, 1.0, -1.0, -2.0]), 36).reshape(4, 6, 6)
    margins[0, 0, 0] += 0.5  # the peak is in the box
    margins[0, 3, 3] -= 0.5
    found = ValidationSet(
        np.zeros((4, 96, 96, 1), np.float32),
        (True, False, True, False),
        (box, (), box, ()),
    ).judge(answers(margins), 1)
    softplus = lambda x: float(np.log1p(np.exp(x)))  # noqa: E731
    loss = (softplus(-2) + softplus(1) + softplus(1) + softplus(-2)) / 4
    assert found.loss == pytest.approx(loss, rel=1e-6)
    assert found.auc == pytest.approx(3 / 4)  # of four pairs, one is the wrong way round
    assert found.balanced_accuracy == pytest.approx(0.5)
    assert found.pointing == 1.0
    assert found.pointing_centre == 0.0


def test_one_class_has_no_figures_but_a_loss() -> None:
    found = ValidationSet(np.zeros((2, 96, 96, 1), np.float32), (False, False), ((), ())).judge(
        answers(np.full((2, 6, 6), -1.0)), 1
    )
    assert found.loss == pytest.approx(np.log1p(np.exp(-1.0)))
    assert (found.auc, found.balanced_accuracy, found.pointing) == (None, None, None)


def test_no_picture_is_no_crash(tmp_path: Path) -> None:
    assert validation_set([], (96, 96)).images.shape == (0, 96, 96, 1)
