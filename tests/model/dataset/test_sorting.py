"""Which folder a photograph without a label goes to, and what was seen before."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.dataset.sorting import Known, Sureness, fingerprint


@pytest.mark.parametrize(
    ("belief", "folder"),
    [(1.0, "person"), (0.8, "person"), (0.79, "unsure"), (0.5, "unsure"), (0.26, "unsure"),
     (0.25, "no-person"), (0.0, "no-person")],
)  # fmt: skip
def test_only_sure_ones_get_a_label(belief: float, folder: str) -> None:
    assert Sureness(person=0.8, none=0.25).folder(belief) == folder


@given(st.floats(0, 1), st.floats(0, 0.5), st.floats(0.5001, 1))
def test_more_belief_never_leads_away_from_a_person(
    belief: float, none: float, person: float
) -> None:
    order = ["no-person", "unsure", "person"]
    sureness = Sureness(person=person, none=none)
    assert order.index(sureness.folder(belief)) <= order.index(sureness.folder(1.0))
    assert order.index(sureness.folder(belief)) >= order.index(sureness.folder(0.0))


def scene(seed: int) -> np.ndarray:
    """A gray picture of some ellipses, uint8 [120, 160]."""
    random = np.random.default_rng(seed)
    pixels = np.full((120, 160), 100, np.uint8)
    for _ in range(8):
        centre = int(random.integers(160)), int(random.integers(120))
        axes = int(random.integers(10, 50)), int(random.integers(10, 50))
        cv2.ellipse(pixels, centre, axes, 0, 0, 360, int(random.integers(256)), -1)
    return pixels


def test_a_fingerprint_says_where_it_gets_brighter() -> None:
    brighter = np.repeat(np.arange(9, dtype=np.uint8)[None] * 20, 8, axis=0)
    assert np.unpackbits(fingerprint(brighter)).all()
    assert not np.unpackbits(fingerprint(brighter[:, ::-1])).any()


def test_a_smaller_and_worse_copy_is_known() -> None:
    known = Known([scene(1), scene(2)])
    small = cv2.resize(scene(2), (96, 72), interpolation=cv2.INTER_AREA)
    done, coded = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 60])
    assert done
    assert known.has(cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE))


def test_a_mirror_image_is_known() -> None:
    assert Known([scene(3)]).has(np.ascontiguousarray(scene(3)[:, ::-1]))


def test_other_pictures_are_not_known() -> None:
    known = Known([scene(n) for n in range(20)])
    assert not any(known.has(scene(n)) for n in range(20, 120))


def test_nothing_is_known_of_nothing() -> None:
    assert not Known([]).has(scene(1))
