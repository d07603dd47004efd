"""Photographs for training: by split, upright and small; what cannot be used is named."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from hil.errors import UsageError
from hil.samples.labels import read_labels
from model.training.data import SHORTER_SIDE, load_split


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "images").mkdir()
    lines = ["file,person,boxes,split,source"]
    for n, (shape, split, source) in enumerate(
        [((300, 400), "train", "a"), ((64, 900), "train", "b"), ((50, 1), "val", "a")]
    ):
        pixels = np.full(shape, 50 * n + 10, np.uint8)
        assert cv2.imwrite(str(tmp_path / "images" / f"{n}.png"), pixels)
        lines.append(f"{n}.png,{n % 2},,{split},{source}")
    (tmp_path / "labels.csv").write_text("\n".join(lines) + "\n")
    return tmp_path


def test_a_split_is_loaded_and_large_pictures_are_shrunk(data: Path) -> None:
    seen: list[int] = []
    first, second = load_split(read_labels(data), "train", {}, seen.append)
    assert first.pixels.shape == (SHORTER_SIDE, round(SHORTER_SIDE * 4 / 3))
    assert second.pixels.shape == (64, 900)  # smaller ones are not enlarged
    assert (first.entry.person, second.entry.person) == (False, True)
    assert np.unique(first.pixels).tolist() == [10]
    assert sum(seen) == 2


def test_sources_that_weigh_nothing_are_not_even_read(data: Path) -> None:
    (data / "images" / "0.png").write_bytes(b"")
    (kept,) = load_split(read_labels(data), "train", {"a": 0.0})
    assert kept.entry.source == "b"


def test_a_missing_split_is_refused_with_what_makes_one(data: Path) -> None:
    with pytest.raises(UsageError, match="no photograph in the split 'test'") as caught:
        load_split(read_labels(data), "test", {})
    assert "build-vww" in caught.value.hint


def test_every_picture_that_cannot_be_used_is_named_with_its_line(data: Path) -> None:
    (data / "images" / "0.png").write_bytes(b"no picture")
    content = (data / "images" / "1.png").read_bytes()
    (data / "images" / "1.png").write_bytes(content[: len(content) // 2])
    labels = read_labels(data)
    with pytest.raises(UsageError) as caught:
        load_split(labels, "train", {})
    for text in ("2", "0.png", "3", "1.png"):
        assert text in str(caught.value)


def test_a_picture_that_vanished_is_named(data: Path) -> None:
    labels = read_labels(data)
    (data / "images" / "2.png").unlink()
    with pytest.raises(UsageError, match=r"2\.png"):
        load_split(labels, "val", {})
