"""From a trained network to the files that are flashed: `make test-model`."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest

import model.__main__ as command
from hil.errors import ExitCode
from hil.network.contract import read_network
from model.c_array import c_array
from model.card import read_card
from model.checks import deviations, measure, problems

pytestmark = pytest.mark.model
pytest.importorskip("tensorflow", reason="needs TensorFlow: run `make test-model`")

Export = Callable[..., str]


def test_everything_that_is_promised_is_there(exported_blobs: Path) -> None:
    assert {path.name for path in exported_blobs.iterdir()} == {
        "person_cam.tflite", "person_cam.keras", "person_cam.toml", "person_cam.cc",
        "person_cam.h", "ops.txt", "CARD.md", "card",
    }  # fmt: skip


def test_the_firmware_can_run_the_model_and_its_card_fits(exported_blobs: Path) -> None:
    model = (exported_blobs / "person_cam.tflite").read_bytes()
    facts = measure(model)
    assert problems(model) == []
    assert deviations(facts) == []
    card = read_card(exported_blobs / "person_cam.toml")
    contract = read_network(exported_blobs / "person_cam.tflite")
    assert contract.head is not None
    assert contract.head.threshold == card.threshold_percent
    assert contract.image is not None
    assert card.labels == ("no person", "person")
    assert str(facts.sha256) in (exported_blobs / "CARD.md").read_text()


def test_the_float_network_is_the_one_that_was_trained(
    exported_blobs: Path, trained_blobs: Path
) -> None:
    trained = (trained_blobs / "trained.keras").read_bytes()
    assert (exported_blobs / "person_cam.keras").read_bytes() == trained


def test_the_card_tells_of_training_data_and_what_was_tried(exported_blobs: Path) -> None:
    text = (exported_blobs / "CARD.md").read_text()
    for wanted in ("2 epochs", "brighter blobs", "All weights begin at random.",
                   "samples_per_epoch = 64", "Test images of a and b"):  # fmt: skip
        assert wanted in text
    assert (exported_blobs / "card" / "training.svg").is_file()


def test_the_threshold_is_the_lowest_with_few_false_alarms_on_val(
    exported_blobs: Path, blobs: Path
) -> None:
    """Counted again from the model's answers, as the device decides."""
    from hil.images import load
    from hil.oracle import Oracle
    from hil.samples.labels import read_labels

    threshold = read_card(exported_blobs / "person_cam.toml").threshold_percent
    oracle = Oracle(read_network(exported_blobs / "person_cam.tflite"))
    labels = read_labels(blobs)
    empty = []
    for entry in labels.entries:
        if entry.split == "val" and not entry.person:
            picture = load(labels.folder / entry.file, resize=True)
            scores = oracle.run(picture.tensor).scores
            assert scores is not None
            empty.append(int(scores[1]) + 128)
    alarms = [sum(q * 100 >= percent * 256 for q in empty) for percent in range(101)]
    assert alarms[threshold] <= 0.05 * len(empty)
    assert threshold == 0 or alarms[threshold - 1] > 0.05 * len(empty)


@dataclass(frozen=True)
class More:
    """Two more exports, in one process: again, and without val at a threshold of one's own."""

    again: Path
    without_val: Path
    said: str


@pytest.fixture(scope="module")
def more(
    tmp_path_factory: pytest.TempPathFactory, export: Export, trained_blobs: Path, blobs: Path
) -> More:
    folder = tmp_path_factory.mktemp("more")
    data, again, without_val = (folder / name for name in ("data", "again", "without val"))
    shutil.copytree(blobs, data)
    text = (data / "labels.csv").read_text()
    (data / "labels.csv").write_text(text.replace(",val,", ",train,"))
    said = export(
        [trained_blobs / "trained.keras", "--data", blobs, "--out", again, "--no-card"],
        [trained_blobs, "--data", data, "--out", without_val, "--no-card",
         "--threshold-percent", 90],
    )  # fmt: skip
    return More(again, without_val, said)


def test_exporting_again_gives_the_same_bytes(more: More, exported_blobs: Path) -> None:
    names = {path.name for path in more.again.iterdir()}
    assert names == {path.name for path in exported_blobs.iterdir()} - {"CARD.md", "card"}
    for name in names:
        assert (more.again / name).read_bytes() == (exported_blobs / name).read_bytes(), name


def test_the_c_array_holds_the_model_and_other_files_can_use_it(
    exported_blobs: Path, tmp_path: Path
) -> None:
    model = (exported_blobs / "person_cam.tflite").read_bytes()
    array = c_array(model, "g_person_cam", constant=True, align=16)
    assert (exported_blobs / "person_cam.cc").read_text().endswith(array)
    compiler = shutil.which("c++")
    if compiler is None:
        pytest.skip("no C++ compiler")
    main = tmp_path / "main.cc"
    main.write_text(
        '#include <cstdint>\n#include <cstdio>\n#include "person_cam.h"\n'
        "int main() {\n"
        "  if (reinterpret_cast<std::uintptr_t>(g_person_cam) % 16) return 1;\n"
        "  return std::fwrite(g_person_cam, 1, g_person_cam_len, stdout) != g_person_cam_len;\n}\n"
    )
    program = tmp_path / "program"
    words = [compiler, "-std=c++17", "-Wall", "-Wextra", "-Werror", f"-I{exported_blobs}", main,
             exported_blobs / "person_cam.cc", "-o", program]  # fmt: skip
    subprocess.run([str(word) for word in words], check=True)
    assert subprocess.run([str(program)], capture_output=True, check=True).stdout == model


def test_a_threshold_of_one_s_own_needs_no_val(more: More) -> None:
    assert "threshold 90 %, not measured" in more.said
    card = read_card(more.without_val / "person_cam.toml")
    assert card.threshold_percent == 90
    assert card.made["threshold"] == "as asked for"
    assert card.positive_class == 1


def test_too_uniform_a_representative_set_is_refused_and_nothing_is_written(
    tmp_path: Path, trained_blobs: Path, blobs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    shutil.copytree(blobs, data)
    for path in (data / "images").iterdir():
        assert cv2.imwrite(str(path), np.full((64, 80), 90, np.uint8))
    words = ["export", trained_blobs, "--data", data, "--out", tmp_path / "out"]
    assert command.main([str(word) for word in words]) == ExitCode.USAGE
    assert "cannot calibrate: 0 different photographs" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
