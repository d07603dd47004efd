"""Drawn pictures: what lies where, not how it looks."""

import dataclasses

import cv2
import numpy as np
import pytest

from hil.network.location import Location, NoLocation, cell_location
from hil.report.draw import Picture, overlay, png, side_by_side

CAM = np.zeros((6, 6), np.int32)
CAM[1, 4] = 1000
PEAK = cell_location(1, 4, (6, 6), (96, 96))
OTHER = cell_location(4, 1, (6, 6), (96, 96))
PLAIN = Picture(np.full((96, 96), 128, np.uint8), score=100, threshold=60)
FULL = dataclasses.replace(
    PLAIN, title="photo", device_cam=CAM, oracle_cam=CAM, device=PEAK, oracle=PEAK
)


def changed(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Coordinates [N, 2] (y, x) of the pixels that differ."""
    assert before.shape == after.shape
    return np.argwhere((before != after).any(axis=2))


@pytest.mark.parametrize("draw", [overlay, side_by_side])
def test_a_drawing_becomes_a_png_of_the_same_pixels(draw: object) -> None:
    drawn = draw(FULL)  # type: ignore[operator]
    assert drawn.dtype == np.uint8
    read = cv2.imdecode(np.frombuffer(png(drawn), np.uint8), cv2.IMREAD_COLOR)
    assert read is not None
    assert np.array_equal(read, drawn)


def test_the_panel_is_the_photograph_scaled() -> None:
    pixels = np.random.default_rng(2).integers(0, 256, (96, 96)).astype(np.uint8)
    drawn = overlay(Picture(pixels), scale=3)
    left = top = 16  # the margin; there is no title
    panel = drawn[top : top + 288, left : left + 288]
    assert np.array_equal(panel[1::3, 1::3, 0], pixels)


def test_the_heat_is_brightest_where_the_map_is() -> None:
    drawn = overlay(dataclasses.replace(PLAIN, oracle_cam=CAM), scale=4)
    panel = cv2.cvtColor(drawn[16 : 16 + 384, 16 : 16 + 384], cv2.COLOR_BGR2GRAY)
    y, x = np.unravel_index(int(np.argmax(panel)), panel.shape)
    assert abs(int(x) - PEAK.x * 4) <= 4
    assert abs(int(y) - PEAK.y * 4) <= 4


@pytest.mark.parametrize("side", ["device", "oracle"])
def test_a_location_is_marked_at_its_place(side: str) -> None:
    marked = overlay(dataclasses.replace(PLAIN, **{side: OTHER}), scale=4)
    spots = changed(overlay(PLAIN, scale=4), marked)
    panel = spots[(spots < 16 + 384).all(axis=1)]
    centre = (panel.min(axis=0) + panel.max(axis=0)) / 2 - 16
    assert centre.tolist() == pytest.approx([OTHER.y * 4, OTHER.x * 4], abs=1)


def test_both_marks_show_where_they_coincide() -> None:
    ring = overlay(dataclasses.replace(PLAIN, oracle=OTHER))
    cross = overlay(dataclasses.replace(PLAIN, device=OTHER))
    both = overlay(dataclasses.replace(PLAIN, oracle=OTHER, device=OTHER))
    assert len(changed(ring, both))
    assert len(changed(cross, both))


@pytest.mark.parametrize("location", [Location(0, 0, 0, 0), Location(95, 95, 5, 5)])
def test_a_mark_at_the_edge_stays_on_the_panel(location: Location) -> None:
    marked = overlay(dataclasses.replace(PLAIN, device=location, oracle=location))
    assert (marked[:16] == 250).all()


def test_side_by_side_has_three_panels_and_marks_each_side_in_its_own() -> None:
    before = side_by_side(dataclasses.replace(FULL, device=None, oracle=None), scale=4)
    board = changed(before, side_by_side(dataclasses.replace(FULL, oracle=None), scale=4))
    second, third = 16 + 400, 16 + 2 * 400
    rows = (board[:, 0] > 40) & (board[:, 0] < 40 + 384)
    columns = board[rows][:, 1]
    assert ((columns < second) | ((columns >= second) & (columns < third))).all()
    assert (columns >= second).any()
    assert before.shape[1] == 16 + 3 * 400


def test_reasons_and_missing_maps_can_be_drawn() -> None:
    picture = dataclasses.replace(
        PLAIN,
        title="schön " * 40,
        device=NoLocation.BELOW_THRESHOLD,
        oracle=NoLocation.FLAT_MAP,
        oracle_cam=np.full((6, 6), 3, np.int32),
    )
    drawn = side_by_side(picture)
    assert (drawn[:, -8:] == 250).all()  # the long title was cut


@pytest.mark.parametrize(("score", "passed"), [(25, False), (26, True)])
def test_the_score_bar_is_green_from_the_threshold_on(score: int, passed: bool) -> None:
    drawn = overlay(dataclasses.replace(PLAIN, score=score))
    blue, green, red = (int(value) for value in drawn[16 + 384 + 14 + 5, 16 + 4])
    assert (green > red and green > blue) == passed


def test_other_sizes_than_96_can_be_drawn() -> None:
    picture = Picture(np.zeros((48, 64), np.uint8), device_cam=np.arange(6).reshape(2, 3))
    assert overlay(picture, scale=2).shape == (16 + 96 + 64, 16 + 128 + 16, 3)
