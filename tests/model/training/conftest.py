"""A data set of bright blobs: they are the persons. Made in a moment, learnt in seconds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

import model.__main__ as command
from hil.base.resources import find
from hil.samples.labels import Entry
from model.training.data import Picture

ROOT = find("model").parent

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


SHALLOW = ((64, 2), (128, 2), (512, 2))


@pytest.fixture(scope="module")
def shallow() -> Iterator[None]:
    """Three blocks instead of eleven, for what does not hang on how deep a network is.

    Most of the time of a short training goes into making its graph.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("model.architecture.BLOCKS", SHALLOW)
        yield


@pytest.fixture(scope="session")
def blobs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """60 pictures: 36 to train on, 12 to validate, 12 to test."""
    return write_blobs(tmp_path_factory.mktemp("blobs") / "data")


@pytest.fixture(scope="session")
def blob_recipe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two short epochs from random weights; the statistics have to be learnt, too."""
    path = tmp_path_factory.mktemp("recipe") / "recipe.toml"
    path.write_text(
        "epochs = 2\nsamples_per_epoch = 64\nbatch = 16\nwarmup_epochs = 0.5\n"
        "learning_rate = 3e-3\nfixed_statistics = false\nema = 0.5\n"
    )
    return path


@pytest.fixture(scope="session")
def trained_blobs(tmp_path_factory: pytest.TempPathFactory, blobs: Path, blob_recipe: Path) -> Path:
    """The folder of a training that nobody interrupted."""
    folder = tmp_path_factory.mktemp("run") / "trained"
    words = ["train", blobs, "--run", folder, "--recipe", blob_recipe]
    assert command.main([str(word) for word in words]) == 0
    return folder


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


EXPORTS = """
import json, sys
import model.__main__ as command
sys.exit(max(command.main(["export", *words]) for words in json.loads(sys.argv[1])))
"""

Export = Callable[..., str]


@pytest.fixture(scope="session")
def export() -> Export:
    """Runs `model export` with each of some lists of words; returns what was printed.

    In a process of its own: TensorFlow's threads can be set only before its first use. One for
    all of them: starting TensorFlow takes as long as an export.
    """

    def run(*exports: Sequence[object]) -> str:
        words = json.dumps([[str(word) for word in each] for each in exports])
        done = subprocess.run(
            [sys.executable, "-c", EXPORTS, words],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    return run


@pytest.fixture(scope="session")
def exported_blobs(
    tmp_path_factory: pytest.TempPathFactory, export: Export, trained_blobs: Path, blobs: Path
) -> Path:
    """The folder that export wrote, with a card."""
    folder = tmp_path_factory.mktemp("export") / "out"
    tried = folder.with_name("tried.md")
    tried.write_text("| what | gain |\n|---|---|\n| brighter blobs | much |\n")
    export([trained_blobs, "--data", blobs, "--out", folder, "--tried", tried])
    return folder
