"""The rule of Visual Wake Words, on published examples and on any boxes."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.dataset.rule import Label, Region, Rule, decide, region, shows_person, turned

PIXELS = st.integers(1, 4000)
FRACTIONS = st.floats(0, 1)


def measured(*box: float, picture: tuple[int, int] = (640, 480), uncertain: bool = False) -> Region:
    found = region((box[0], box[1]), (box[2], box[3]), picture, uncertain=uncertain)
    assert isinstance(found, Region), found
    return found


def test_a_picture_of_coco_val2017_has_one_person_that_counts_and_one_that_is_too_small() -> None:
    # Image 139, 640x426 pixels, annotations 230831 and 233201.
    near = measured(412.8, 157.61, 53.05, 138.01, picture=(640, 426))
    far = measured(384.43, 172.21, 15.12, 35.74, picture=(640, 426))
    assert near.share == pytest.approx(53.05 * 138.01 / (640 * 426))
    assert shows_person([near.share]) is True
    assert shows_person([far.share]) is None  # 0.198 %
    assert near.box == pytest.approx((0.645, 0.369977, 0.727891, 0.693944), abs=1e-6)
    assert decide([near, far], Rule()) == Label(True, (near.box, far.box))


def test_half_a_percent_exactly_is_enough() -> None:
    # 32 x 48 pixels of 640 x 480 are 0.5 %.
    assert decide([measured(100, 100, 32, 48)], Rule()).person is True
    assert decide([measured(100, 100, 32, 47.99)], Rule()).person is None


def test_no_person_at_all_is_a_negative() -> None:
    assert decide([], Rule()) == Label(False)


def test_a_picture_of_small_persons_is_left_out_or_negative_as_asked() -> None:
    small = [measured(0, 0, 10, 10)]
    left_out = decide(small, Rule())
    assert (left_out.person, left_out.kind) == (None, "small persons")
    assert left_out.reason == "the largest person covers 0.033%, less than 0.5%"
    assert decide(small, Rule(small_persons="negative")) == Label(False)


def test_uncertain_persons_count_or_make_the_label_uncertain() -> None:
    crowd = measured(0, 0, 300, 300, uncertain=True)
    sure = measured(300, 0, 300, 300)
    drop = Rule(uncertain="drop")
    assert decide([crowd], Rule()) == Label(True, (crowd.box,))
    assert decide([crowd], drop).kind == "uncertain persons"
    assert decide([crowd, sure], drop) == Label(True, (sure.box,))
    small = measured(0, 0, 10, 10)
    assert decide([crowd, small], Rule(small_persons="negative", uncertain="drop")).person is None


@pytest.mark.parametrize(
    ("box", "message"),
    [
        ((10, 10, 0, 20), "no area"),
        ((10, 10, 20, 0), "no area"),
        ((10, 10, -5, 20), "negative"),
        ((600, 10, 60, 20), "outside of the picture of 640x480 pixels"),
        ((-2, 10, 60, 20), "outside of the picture"),
        ((700, 500, 5, 5), "outside of the picture"),
        ((math.nan, 10, 60, 20), "not finite numbers"),
        ((10, 10, math.inf, 20), "not finite numbers"),
        ((-0.5, 10, 0.5, 20), "no area within the picture"),
    ],
)
def test_impossible_boxes_are_named(box: tuple[float, ...], message: str) -> None:
    found = region((box[0], box[1]), (box[2], box[3]), (640, 480))
    assert isinstance(found, str)
    assert message in found


def test_a_pixel_over_the_edge_is_cut_and_said() -> None:
    found = measured(-0.5, 0, 640.7, 480)
    assert found.box == (0, 0, 1, 1)
    assert (found.share, found.clipped) == (1, True)
    assert not measured(0.1, 0, 639.9, 480).clipped


@given(PIXELS, PIXELS, st.data())
def test_the_share_is_that_of_the_pixels_and_boxes_stay_inside(
    width: int, height: int, data: st.DataObject
) -> None:
    x0, y0 = data.draw(st.integers(0, width - 1)), data.draw(st.integers(0, height - 1))
    w, h = data.draw(st.integers(1, width - x0)), data.draw(st.integers(1, height - y0))
    found = measured(x0, y0, w, h, picture=(width, height))
    assert (found.share >= 0.005) == (200 * w * h >= width * height)
    left, top, right, bottom = found.box
    assert 0 <= left < right <= 1
    assert 0 <= top < bottom <= 1
    assert left * width == pytest.approx(x0, abs=4e-3)
    assert bottom * height == pytest.approx(y0 + h, abs=4e-3)
    assert not found.clipped


@given(st.lists(FRACTIONS), FRACTIONS)
def test_one_more_person_never_takes_a_person_away(shares: list[float], more: float) -> None:
    before, after = shows_person(shares), shows_person([*shares, more])
    assert after is not False
    assert before is not True or after is True
    assert shows_person(reversed(shares)) is before


@given(st.lists(st.floats(1, 100), max_size=4), st.sampled_from(["drop", "negative"]))
def test_the_options_change_only_pictures_between_the_two(sides: list[float], small: str) -> None:
    regions = [measured(0, 0, side, side) for side in sides]
    plain, other = decide(regions, Rule()), decide(regions, Rule(small_persons=small))
    if plain.person is None:
        assert other.person is (None if small == "drop" else False)
    else:
        assert other == plain


@pytest.mark.parametrize(
    ("orientation", "expected"),
    [
        (1, (0.1, 0.2, 0.3, 0.6)),
        (2, (0.7, 0.2, 0.9, 0.6)),
        (3, (0.7, 0.4, 0.9, 0.8)),
        (4, (0.1, 0.4, 0.3, 0.8)),
        (5, (0.2, 0.1, 0.6, 0.3)),
        (6, (0.4, 0.1, 0.8, 0.3)),
        (7, (0.4, 0.7, 0.8, 0.9)),
        (8, (0.2, 0.7, 0.6, 0.9)),
    ],
)
def test_boxes_turn_with_the_picture(orientation: int, expected: tuple[float, ...]) -> None:
    assert turned((0.1, 0.2, 0.3, 0.6), orientation) == pytest.approx(expected)
