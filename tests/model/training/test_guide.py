"""What an earlier network tells the next: steadier opinions, and where bodies are."""

from __future__ import annotations

import numpy as np
import pytest

from model.training.compose import HEAD, NOBODY, REGIONS, WANTED, WEIGHT
from model.training.guide import Guide, guided, person_parts, with_bodies
from model.training.recipe import Recipe

CELLS = 36


def rows(*regions: tuple[int, float, float, float, np.ndarray]) -> np.ndarray:
    """The targets of one sample: number, wanted, weight, nobody and cells of its regions."""
    targets = np.zeros((REGIONS, HEAD + CELLS), np.float32)
    for number, wanted, weight, nobody, cells in regions:
        targets[number, [WANTED, WEIGHT, NOBODY]] = wanted, weight, nobody
        targets[number, HEAD:] = cells.ravel() / cells.sum()
    return targets


def cells(where: tuple[slice, slice] = (slice(None), slice(None))) -> np.ndarray:
    mask = np.zeros((6, 6), bool)
    mask[where] = True
    return mask


EVERYWHERE, LEFT, RIGHT = cells(), cells((slice(None), slice(0, 2))), cells(np.s_[:, 2:])
TOP, BOTTOM = cells(np.s_[:3, :]), cells(np.s_[3:, :])
PERSON = rows((0, 0.95, 1, 0, EVERYWHERE))
NONE = rows((0, 0.05, 1, 1, EVERYWHERE))
BESIDE = rows((0, 0.95, 0.5, 0, EVERYWHERE), (1, 0.95, 1 / 3, 0, LEFT), (2, 0.05, 2 / 3, 1, RIGHT))
TWO_ABOVE_EACH_OTHER = rows(
    (0, 0.95, 0.5, 0, EVERYWHERE), (1, 0.95, 0.5, 0, TOP), (2, 0.95, 0.5, 0, BOTTOM)
)


def head(row: int, column: int, height: float = 4.0) -> np.ndarray:
    """A map [1, 6, 6] of one peak on -1."""
    margins = np.full((1, 6, 6), -1, np.float32)
    margins[0, row, column] += height
    return margins


def parts(*masks: np.ndarray) -> np.ndarray:
    return np.stack(masks)[None]


def test_below_a_head_a_body_is_wanted_that_fades() -> None:
    wanted = with_bodies(head(2, 3), parts(EVERYWHERE), 0.5)[0]
    assert wanted[:, 3].tolist() == [0, 0, 4, 2, 1, 0.5]
    assert not np.delete(wanted, 3, axis=1).any()


def test_what_is_seen_below_already_stays() -> None:
    margins = head(1, 0)
    margins[0, 3, 0] = 8
    assert with_bodies(margins, parts(EVERYWHERE), 0.5)[0, :, 0].tolist() == [
        0, 4, 2, 9, 4.5, 2.25,
    ]  # fmt: skip


def test_no_body_leaves_the_picture_of_its_head() -> None:
    wanted = with_bodies(head(1, 0), parts(TOP, BOTTOM), 0.5)[0]
    assert wanted[:, 0].tolist() == [0, 4, 2, 0, 0, 0]


def test_where_no_person_is_known_the_lowest_is_wanted() -> None:
    margins = head(1, 0)
    margins[0, 2, 5] = 7
    wanted = with_bodies(margins, parts(LEFT), 1.0)[0]
    assert wanted[:, 0].tolist() == [0, 4, 4, 4, 4, 4]
    assert not wanted[:, 1:].any()


def test_the_parts_with_a_person_are_single_pictures() -> None:
    found = person_parts(np.stack([PERSON, NONE, BESIDE, TWO_ABOVE_EACH_OTHER]))
    assert found.shape == (4, REGIONS, CELLS)
    assert found[0, 0].all()
    assert not found[0, 1:].any()
    assert not found[1].any()
    assert found[2].any(axis=0).tolist() == LEFT.ravel().tolist()
    assert not found[3, 0].any()
    assert found[3, 1].tolist() == TOP.ravel().tolist()
    assert found[3, 2].tolist() == BOTTOM.ravel().tolist()


