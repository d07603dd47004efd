"""One set of samples for a float network and its int8 form, given in the type of either."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hil.errors import UsageError
from hil.network.contract import Contract, read_contract
from hil.network.settings import NetworkSettings
from hil.samples.pairs import PairedSamples, read_pairs
from hil.samples.seeded import read_samples
from hil.testing.tiny_model import tiny_model
from hil_lab.fakes.quantized_pair import CLASSES, INPUT_SCALE, INPUTS, QuantizedPair

ROWS = np.arange(3 * INPUTS, dtype=np.int8).reshape(3, INPUTS)


@pytest.fixture(scope="module")
def networks() -> tuple[Contract, Contract]:
    floats, ints = QuantizedPair().build()
    return read_contract(floats), read_contract(ints)


def read(tmp_path: Path, networks: tuple[Contract, Contract], **arrays: Any) -> PairedSamples:
    path = tmp_path / "mine.npz"
    np.savez(path, allow_pickle=False, **arrays)
    return read_pairs(path, *networks)


def test_integers_are_the_int8_networks(tmp_path: Path, networks: Any) -> None:
    found = read(tmp_path, networks, x=ROWS)
    assert (len(found), found.given, found.source) == (3, "int8", "mine.npz")
    assert [one.sample.data for one in found] == [row.tobytes() for row in ROWS]
    assert all(one.exact is None and one.label is None for one in found)


def test_real_numbers_go_to_the_float_network_and_quantized_to_the_other(
    tmp_path: Path, networks: Any
) -> None:
    reals = (ROWS + 0.25).astype(np.float32) * np.float32(INPUT_SCALE)
    found = read(tmp_path, networks, x=reals)
    assert found.given == "float32"
    assert [one.sample.data for one in found] == [row.tobytes() for row in ROWS]
    for one, row in zip(found, reals, strict=True):
        assert one.exact is not None
        assert np.array_equal(one.exact[0].reshape(-1), row)


def test_they_can_be_gone_through_again(tmp_path: Path, networks: Any) -> None:
    found = read(tmp_path, networks, x=ROWS, labels=np.array([0, 1, 3]))
    assert [one.label for one in found] == [one.label for one in found] == [0, 1, 3]


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (np.array([0, 1, CLASSES]), f"row 2 has the class {CLASSES}"),
        (np.array([-1, 1, 2]), "row 0 has the class -1"),
        (np.array([0, 1]), "int64 \\[2\\], not integers \\[3\\]"),
        (np.array([0.0, 1.0, 2.0]), "float64 \\[3\\], not integers"),
    ],
)
def test_classes_that_there_are_not_are_refused(
    tmp_path: Path, networks: Any, labels: Any, said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        read(tmp_path, networks, x=ROWS, labels=labels)


def test_classes_for_a_network_that_has_none_are_refused(tmp_path: Path) -> None:
    floats, ints = QuantizedPair().build()
    settings = NetworkSettings(task="regression")
    pair = read_contract(floats), read_contract(ints, settings=settings)
    with pytest.raises(UsageError, match="classes for a network of the task regression"):
        read(tmp_path, pair, x=ROWS, labels=np.array([0, 1, 2]))


def test_the_other_commands_leave_the_classes_alone(tmp_path: Path, networks: Any) -> None:
    path = tmp_path / "mine.npz"
    np.savez(path, allow_pickle=False, x=ROWS, labels=np.array([0, 1, 2]))
    assert len(read_samples(path, networks[1])) == 3


def folder(tmp_path: Path, text: str) -> Path:
    import cv2

    for name, level in (("a.png", 40), ("b.png", 200)):
        cv2.imwrite(str(tmp_path / name), np.full((96, 96), level, np.uint8))
    (tmp_path / "labels.csv").write_text(text)
    return tmp_path


LABELS = "file,person,boxes\na.png,0,\nb.png,1,\n"

PICTURES = read_contract(
    tiny_model(),
    settings=NetworkSettings(task="classification", positive_class=1, threshold=50),
)


def test_a_folder_is_read_as_the_int8_network_takes_it(tmp_path: Path) -> None:
    data = folder(tmp_path, LABELS)
    found = read_pairs(data, PICTURES, PICTURES)
    assert (len(found), found.noise) == (2, False)
    dark, bright = found
    # (pixel - 128) / 128 in steps of 1 / 128.
    assert set(np.frombuffer(dark.sample.data, np.int8)) == {40 - 128}
    assert set(np.frombuffer(bright.sample.data, np.int8)) == {200 - 128}
    assert (dark.label, bright.label) == (0, 1)


def test_a_picture_that_cannot_be_read_is_named_with_its_line(tmp_path: Path) -> None:
    data = folder(tmp_path, LABELS)
    (tmp_path / "b.png").write_bytes(b"no picture")
    with pytest.raises(UsageError, match=r"b\.png") as raised:
        list(read_pairs(data, PICTURES, PICTURES))
    assert raised.value.where.endswith("labels.csv:3")


def test_a_class_that_the_network_lacks_is_refused_with_its_line(tmp_path: Path) -> None:
    data = folder(tmp_path, "file,label\na.png,0\nb.png,cow\n")
    with pytest.raises(UsageError, match=r"line 3: b\.png: label 'cow' is no class"):
        read_pairs(data, PICTURES, PICTURES)
