"""person_cam.toml: what stands beside the .tflite file because it cannot stand in it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hil.base.toml_table import read_toml

PIXELS = "(pixel - 128) / 128"
"""What `model.calibration.to_input` makes of a pixel, by its name in `hil.network.settings`."""

LABELS = ("no person", "person")
POSITIVE_CLASS = 1
"""Of the models that are trained here."""

_HEAD = """\
# What person_cam.tflite cannot say of itself. Written by `python -m model`.
# positive_class counts from 0 in labels; it passes at threshold_percent and above. pixels is what
# a pixel 0 to 255 becomes before it is quantized.
"""


@dataclass(frozen=True)
class Card:
    """What `hil.network.settings` reads, and `made`: how the model came to be, by key."""

    labels: tuple[str, ...]
    positive_class: int
    threshold_percent: int
    sha256: str
    made: dict[str, Any]
    pixels: str = PIXELS


def read_card(path: Path) -> Card:
    """The card in `path`. Raises UsageError with file and line for what is wrong."""
    table = read_toml(path)
    card = Card(
        labels=tuple(str(label) for label in table.take("labels", list)),
        positive_class=table.take("positive_class", int),
        threshold_percent=table.take("threshold_percent", int),
        sha256=table.take("sha256", str),
        made=table.take("made", dict),
        pixels=table.take("pixels", str),
    )
    table.finish()
    return card


def card_text(card: Card) -> str:
    """The TOML text of a card."""
    lines = [
        f"labels = [{', '.join(_toml(label) for label in card.labels)}]",
        f"positive_class = {card.positive_class}",
        f"threshold_percent = {card.threshold_percent}",
        f"pixels = {_toml(card.pixels)}",
        f"sha256 = {_toml(card.sha256)}",
        "",
        "[made]",
        *(f"{key} = {_toml(value)}" for key, value in card.made.items()),
    ]
    return _HEAD + "\n".join(lines) + "\n"


def _toml(value: str | int) -> str:
    # A JSON string without escapes above U+FFFF is a TOML basic string too.
    return json.dumps(value, ensure_ascii=False)


def write_model(folder: Path, model: bytes, card: Card) -> None:
    """Writes person_cam.tflite and person_cam.toml into a folder, which is made if needed."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "person_cam.tflite").write_bytes(model)
    (folder / "person_cam.toml").write_text(card_text(card), encoding="utf-8")
