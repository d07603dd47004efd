"""The pointing game by hand."""

from __future__ import annotations

import pytest

from hil.judge.metrics.hits import Hits, paired_hits
from hil.judge.metrics.pointing import CENTRE, distance, in_boxes, pointing_game

LEFT, RIGHT = (0.0, 0.0, 0.4, 1.0), (0.8, 0.2, 1.0, 0.6)


def test_a_location_in_any_box_of_its_image_is_a_hit() -> None:
    locations = [(0.1, 0.9), (0.9, 0.3), (0.9, 0.7), (0.4, 0.5)]
    assert pointing_game(locations, [[LEFT, RIGHT]] * 4) == Hits(3, 4)


def test_no_location_is_a_miss_and_an_image_without_a_box_is_no_trial() -> None:
    assert pointing_game([None, (0.1, 0.1), CENTRE], [[LEFT], [LEFT], []]) == Hits(1, 2)


def test_a_tolerance_reaches_beyond_the_box_in_every_direction() -> None:
    box = [(0.4, 0.4, 0.6, 0.6)]
    beside, diagonal = (0.7, 0.5), (0.7, 0.7)
    assert distance(beside, box) == pytest.approx(0.1)
    assert distance(diagonal, box) == pytest.approx(0.1 * 2**0.5)
    assert pointing_game([beside, diagonal], [box, box], tolerance=0.11) == Hits(1, 2)
    assert pointing_game([beside, diagonal], [box, box]) == Hits(0, 2)


def test_as_many_locations_as_images_are_needed() -> None:
    with pytest.raises(ValueError, match="longer"):
        pointing_game([CENTRE], [[LEFT], [RIGHT]])


def test_each_trial_has_its_outcome_in_order() -> None:
    locations = [(0.1, 0.1), None, (0.5, 0.5), (0.9, 0.3)]
    assert in_boxes(locations, [[LEFT], [LEFT], [], [RIGHT]]) == (True, False, True)


def test_pairs_are_counted_by_outcome() -> None:
    first = [True, True, True, False, False, True]
    second = [True, False, False, True, False, True]
    found = paired_hits(first, second)
    assert (found.both, found.only_first, found.only_second, found.neither) == (2, 2, 1, 1)
    assert (found.first, found.second) == (Hits(4, 6), Hits(3, 6))
    assert found.gain == pytest.approx(1 / 6)
    assert paired_hits([], []).gain is None
