"""Boxes of maps on maps whose boxes are plain to see, and MaxBoxAcc on them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from hil.errors import UsageError
from hil.judge.metrics.boxes import (
    LEVELS,
    best_iou,
    centre_box,
    centre_box_accuracy,
    enlarged,
    iou,
    map_box,
    max_box_accuracy,
)
from hil.judge.metrics.hits import Hits

SIZE = (96, 96)
EDGES = st.tuples(st.integers(0, 20), st.integers(0, 20)).map(sorted)
BOXES = st.tuples(EDGES, EDGES).map(lambda e: (e[0][0], e[1][0], e[0][1], e[1][1]))


def one_hot(row: int, column: int) -> NDArray[np.int32]:
    cam = np.zeros((6, 6), np.int32)
    cam[row, column] = 1000
    return cam


def test_iou_of_two_squares_that_share_a_quarter() -> None:
    assert iou((0, 0, 2, 2), (1, 1, 3, 3)) == pytest.approx(1 / 7)


def test_iou_of_a_box_with_itself_is_1_and_with_a_neighbour_0() -> None:
    assert iou((0.1, 0.2, 0.5, 0.9), (0.1, 0.2, 0.5, 0.9)) == 1
    assert iou((0, 0, 1, 1), (1, 0, 2, 1)) == 0


@given(BOXES, BOXES)
def test_iou_is_that_of_counted_squares(
    a: tuple[int, int, int, int], b: tuple[int, int, int, int]
) -> None:
    def squares(box: tuple[int, int, int, int]) -> set[tuple[int, int]]:
        return {(x, y) for x in range(box[0], box[2]) for y in range(box[1], box[3])}

    together = squares(a) | squares(b)
    expected = len(squares(a) & squares(b)) / len(together) if together else 0
    assert iou(a, b) == pytest.approx(expected)
    assert iou(a, b) == iou(b, a)


def test_of_several_true_boxes_the_best_counts() -> None:
    box = (0.0, 0.0, 0.5, 0.5)
    assert best_iou(box, [(0.5, 0.5, 1, 1), (0, 0, 0.5, 0.25), box]) == 1
    assert best_iou(None, [box]) == 0


def test_the_enlarged_map_goes_from_0_to_1_with_half_pixel_centres() -> None:
    heat = enlarged(one_hot(2, 4), SIZE)
    assert heat is not None
    assert heat.shape == SIZE
    assert (heat.min(), heat.max()) == (0, 1)
    # The cell's centre lies between pixels 39 and 40, and between 71 and 72.
    rows, columns = np.nonzero(heat == 1)
    assert set(rows.tolist()) == {39, 40}
    assert set(columns.tolist()) == {71, 72}


def test_a_flat_map_has_no_box() -> None:
    assert enlarged(np.full((6, 6), -7, np.int32), SIZE) is None
    assert map_box(None, 0.5) is None


def test_values_far_beyond_float_precision_keep_their_shape() -> None:
    high = one_hot(2, 4) + np.int32(2_000_000_000)
    plain, shifted = enlarged(one_hot(2, 4), SIZE), enlarged(high, SIZE)
    assert plain is not None
    assert shifted is not None
    assert (plain == shifted).all()


def test_the_box_of_a_single_cell_at_half_height_is_one_cell_wide() -> None:
    box = map_box(enlarged(one_hot(2, 4), SIZE), 0.5)
    assert box == pytest.approx((64 / 96, 32 / 96, 80 / 96, 48 / 96), abs=2 / 96)


def test_the_largest_connected_part_wins_and_a_lower_level_joins_parts() -> None:
    heat = np.zeros((20, 20), np.float32)
    heat[2:5, 2:5] = 1.0  # the maximum, but small
    heat[10:18, 8:18] = 0.8
    heat[5:10, 4:9] = 0.3  # joins them, one corner touching
    assert map_box(heat, 0.9) == (0.1, 0.1, 0.25, 0.25)
    assert map_box(heat, 0.5) == (0.4, 0.5, 0.9, 0.9)
    assert map_box(heat, 0.2) == (0.1, 0.1, 0.9, 0.9)


@given(st.lists(st.integers(-1000, 1000), min_size=36, max_size=36), st.sampled_from(LEVELS))
def test_every_map_that_is_not_flat_has_a_box_at_every_level(
    cells: list[int], level: float
) -> None:
    cam = np.array(cells, np.int32).reshape(6, 6)
    box = map_box(enlarged(cam, SIZE), level)
    if cam.max() == cam.min():
        assert box is None
    else:
        assert box is not None
        assert 0 <= box[0] < box[2] <= 1
        assert 0 <= box[1] < box[3] <= 1


def test_max_box_accuracy_chooses_the_level_on_the_validation_images() -> None:
    heat = enlarged(one_hot(3, 2), SIZE)
    truth = map_box(heat, 0.3)
    assert truth is not None
    known = [(one_hot(3, 2), [truth])] * 4
    missed = (one_hot(0, 5), [(0.0, 0.8, 0.2, 1.0)])
    found = max_box_accuracy(known, [*known, missed], size=SIZE)
    assert [accuracy.delta for accuracy in found] == [0.3, 0.5, 0.7]
    for accuracy in found:
        assert accuracy.validation == Hits(4, 4)
        assert accuracy.hits == Hits(4, 5)
    strict = max_box_accuracy(known, known, size=SIZE, deltas=(0.999,))
    assert strict[0].parameter == pytest.approx(0.3, abs=0.03)


def test_what_is_best_on_the_reported_images_does_not_count() -> None:
    downwards = np.repeat(np.arange(6, dtype=np.int32), 6).reshape(6, 6)
    whole, part = [(downwards, [(0.0, 0.0, 1.0, 1.0)])], [(downwards, [(0.0, 0.8, 1.0, 1.0)])]
    chosen_elsewhere = max_box_accuracy(whole, part, size=SIZE, deltas=(0.5,))[0]
    chosen_there = max_box_accuracy(part, part, size=SIZE, deltas=(0.5,))[0]
    assert chosen_elsewhere.hits == Hits(0, 1)
    assert chosen_there.hits == Hits(1, 1)


def test_the_centre_box_gets_its_side_from_the_validation_images_too() -> None:
    assert centre_box(0.5) == (0.25, 0.25, 0.75, 0.75)
    found = centre_box_accuracy(
        [[(0.2, 0.2, 0.8, 0.8)]] * 3, [[(0.2, 0.2, 0.8, 0.8)], [(0.0, 0.0, 0.2, 0.2)]]
    )
    assert [accuracy.hits for accuracy in found] == [Hits(1, 2)] * 3
    assert found[2].validation == Hits(3, 3)
    assert iou(centre_box(found[2].parameter), (0.2, 0.2, 0.8, 0.8)) >= 0.7


def test_without_reported_images_nothing_is_claimed() -> None:
    known = [(one_hot(3, 2), [(0.2, 0.2, 0.8, 0.8)])]
    assert {a.hits for a in max_box_accuracy(known, [], size=SIZE)} == {Hits(0, 0)}


def test_a_level_is_never_chosen_on_nothing() -> None:
    with pytest.raises(UsageError, match="no validation images"):
        max_box_accuracy([], [], size=SIZE)
    with pytest.raises(UsageError, match="without a true box"):
        centre_box_accuracy([[]], [[]])


def test_the_outcome_of_each_reported_image_is_kept() -> None:
    cell = (4 / 6, 2 / 6, 5 / 6, 3 / 6)
    away = (0.0, 0.0, 1 / 6, 1 / 6)
    images = [(one_hot(2, 4), [cell]), (one_hot(2, 4), [away]), (one_hot(2, 4), [away, cell])]
    found = max_box_accuracy(images[:1], images, size=SIZE)
    assert [accuracy.outcomes for accuracy in found] == [(True, False, True)] * 3
