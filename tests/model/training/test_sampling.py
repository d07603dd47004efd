"""Which photographs an epoch draws: half of them persons, by weight, repeatable."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from hil.errors import UsageError
from model.training.compose import HEAD, WANTED, WEIGHT
from model.training.data import Sampler
from model.training.recipe import Recipe

SIZE, GRID = (96, 96), (6, 6)
STILL = Recipe(
    zoom=(1.0, 1.0), rotation_degrees=0, stretch=0, cutout=0, contrast=0, brightness=0,
    noise=0, blur=0, mosaic=0, cutmix=0, label_smoothing=0.1,
)  # fmt: skip

Make = Callable[[Any], Any]


def drawn(sampler: Sampler, count: int, epoch: int = 0) -> list[int]:
    """Numbers of the pictures, which are their brightness."""
    return [int(sampler.sample(epoch, n).image[48, 48]) for n in range(count)]


def test_a_sample_depends_on_seed_epoch_and_number_alone(make_pictures: Make) -> None:
    pictures = make_pictures([(n % 2 == 0, "a") for n in range(20)])
    recipe = Recipe()
    first = Sampler(pictures, recipe, SIZE, GRID)
    images, targets = first.batch(3, 10, 4)
    other = Sampler(pictures, recipe, SIZE, GRID)
    for n in (3, 1, 2, 0):
        sample = other.sample(3, 10 + n)
        assert np.array_equal(sample.targets, targets[n])
        pixels = (sample.image.astype(np.float32) - 128) / 128
        assert np.array_equal(pixels[..., None], images[n])


@pytest.mark.parametrize(("epoch", "number", "seed"), [(4, 10, 1), (3, 11, 1), (3, 10, 2)])
def test_another_seed_epoch_or_number_gives_another_sample(
    make_pictures: Make, epoch: int, number: int, seed: int
) -> None:
    pictures = make_pictures([(n % 2 == 0, "a") for n in range(20)])
    one = Sampler(pictures, Recipe(seed=1), SIZE, GRID).sample(3, 10)
    two = Sampler(pictures, Recipe(seed=seed), SIZE, GRID).sample(epoch, number)
    assert not np.array_equal(one.image, two.image)


def test_half_of_the_samples_show_a_person_however_few_there_are(make_pictures: Make) -> None:
    pictures = make_pictures([(True, "a")] + [(False, "a")] * 49)
    persons = drawn(Sampler(pictures, STILL, SIZE, GRID), 400).count(0)
    assert 160 <= persons <= 240  # 200 +- 4 standard deviations


def test_sources_are_drawn_by_their_weight(make_pictures: Make) -> None:
    kinds = [(person, source) for person in (True, False) for source in "abc"]
    recipe = dataclasses.replace(STILL, source_weights={"a": 3.0, "c": 0.0})
    numbers = drawn(Sampler(make_pictures(kinds), recipe, SIZE, GRID), 800)
    sources = [kinds[n][1] for n in numbers]
    assert sources.count("c") == 0
    assert sources.count("a") / len(sources) == pytest.approx(0.75, abs=0.065)  # 4 deviations


def test_labels_are_smoothed_once(make_pictures: Make) -> None:
    sampler = Sampler(make_pictures([(True, "a"), (False, "a")]), STILL, SIZE, GRID)
    for n in range(20):
        sample = sampler.sample(0, n)
        wanted = 0.95 if sample.image[48, 48] == 0 else 0.05
        assert sample.targets[0, WANTED] == pytest.approx(wanted)
        assert sample.targets[0, WEIGHT] == 1
        assert sample.targets[0, HEAD:].sum() == pytest.approx(1)


def test_beliefs_of_teachers_are_mixed_with_the_label(make_pictures: Make) -> None:
    recipe = dataclasses.replace(STILL, teacher_share=0.6)
    pictures = [
        dataclasses.replace(picture, belief=belief)
        for picture, belief in zip(
            make_pictures([(True, "a"), (False, "a")]), (0.7, 0.2), strict=True
        )
    ]
    sampler = Sampler(pictures, recipe, SIZE, GRID)
    for n in range(20):
        sample = sampler.sample(0, n)
        expected = 0.4 * 0.95 + 0.6 * 0.7 if sample.image[48, 48] == 0 else 0.4 * 0.05 + 0.6 * 0.2
        assert sample.targets[0, WANTED] == pytest.approx(expected)


@pytest.mark.parametrize(("person", "what"), [(True, "no people"), (False, "people")])
def test_photographs_of_one_class_are_refused(make_pictures: Make, person: bool, what: str) -> None:
    with pytest.raises(UsageError, match=f"no photograph with {what} to train on"):
        Sampler(make_pictures([(person, "a")] * 5), Recipe(), SIZE, GRID)


def test_a_class_whose_sources_all_weigh_nothing_is_refused(make_pictures: Make) -> None:
    recipe = Recipe(source_weights={"b": 0.0})
    with pytest.raises(UsageError, match="no photograph with people"):
        Sampler(make_pictures([(True, "b"), (False, "a")]), recipe, SIZE, GRID)
