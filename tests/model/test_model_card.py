"""person_cam.toml: read, written, compared with the model."""

from __future__ import annotations

import dataclasses
import hashlib
from fractions import Fraction
from pathlib import Path

import pytest

from hil.errors import UsageError
from hil.network.contract import read_network
from hil.testing.tiny_model import tiny_model
from model.card import Card, card_text, read_card

CARD = Card(
    labels=("no person", 'a "person"\\'),
    positive_class=1,
    threshold_percent=60,
    sha256=hashlib.sha256(tiny_model()).hexdigest(),
    made={"weights": "überall\ttrained", "weights_seed": 17},
)


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.tflite"
    path.write_bytes(tiny_model())
    return path


def test_a_card_survives_writing_and_reading(tmp_path: Path) -> None:
    path = tmp_path / "card.toml"
    path.write_text(card_text(CARD), encoding="utf-8")
    assert read_card(path) == CARD


def test_what_a_card_says_is_what_hil_reads_beside_the_model(tiny: Path) -> None:
    tiny.with_suffix(".toml").write_text(card_text(CARD), encoding="utf-8")
    contract = read_network(tiny)
    assert contract.head is not None
    assert (contract.head.positive_class, contract.head.threshold) == (1, 60)
    assert contract.task.labels == CARD.labels
    assert contract.pixels is not None
    assert contract.pixels.of_channel(0) == (-1, Fraction(127, 128))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"labels": ("person",)}, "1 labels for 2 classes"),
        ({"positive_class": 2}, "positive_class 2 does not exist"),
        ({"positive_class": -1}, "positive_class -1 is no class"),
        ({"threshold_percent": 101}, "threshold_percent 101 is no percentage"),
        ({"pixels": "pixel"}, "wrong pixels"),
        ({"sha256": "cd" * 32}, "are of another model"),
    ],
)
def test_a_card_of_another_model_is_refused(
    tiny: Path, changes: dict[str, object], message: str
) -> None:
    card = dataclasses.replace(CARD, **changes)  # type: ignore[arg-type]
    tiny.with_suffix(".toml").write_text(card_text(card), encoding="utf-8")
    with pytest.raises(UsageError, match=message):
        read_network(tiny)


def test_a_misspelt_key_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "card.toml"
    text = card_text(CARD)
    path.write_text(text.replace("threshold_percent =", "treshold_percent ="), encoding="utf-8")
    with pytest.raises(UsageError, match="threshold_percent"):
        read_card(path)
