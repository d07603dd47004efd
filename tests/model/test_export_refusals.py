"""What export refuses before any work, and what it calibrates with. Without TensorFlow."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import pytest

import model.__main__ as command
from hil.errors import UsageError
from hil.samples.labels import Entry, read_labels
from model.export import find_trained
from model.representative import MINIMUM_PHOTOGRAPHS, representative_set, spread


def entries(**counts: int) -> list[Entry]:
    """Of names such as coco1 (source and class)."""
    return [
        Entry(0, f"{kind}-{n}.png", kind.endswith("1"), (), "train", kind[:-1])
        for kind, count in counts.items()
        for n in range(count)
    ]


def test_sources_and_classes_are_taken_in_turn() -> None:
    chosen = spread(entries(a0=1000, a1=1000, b0=3, c1=40), 100)
    counts = Counter((entry.source, entry.person) for entry in chosen)
    assert counts == {("a", False): 33, ("a", True): 32, ("b", False): 3, ("c", True): 32}
    assert len({entry.file for entry in chosen}) == 100


def test_the_choice_does_not_depend_on_the_order_of_labels() -> None:
    given = entries(a0=50, a1=70)
    assert spread(given, 20) == spread(given[::-1], 20)


def test_fewer_than_wanted_are_all_taken() -> None:
    given = entries(a0=3, a1=2)
    assert sorted(e.file for e in spread(given, 100)) == sorted(e.file for e in given)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """As many photographs as are needed, and one to spare."""
    (tmp_path / "images").mkdir()
    lines = ["file,person,boxes,split,source"]
    random = np.random.default_rng(1)
    for n in range(MINIMUM_PHOTOGRAPHS + 3):
        split = "train" if n <= MINIMUM_PHOTOGRAPHS else "val"
        pixels = random.integers(0, 200, (60, 90)).astype(np.uint8)
        assert cv2.imwrite(str(tmp_path / "images" / f"{n}.png"), pixels)
        lines.append(f"{n}.png,{n % 2},,{split},a")
    (tmp_path / "labels.csv").write_text("\n".join(lines) + "\n")
    return tmp_path


def test_the_set_spans_all_brightnesses_and_is_the_same_again(data: Path) -> None:
    images = representative_set(read_labels(data), "squash")
    assert images.shape[1:] == (96, 96)
    assert (images.min(), images.max()) == (0, 255)
    assert len(images) > 6 * MINIMUM_PHOTOGRAPHS
    assert np.array_equal(images, representative_set(read_labels(data), "squash"))


def test_too_few_different_photographs_are_refused(data: Path) -> None:
    for n in (1, 2):
        (data / "images" / f"{n}.png").write_bytes((data / "images" / "0.png").read_bytes())
    labels = read_labels(data)
    with pytest.raises(UsageError, match=f"{MINIMUM_PHOTOGRAPHS - 1} different photographs"):
        representative_set(labels, "squash")


def test_pictures_of_one_brightness_do_not_count(data: Path) -> None:
    for n in range(3):
        assert cv2.imwrite(str(data / "images" / f"{n}.png"), np.full((60, 90), n, np.uint8))
    labels = read_labels(data)
    with pytest.raises(UsageError, match="not of one brightness"):
        representative_set(labels, "squash")


def test_pictures_that_cannot_be_read_are_named(data: Path) -> None:
    (data / "images" / "3.png").write_bytes(b"")
    labels = read_labels(data)
    with pytest.raises(UsageError, match=r"3\.png"):
        representative_set(labels, "squash")


def test_a_data_set_without_train_is_refused(data: Path) -> None:
    text = (data / "labels.csv").read_text()
    (data / "labels.csv").write_text(text.replace(",train,", ",test,"))
    labels = read_labels(data)
    with pytest.raises(UsageError, match="no photograph in the split 'train'"):
        representative_set(labels, "squash")


def test_a_training_that_has_not_ended_says_so(tmp_path: Path) -> None:
    (tmp_path / "history.jsonl").write_text("")
    with pytest.raises(UsageError, match=r"no trained\.keras") as caught:
        find_trained(tmp_path)
    assert "has not ended" in caught.value.hint


@pytest.mark.parametrize("name", ["nothing", "model.tflite", "none.keras"])
def test_what_is_no_training_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "model.tflite").write_bytes(b"")
    with pytest.raises(UsageError, match=r"no folder of a training, and no \.keras"):
        find_trained(tmp_path / name)


def test_exporting_without_tensorflow_says_what_to_install(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "tensorflow", None)  # makes its import fail
    (tmp_path / "trained.keras").write_bytes(b"")
    out = tmp_path / "out"
    words = ["export", str(tmp_path / "trained.keras"), "--data", str(data), "--out", str(out),
             "--no-card"]  # fmt: skip
    assert command.main(words) == 4
    error = capsys.readouterr().err
    assert "pip install -e '.[model]'" in error
    assert not out.exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--jobs", "0"], "--jobs is 0"),
        (["--tried", "none.md"], "cannot read it"),
        (["--threshold-percent", "101"], "threshold of 101 percent"),
        (["--source", "nowhere"], "no sample has the source 'nowhere'"),
    ],
)
def test_wrong_options_are_refused_before_the_work(
    data: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    message: str,
) -> None:
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    (tmp_path / "trained.keras").write_bytes(b"")
    base = ["export", str(tmp_path / "trained.keras"), "--data", str(data)]
    assert command.main([*base, "--out", str(tmp_path / "out"), *words]) == 4
    assert message in capsys.readouterr().err


def test_val_of_one_class_is_refused_before_the_work(
    data: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = (data / "labels.csv").read_text().splitlines()
    (data / "labels.csv").write_text("\n".join(lines[:-1]) + "\n")
    (tmp_path / "trained.keras").write_bytes(b"")
    words = ["export", str(tmp_path / "trained.keras"), "--data", str(data)]
    assert command.main([*words, "--threshold-percent", "60"]) == 4  # the card needs it too
    error = capsys.readouterr().err
    assert "the split 'val' has pictures of one class only" in error
    assert "--threshold-percent and --no-card" in error


def test_a_card_needs_both_classes_in_test(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "trained.keras").write_bytes(b"")
    words = ["export", str(tmp_path / "trained.keras"), "--data", str(data)]
    assert command.main(words) == 4
    error = capsys.readouterr().err
    assert "the split 'test' has no picture: there are no figures" in error
    assert "--no-card" in error