def test_opinions_are_mixed_by_their_share() -> None:
    margins = np.where(LEFT, 3.0, -2.0).astype(np.float32)[None]
    led = guided(BESIDE[None], margins, Recipe(guide_share=0.25))[0]

    def logistic(x: float) -> float:
        return float(1 / (1 + np.exp(-x)))

    assert led[1, WANTED] == pytest.approx(0.75 * 0.95 + 0.25 * logistic(3))
    assert led[2, WANTED] == pytest.approx(0.75 * 0.05 + 0.25 * logistic(-2))
    assert led[0, WANTED] == pytest.approx(0.75 * 0.95 + 0.25 * logistic(-1 / 3))
    # Nothing else of the regions changes.
    assert np.array_equal(np.delete(led[:REGIONS], WANTED, 1), np.delete(BESIDE, WANTED, 1))


def test_a_guide_says_nothing_of_places_where_nobody_is() -> None:
    margins = np.concatenate([head(2, 2), head(2, 2)])
    led = guided(np.stack([PERSON, NONE]), margins, Recipe(body=0.5))
    assert led.shape == (2, REGIONS + 1, HEAD + CELLS)
    assert led[:, -1, WEIGHT].tolist() == [1, 0]
    assert not led[1, -1].any()
    shape = led[0, -1, HEAD:].reshape(6, 6)
    assert shape[:, 2].tolist() == [0, 0, 4, 2, 1, 0.5]


def test_very_sure_guides_are_no_overflow() -> None:
    margins = np.full((1, 6, 6), -1e4, np.float32)
    with np.errstate(over="raise"):
        led = guided(PERSON[None], margins, Recipe(guide_share=1.0))
    assert led[0, 0, WANTED] == pytest.approx(0, abs=1e-6)


class Brightness:
    """Cells [n, 6, 6, 2] whose positive logit is a pixel, and the left one more."""

    def __init__(self, positive: int, factor: float) -> None:
        self.positive, self.factor = positive, factor

    def predict_on_batch(self, images: np.ndarray) -> np.ndarray:
        found = np.zeros((len(images), 6, 6, 2), np.float32)
        found[..., self.positive] = self.factor * images[:, ::16, ::16, 0]
        found[:, :, 0, self.positive] += 1  # not the same for the mirror image
        return found


@pytest.mark.parametrize("positive", [0, 1])
def test_guides_look_at_the_mirror_image_too(positive: int) -> None:
    image = np.zeros((1, 96, 96, 1), np.float32)
    image[0, 32:48, 16:32] = 5
    networks = [Brightness(positive, 1.0), Brightness(positive, 3.0)]
    led = Guide(networks, Recipe(body=0.0), positive).lead(image, PERSON[None], (0, 0))
    shape = led[0, -1, HEAD:].reshape(6, 6)
    expected = np.zeros((6, 6))
    expected[:, [0, 5]] = 0.5
    expected[2, 1] = 2 * 5
    assert shape == pytest.approx(expected)


class Counted(Brightness):
    """Knows how often it was asked."""

    asked = 0

    def predict_on_batch(self, images: np.ndarray) -> np.ndarray:
        self.asked += 1
        return super().predict_on_batch(images)


@pytest.mark.parametrize(("distinct", "asked"), [(2, 2), (0, 4)])
def test_samples_that_come_again_are_looked_at_once(distinct: int, asked: int) -> None:
    network = Counted(1, 1.0)
    guide = Guide([network], Recipe(distinct_epochs=distinct), 1)
    dark, bright = (np.full((1, 96, 96, 1), value, np.float32) for value in (-1, 1))
    first = [guide.lead(dark, PERSON[None], (0, 7)), guide.lead(bright, PERSON[None], (1, 7))]
    again = [guide.lead(dark, PERSON[None], (0, 7)), guide.lead(bright, PERSON[None], (1, 7))]
    assert network.asked == asked
    assert np.array_equal(first, again)
    assert not np.array_equal(first[0], first[1])
