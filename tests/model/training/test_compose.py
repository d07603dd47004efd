"""Compositions: what is said of their parts is what was put there."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.training.augment import augmented
from model.training.compose import HEAD, NOBODY, REGIONS, WANTED, WEIGHT, Drawn, Sample, compose
from model.training.recipe import Recipe

SIZE, GRID = (96, 96), (6, 6)
CELL = 16
STILL = {
    "zoom": (1.0, 1.0), "rotation_degrees": 0.0, "stretch": 0.0, "cutout": 0.0,
    "hide_and_seek": 0.0, "contrast": 0.0, "brightness": 0.0, "noise": 0.0, "blur": 0.0,
}  # fmt: skip


def composed(seed: int, **recipe: float) -> tuple[Sample, list[Drawn]]:
    """A sample of pictures that are each of one brightness, and these in order.

    Persons are the odd ones; each wants another number, so that they can be told apart.
    """
    random = np.random.Generator(np.random.Philox(key=seed))
    drawn: list[Drawn] = []

    def draw() -> Drawn:
        n, person = len(drawn), bool(random.random() < 0.5)
        wanted = (0.9 if person else 0.05) + n / 1000
        drawn.append(Drawn(np.full((128, 150), 40 * n + 20, np.uint8), person, wanted))
        return drawn[-1]

    sample = compose(draw, SIZE, GRID, Recipe(**{**STILL, **recipe}), random)  # type: ignore[arg-type]
    return sample, drawn


def cells(sample: Sample, region: int) -> np.ndarray:
    return sample.targets[region, HEAD:].reshape(GRID)


def pixels(sample: Sample, region: int) -> np.ndarray:
    """Brightnesses in the cells of a region."""
    mask = np.kron(cells(sample, region) > 0, np.ones((CELL, CELL), bool))
    return np.unique(sample.image[mask])


kinds = pytest.mark.parametrize(
    "kind", [{"mosaic": 0.0, "cutmix": 0.0}, {"mosaic": 1.0, "cutmix": 0.0},
             {"mosaic": 0.0, "cutmix": 1.0}]
)  # fmt: skip


@kinds
@given(seed=st.integers(0, 2**32))
@settings(max_examples=40, deadline=None)
def test_cells_of_a_region_share_one_and_unused_regions_weigh_nothing(
    kind: dict[str, float], seed: int
) -> None:
    sample, _ = composed(seed, **kind)
    assert sample.image.shape == SIZE
    assert sample.image.dtype == np.uint8
    assert sample.targets.shape == (REGIONS, HEAD + 36)
    for region in range(REGIONS):
        row = sample.targets[region]
        if row[WEIGHT] == 0:
            assert not row.any()
        else:
            assert cells(sample, region).sum() == pytest.approx(1, abs=1e-6)
            assert len(np.unique(cells(sample, region))) <= 2
            assert 0 < row[WANTED] < 1
            assert row[NOBODY] in (0, 1)


def test_a_single_picture_has_one_region_of_all_cells() -> None:
    sample, (picture,) = composed(1, mosaic=0.0, cutmix=0.0)
    assert sample.targets[0, :HEAD] == pytest.approx([picture.wanted, 1, float(not picture.person)])
    assert cells(sample, 0) == pytest.approx(np.full(GRID, 1 / 36))
    assert not sample.targets[1:].any()


@given(seed=st.integers(0, 2**32))
@settings(max_examples=40, deadline=None)
def test_each_part_of_a_mosaic_says_what_its_picture_wants(seed: int) -> None:
    sample, tiles = composed(seed, mosaic=1.0, cutmix=0.0, global_weight=0.5)
    assert len(tiles) == 4
    for region, tile in enumerate(tiles, start=1):
        assert pixels(sample, region).tolist() == [tile.pixels[0, 0]]
        assert sample.targets[region, WANTED] == pytest.approx(tile.wanted)
        assert sample.targets[region, NOBODY] == (not tile.person)
    # Borders lie between cells, the parts cover the map once, and weigh as much as they cover.
    covered = sum((cells(sample, region) > 0).astype(int) for region in range(1, 5))
    assert np.array_equal(covered, np.ones(GRID, int))
    assert sample.targets[1:, WEIGHT].sum() == pytest.approx(1)
    for region in range(1, 5):
        share = np.count_nonzero(cells(sample, region)) / 36
        assert sample.targets[region, WEIGHT] == pytest.approx(share)
    assert sample.targets[0, WEIGHT] == 0.5
    assert sample.targets[0, NOBODY] == (not any(tile.person for tile in tiles))


@given(seed=st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_cutmix_says_of_the_inserted_part_what_it_is(seed: int) -> None:
    sample, (base, other) = composed(seed, mosaic=0.0, cutmix=1.0)
    assert pixels(sample, 1).tolist() == [other.pixels[0, 0]]
    assert sample.targets[1, WANTED] == pytest.approx(other.wanted)
    inside = np.count_nonzero(cells(sample, 1)) / 36
    assert sample.targets[1, WEIGHT] == pytest.approx(inside)
    rest = sample.targets[2]
    if rest[WEIGHT]:
        assert pixels(sample, 2).tolist() == [base.pixels[0, 0]]
        assert rest[WANTED] == pytest.approx(base.wanted)
        assert rest[WEIGHT] == pytest.approx(1 - inside)
    else:  # a person that may be covered
        assert base.person
        assert inside >= 0.3
    assert sample.targets[0, NOBODY] == (not (base.person or other.person))


def test_compositions_come_as_often_as_the_recipe_says() -> None:
    counts = [len(composed(seed, mosaic=0.3, cutmix=0.2)[1]) for seed in range(600)]
    shares = {parts: counts.count(parts) / len(counts) for parts in (1, 2, 4)}
    # Within four standard deviations.
    assert shares == pytest.approx({1: 0.5, 2: 0.2, 4: 0.3}, abs=0.08)


def test_a_single_picture_is_what_augmentation_makes_of_it() -> None:
    recipe = Recipe(mosaic=0.0, cutmix=0.0)
    picture = np.random.default_rng(1).integers(0, 256, (50, 70)).astype(np.uint8)
    random = np.random.Generator(np.random.Philox(key=9))
    sample = compose(lambda: Drawn(picture, True, 1.0), SIZE, GRID, recipe, random)
    again = np.random.Generator(np.random.Philox(key=9))
    again.random()  # the kind
    assert np.array_equal(sample.image, augmented(picture, SIZE, recipe, again))
