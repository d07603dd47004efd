"""`hil check` and `hil pack`, as a user calls them."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hil.cli import main
from hil.errors import ExitCode
from hil.network.contract import read_network
from hil.testing import zoo
from hil.testing.tiny_model import tiny_model
from hil.wire.network_header import unpack_partition


@pytest.fixture(autouse=True)
def shared_cache(user_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trying a model takes a process: once for all tests."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(user_cache))


def written(folder: Path, model: bytes, settings: str = "") -> str:
    path = folder / "own.tflite"
    path.write_bytes(model)
    if settings:
        path.with_suffix(".toml").write_text(settings, encoding="utf-8")
    return str(path)


SETTINGS = "positive_class = 1\nthreshold_percent = 60\nlabels = ['cat', 'dog']\n"


def checked(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any]]:
    code = main(["check", "--json", *words])
    return code, json.loads(capsys.readouterr().out)


def test_a_network_with_a_map_is_described_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", written(tmp_path, tiny_model(), SETTINGS), "--ops"]) == ExitCode.PASSED
    text = capsys.readouterr().out
    assert "operators   5: 2 CONV_2D, 1 MEAN, 1 RESHAPE, 1 SOFTMAX" in text
    assert "picture     96x96, gray; the network gets (pixel - 128) / 128" in text
    assert "map         6x6 cells of class 1 (dog), answered from 60 % on" in text
    assert "1x96x96x1" in text
    assert "note" not in text
    assert "state" not in text


def test_a_network_without_a_map_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", written(tmp_path, zoo.network("svdf"))]) == ExitCode.PASSED
    text = capsys.readouterr().out
    assert "note        no class activation map: a map needs one input" in text
    assert "note        no picture: a picture is one int8 or uint8 input" in text
    assert "state       has variables" in text


def test_the_chain_from_declaration_to_table_is_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["check", written(tmp_path, tiny_model(), SETTINGS)])
    text = capsys.readouterr().out
    assert "            pixels are -1 to 0.9922 (not declared, the file's range)\n" in text
    assert "            the file holds -1 to 0.9922 in steps of 0.007812\n" in text
    assert "the board's table: 0 -> -128, 1 -> -127, 127 -> -1, 128 -> 0, 254 -> 126" in text
    assert "whether the trainer did that, only labelled pictures show (hil evaluate)" in text


def test_each_channel_has_the_table_that_is_declared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = "[pixels]\nmean = [0, 0, 0]\nstd = [255, 1020, 255]\n"
    file = written(tmp_path, zoo.network("colour"), settings)
    main(["check", file])
    text = capsys.readouterr().out
    assert "pixels are 0 to 1, 0 to 0.25, 0 to 1 (declared in the settings)" in text
    # Of scale 1/255 and zero point -128: a quarter as bright is a quarter as far from -128.
    assert "the board's table of channel 1: 0 -> -128, 1 -> -128, 127 -> -96, 128 -> -96" in text
    _, found = checked(capsys, file)
    assert found["picture"]["declared"] is True
    assert [table[255] for table in found["picture"]["tables"]] == [127, -64, 127]


def test_programs_get_all_of_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = checked(capsys, written(tmp_path, tiny_model(), SETTINGS))
    assert code == ExitCode.PASSED
    assert found["operators"] == {"CONV_2D": 2, "MEAN": 1, "RESHAPE": 1, "SOFTMAX": 1}
    (image,) = found["inputs"]
    assert (image["type"], image["shape"], image["bytes"]) == ("int8", [1, 96, 96, 1], 9216)
    assert [output["name"] for output in found["outputs"]] == ["score", "features"]
    assert (found["head"]["positive_class"], found["head"]["threshold"]) == (1, 60)
    assert found["picture"]["pixels"] == "(pixel - 128) / 128"
    assert found["macs"] == 36 * 8 * 256 + 8 * 2  # 16x16 filters on 6x6 cells, and the classes
    assert (found["problems"], found["notes"], found["constant_outputs"]) == ([], [], [])
    assert bool(found["arena_bytes"]) is bool(importlib.util.find_spec("tflite_micro"))


def test_problems_are_listed_for_programs_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, found = checked(
        capsys, written(tmp_path, tiny_model(), "positive_class = 7\nthreshold_percent = 5")
    )
    assert code == ExitCode.USAGE
    (problem,) = found["problems"]
    assert problem["what"] == "positive_class 7 does not exist: the model has 2 classes"
    assert problem["remedy"] == "give 0 to 1"


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n" * 9])
def test_what_is_no_network_is_a_problem_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    code, found = checked(capsys, written(tmp_path, content))
    assert code == ExitCode.USAGE
    assert found["problems"][0]["what"].startswith("not a TFLite file")


def test_a_network_that_answers_everything_alike_is_not_proven(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dead = written(tmp_path, tiny_model(classifier_weights=np.zeros((2, 8), np.int8)), SETTINGS)
    code, found = checked(capsys, dead)
    assert code == ExitCode.NOT_PROVEN
    assert found["constant_outputs"] == ["scores"]
    assert main(["check", dead]) == ExitCode.NOT_PROVEN
    assert "NOT PROVEN  the network gives the same scores for each of" in capsys.readouterr().out


def test_pack_writes_contract_and_network(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = written(tmp_path, tiny_model(), SETTINGS)
    image = tmp_path / "folder" / "model.bin"
    assert main(["pack", model, "-o", str(image)]) == ExitCode.PASSED
    held = unpack_partition(image.read_bytes())
    assert held.tflite == tiny_model()
    assert held.header == read_network(Path(model)).header
    assert held.header.model_sha256.hex() in capsys.readouterr().out


def test_pack_takes_settings_from_another_file_and_says_what_is_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = written(tmp_path, tiny_model(), SETTINGS)
    other = tmp_path / "other.toml"
    other.write_text('pixels = "none"', encoding="utf-8")
    image = tmp_path / "model.bin"
    words = ["pack", model, "--settings", str(other), "-o", str(image)]
    assert main(words) == ExitCode.PASSED
    header = unpack_partition(image.read_bytes()).header
    assert (header.image, header.head) == (None, None)
    assert "note: no picture: the settings say so" in capsys.readouterr().out


def test_pack_writes_nothing_for_a_network_that_cannot_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = written(tmp_path, b"no network")
    assert main(["pack", model, "-o", str(tmp_path / "model.bin")]) == ExitCode.USAGE
    assert "not a TFLite file" in capsys.readouterr().err
    assert not (tmp_path / "model.bin").exists()
