"""A data set of bright blobs: they are the persons. Made in a moment, learnt in seconds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

from hil.evaluate.labels import Entry
from model.training.data import Picture

HEAD = "file,person,boxes,split,source"
SPLITS = ("train", "train", "train", "train", "train", "train", "val", "val", "test", "test")


def blob_picture(number: int, person: bool) -> tuple[np.ndarray, str]:
    """uint8 [64, 80] and the box of its blob, as labels.csv has it."""
    random = np.random.default_rng(number)
    pixels = random.integers(30, 90, (64, 80)).astype(np.uint8)
    if not person:
        return pixels, ""
    side = int(random.integers(20, 32))
    y, x = int(random.integers(64 - side)), int(random.integers(80 - side))
    pixels[y : y + side, x : x + side] = random.integers(200, 256, (side, side))
    return pixels, f"{x / 80} {y / 64} {(x + side) / 80} {(y + side) / 64}"


def write_blobs(folder: Path, count: int = 60) -> Path:
    """A data set of `count` pictures: two sources with both classes, three splits."""
    (folder / "images").mkdir(parents=True)
    lines = [HEAD]
    for n in range(count):
        person, pair = bool(n % 2), n // 2
        pixels, box = blob_picture(n, person)
        assert cv2.imwrite(str(folder / "images" / f"{n}.png"), pixels)
        split, source = SPLITS[pair % len(SPLITS)], "ab"[pair // len(SPLITS) % 2]
        lines.append(f"{n}.png,{int(person)},{box},{split},{source}")
    (folder / "labels.csv").write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture(scope="session")
def blobs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """60 pictures: 36 to train on, 12 to validate, 12 to test."""
    return write_blobs(tmp_path_factory.mktemp("blobs") / "data")


MakePictures = Callable[[Sequence[tuple[bool, str]]], list[Picture]]


@pytest.fixture
def make_pictures() -> MakePictures:
    """Pictures of (person, source), each of one brightness: its number."""

    def make(kinds: Sequence[tuple[bool, str]]) -> list[Picture]:
        return [
            Picture(
                Entry(n + 2, f"{n}.png", person, (), "train", source),
                np.full((40, 50), n, np.uint8),
            )
            for n, (person, source) in enumerate(kinds)
        ]

    return make
