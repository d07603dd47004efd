"""Data sets and models for the tests of evaluations."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from hil.board.artifacts import ExpectedModel
from hil.network.contract import read_contract
from hil.network.settings import NetworkSettings
from hil.testing.tiny_model import tiny_model

MakeData = Callable[..., Path]


@pytest.fixture
def make_data(tmp_path: Path) -> MakeData:
    """Writes a data set of noise pictures, 120x96: `make_data(count, name="data")`.

    Every second one has a person, whose box is in the left half.
    """

    def make(count: int, name: str = "data") -> Path:
        folder = tmp_path / name
        (folder / "images").mkdir(parents=True)
        numbers = np.random.default_rng(3)
        lines = ["file,person,boxes,source"]
        for n in range(count):
            pixels = numbers.integers(0, 256, (96, 120)).astype(np.uint8)
            assert cv2.imwrite(str(folder / "images" / f"{n}.png"), pixels)
            boxes = "0.1 0.1 0.6 0.9" if n % 2 else ""
            lines.append(f"{n}.png,{n % 2},{boxes},{'ab'[n % 3 == 0]}")
        (folder / "labels.csv").write_text("\n".join(lines) + "\n")
        return folder

    return make


@pytest.fixture(scope="session")
def model() -> ExpectedModel:
    """A model that answers in well under a millisecond."""
    read = read_contract(tiny_model(), settings=NetworkSettings(1, 50))
    return ExpectedModel(read.model, read.header, "tiny model")
