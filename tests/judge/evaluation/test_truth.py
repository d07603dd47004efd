"""Boxes and labels follow the cut that the picture goes through."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hil.images import load
from hil.judge.evaluation.truth import image_truth
from hil.samples.labels import Box, Entry

INPUT = (96, 96)
EDGE = st.integers(0, 100).map(lambda n: n / 100)


def entry(*boxes: Box, person: bool = True) -> Entry:
    return Entry(2, "a.png", person, boxes)


def test_a_square_picture_keeps_its_boxes() -> None:
    truth = image_truth(entry((0.1, 0.2, 0.3, 0.9)), (500, 500), INPUT)
    assert truth.person is True
    assert np.array(truth.boxes) == pytest.approx(np.array([(0.1, 0.2, 0.3, 0.9)]))
    assert not truth.changed


def test_a_wide_picture_loses_its_sides() -> None:
    # 200x100: the middle 100 columns are kept.
    truth = image_truth(entry((0.0, 0.0, 0.5, 1.0), (0.5, 0.5, 0.625, 1.0)), (200, 100), INPUT)
    expected = np.array([(0.0, 0.0, 0.5, 1.0), (0.5, 0.5, 0.75, 1.0)])
    assert np.array(truth.boxes) == pytest.approx(expected)


def test_a_person_in_what_is_cut_off_is_lost() -> None:
    truth = image_truth(entry((0.0, 0.0, 0.25, 1.0)), (200, 100), INPUT)
    assert truth.person is False
    assert truth.boxes == ()
    assert truth.changed


def test_half_a_percent_makes_a_person_and_less_is_neither() -> None:
    just = image_truth(entry((0.0, 0.0, 0.05, 0.1)), (96, 96), INPUT)
    small = image_truth(entry((0.0, 0.0, 0.05, 0.099)), (96, 96), INPUT)
    assert (just.person, just.changed) == (True, False)
    assert (small.person, small.changed) == (None, True)


def test_a_cut_enlarges_a_person_and_can_make_it_count() -> None:
    box = (0.5, 0.5, 0.53, 0.6)  # 0.3 % of the picture, 0.6 % of its middle
    assert image_truth(entry(box), (100, 100), INPUT).person is None
    assert image_truth(entry(box), (200, 100), INPUT).person is True


def test_without_boxes_the_label_stands() -> None:
    assert image_truth(entry(), (200, 100), INPUT).person is True
    assert image_truth(entry(person=False), (200, 100), INPUT).person is False


def test_squashing_keeps_boxes_and_label() -> None:
    tiny = (0.0, 0.0, 0.05, 0.05)
    truth = image_truth(entry((0.0, 0.0, 0.25, 1.0), tiny), (200, 100), INPUT, "squash")
    assert truth.boxes == ((0.0, 0.0, 0.25, 1.0), tiny)
    assert (truth.person, truth.changed) == (True, False)
    assert image_truth(entry(tiny), (200, 100), INPUT, "squash").person is True


@pytest.mark.parametrize("size", [(96, 96), (192, 96), (96, 192), (300, 123)])
def test_the_moved_box_lies_around_what_is_drawn_in_it(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    width, height = size
    box = (0.3, 0.25, 0.6, 0.75)
    pixels = np.zeros((height, width), np.uint8)
    left, top, right, bottom = (
        round(value * side) for value, side in zip(box, (width, height) * 2, strict=True)
    )
    pixels[top:bottom, left:right] = 255
    path = tmp_path / "a.png"
    assert cv2.imwrite(str(path), pixels)
    rows, columns = np.nonzero(load(path, resize=True).pixels >= 128)
    seen = (columns.min() / 96, rows.min() / 96, (columns.max() + 1) / 96, (rows.max() + 1) / 96)
    (moved,) = image_truth(entry(box), size, INPUT).boxes
    assert moved == pytest.approx(seen, abs=1.5 / 96)


@pytest.mark.parametrize("size", [(192, 96), (60, 192), (300, 123)])
def test_a_squashed_box_lies_around_what_is_drawn_in_it(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    width, height = size
    pixels = np.zeros((height, width), np.uint8)
    pixels[height // 3 : height * 2 // 3, width // 2 : width * 5 // 6] = 255
    path = tmp_path / "a.png"
    assert cv2.imwrite(str(path), pixels)
    rows, columns = np.nonzero(load(path, resize=True, fit="squash").pixels >= 128)
    seen = (columns.min() / 96, rows.min() / 96, (columns.max() + 1) / 96, (rows.max() + 1) / 96)
    (box,) = image_truth(entry((1 / 2, 1 / 3, 5 / 6, 2 / 3)), size, INPUT, "squash").boxes
    assert box == pytest.approx(seen, abs=1.5 / 96)


@given(EDGE, EDGE, EDGE, EDGE, st.integers(20, 400), st.integers(20, 400))
def test_moved_boxes_are_boxes(
    a: float, b: float, c: float, d: float, width: int, height: int
) -> None:
    if a == b or c == d:
        return
    box = (min(a, b), min(c, d), max(a, b), max(c, d))
    for x0, y0, x1, y1 in image_truth(entry(box), (width, height), INPUT).boxes:
        assert 0 <= x0 < x1 <= 1
        assert 0 <= y0 < y1 <= 1
