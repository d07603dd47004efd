"""Augmentation: any picture in, a view of the wanted shape out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from model.training.augment import GRAY, augmented
from model.training.recipe import Recipe

PLAIN = Recipe(
    zoom=(1.0, 1.0), rotation_degrees=0, stretch=0, cutout=0, hide_and_seek=0,
    contrast=0, brightness=0, noise=0, blur=0,
)  # fmt: skip
"""Nothing but the choice of the part and the mirror."""


def random(seed: int = 0) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(key=seed))


@given(
    st.integers(1, 300),
    st.integers(1, 300),
    st.sampled_from([(96, 96), (32, 64), (80, 16), (1, 1), (3, 96)]),
    st.integers(0, 2**32),
    st.builds(
        Recipe,
        zoom=st.sampled_from([(0.3, 1.5), (1.0, 1.0), (2.0, 3.0)]),
        cutout=st.sampled_from([0.0, 1.0]),
        hide_and_seek=st.sampled_from([0.0, 1.0]),
        blur=st.sampled_from([0.0, 1.0]),
        noise=st.sampled_from([0.0, 1.0]),
        rotation_degrees=st.sampled_from([0.0, 180.0]),
    ),
)
@example(1, 300, (96, 96), 0, Recipe())
@example(300, 1, (96, 96), 0, Recipe())
@example(1, 1, (96, 96), 0, Recipe())
@settings(max_examples=60, deadline=None)
def test_any_picture_gives_a_view_of_the_wanted_shape(
    height: int, width: int, size: tuple[int, int], seed: int, recipe: Recipe
) -> None:
    picture = np.random.default_rng(seed).integers(0, 256, (height, width)).astype(np.uint8)
    before = picture.copy()
    view = augmented(picture, size, recipe, random(seed))
    assert view.shape == size
    assert view.dtype == np.uint8
    assert np.array_equal(picture, before)
    assert np.array_equal(view, augmented(picture, size, recipe, random(seed)))


@given(st.integers(0, 255), st.integers(0, 2**16))
@settings(max_examples=30, deadline=None)
def test_a_picture_of_one_brightness_stays_so_when_nothing_is_lit(level: int, seed: int) -> None:
    """Whole pictures are seen, so that no gray surroundings come in."""
    view = augmented(np.full((128, 170), level, np.uint8), (96, 96), PLAIN, random(seed))
    assert np.unique(view).tolist() == [level]


def test_what_lies_outside_is_gray() -> None:
    wide = Recipe(**{**PLAIN.__dict__, "zoom": (3.0, 3.0)})
    view = augmented(np.full((96, 96), 255, np.uint8), (96, 96), wide, random())
    assert np.count_nonzero(view == GRAY) > view.size / 2
    assert np.count_nonzero(view == 255) > 0


def test_light_stays_within_the_range_of_pixels_without_wrapping() -> None:
    """Brighter by a lot: white must stay light, not become black."""
    bright = Recipe(**{**PLAIN.__dict__, "brightness": 1.0, "contrast": 1.0})
    ramp = np.tile(np.arange(256, dtype=np.uint8), (256, 1))
    for seed in range(20):
        view = augmented(ramp, (256, 256), bright, random(seed)).astype(int)
        row = view[128]
        steps = np.diff(row if row[0] <= row[-1] else row[::-1])
        assert steps.min() >= 0


def test_pictures_are_mirrored_half_of_the_time() -> None:
    ramp = np.tile(np.arange(0, 96, dtype=np.uint8), (96, 1))
    views = [augmented(ramp, (96, 96), PLAIN, random(seed)) for seed in range(200)]
    mirrored = sum(int(view[48, 0]) > int(view[48, -1]) for view in views)
    assert 70 <= mirrored <= 130  # 100 +- 4 standard deviations


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_cut_out_covers_one_rectangle_or_none(share: float) -> None:
    recipe = Recipe(**{**PLAIN.__dict__, "cutout": share})
    for seed in range(10):
        view = augmented(np.full((96, 96), 7, np.uint8), (96, 96), recipe, random(seed))
        rows, columns = np.nonzero(view != 7)
        if share == 0:
            assert len(rows) == 0
        elif len(rows):
            covered = view[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
            assert len(np.unique(covered)) == 1
            assert 9 <= covered.shape[0] <= 40
            assert 9 <= covered.shape[1] <= 40


def test_hide_and_seek_hides_patches_of_a_grid_of_four() -> None:
    noise = random(3).integers(0, 256, (96, 96)).astype(np.uint8)
    recipe = Recipe(**{**PLAIN.__dict__, "hide_and_seek": 1.0})
    view = augmented(noise, (96, 96), recipe, random(5))
    patches = view.reshape(4, 24, 4, 24).swapaxes(1, 2).reshape(16, -1)
    hidden = [len(np.unique(patch)) == 1 for patch in patches]
    assert 0 < sum(hidden) < 16
    assert len({int(patch[0]) for patch, is_hidden in zip(patches, hidden, strict=True)
                if is_hidden}) == 1  # fmt: skip
