"""person_cam.toml: read, written, compared with the model."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from hil.errors import UsageError
from model.card import Card, card_text, read_card

CARD = Card(
    labels=("no person", 'a "person"\\'),
    positive_class=1,
    threshold_percent=60,
    sha256="ab" * 32,
    made={"weights": "überall\ttrained", "weights_seed": 17},
)


def test_a_card_survives_writing_and_reading(tmp_path: Path) -> None:
    path = tmp_path / "card.toml"
    path.write_text(card_text(CARD), encoding="utf-8")
    assert read_card(path) == CARD


def test_a_card_fits_its_model() -> None:
    CARD.check(classes=2, sha256="ab" * 32, where="card")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"labels": ("person",)}, "1 labels for 2 classes"),
        ({"positive_class": 2}, "positive class 2 of 2"),
        ({"positive_class": -1}, "positive class -1 of 2"),
        ({"threshold_percent": 101}, "threshold of 101 percent"),
        ({"sha256": "cd" * 32}, "card is of another model"),
    ],
)
def test_a_card_of_another_model_is_refused(changes: dict[str, object], message: str) -> None:
    card = dataclasses.replace(CARD, **changes)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=message):
        card.check(classes=2, sha256="ab" * 32, where="card")


def test_a_misspelt_key_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "card.toml"
    text = card_text(CARD)
    path.write_text(text.replace("threshold_percent =", "treshold_percent ="), encoding="utf-8")
    with pytest.raises(UsageError, match="threshold_percent"):
        read_card(path)
