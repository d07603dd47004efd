"""Winning cell and its centre."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hil.network.location import Location, NoLocation, cell_location, locate, winning_cell

MAPS = arrays(np.int32, st.tuples(st.integers(1, 7), st.integers(1, 7)))


def test_x_is_the_column_and_y_the_row() -> None:
    cam = np.zeros((6, 6), np.int32)
    cam[1, 4] = 9
    assert locate(cam, (96, 96), passed=True) == Location(x=72, y=24, column=4, row=1)


def test_the_first_of_equal_maxima_in_row_major_order_wins() -> None:
    assert winning_cell(np.array([[0, 5, 0], [5, 0, 5]], np.int32)) == (0, 1)


@given(MAPS)
def test_winning_cell_holds_the_first_maximum(cam: np.ndarray) -> None:
    cell = winning_cell(cam)
    values = cam.ravel().tolist()
    if len(set(values)) == 1:
        assert cell is None
    else:
        assert cell == divmod(values.index(max(values)), cam.shape[1])


def test_a_flat_map_has_no_location() -> None:
    flat = np.full((6, 6), -3, np.int32)
    assert locate(flat, (96, 96), passed=True) is NoLocation.FLAT_MAP


def test_below_the_threshold_there_is_no_location_whatever_the_map() -> None:
    cam = np.eye(6, dtype=np.int32)
    assert locate(cam, (96, 96), passed=False) is NoLocation.BELOW_THRESHOLD


@pytest.mark.parametrize(
    ("row", "column", "grid", "size", "x", "y"),
    [
        (0, 0, (6, 6), (96, 96), 8, 8),
        (5, 5, (6, 6), (96, 96), 88, 88),
        (2, 0, (3, 5), (30, 12), 1, 25),
        (0, 4, (3, 5), (30, 12), 10, 5),
    ],
)
def test_a_location_is_the_centre_of_its_cell_rounded_down(
    row: int, column: int, grid: tuple[int, int], size: tuple[int, int], x: int, y: int
) -> None:
    assert cell_location(row, column, grid, size) == Location(x, y, column, row)
