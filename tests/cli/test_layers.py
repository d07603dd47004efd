"""`hil layers`: a float network beside its int8 form, on the host and on the simulated board."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hil.cli import main
from hil.errors import ExitCode
from hil.testing.tiny_model import tiny_model
from hil_lab.fakes.quantized_pair import INPUTS, QuantizedPair

Pair = Callable[..., tuple[str, str]]


@pytest.fixture
def pair(tmp_path: Path, user_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Pair:
    monkeypatch.setenv("XDG_CACHE_HOME", str(user_cache))

    def written(**wrong: Any) -> tuple[str, str]:
        paths = tmp_path / "float.tflite", tmp_path / "int8.tflite"
        for path, data in zip(paths, QuantizedPair(**wrong).build(), strict=True):
            path.write_bytes(data)
        return str(paths[0]), str(paths[1])

    return written


def layers(*arguments: str) -> int:
    return main(["layers", *arguments])


def found_in(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


def test_a_loss_is_information_and_names_its_operator(
    pair: Pair, capsys: pytest.CaptureFixture[str]
) -> None:
    assert layers(*pair(wrong_channel=5), "--samples", "16") == ExitCode.PASSED
    said = capsys.readouterr().out
    assert "accuracy is lost in quantization: operator 0 FULLY_CONNECTED" in said
    assert "worst channel 5:" in said
    assert "the samples are noise" in said
    assert said.endswith("LOST IN QUANTIZATION\n")


def test_limits_make_it_a_failure(pair: Pair, capsys: pytest.CaptureFixture[str]) -> None:
    files = pair(wrong_channel=5)
    code = layers(*files, "--samples", "16", "--min-sqnr", "30", "--json", "-")
    assert code == ExitCode.GATE_FAILED
    found = found_in(capsys)
    assert (found["verdict"], found["exit_code"]) == ("LIMIT NOT MET", 7)
    assert found["losing"] == ["0 FULLY_CONNECTED"]
    assert len(found["unmet"]) == 1


def test_a_healthy_pair_in_its_own_data_with_labels(
    pair: Pair, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files, data = pair(), tmp_path / "mine.npz"
    reals = np.random.default_rng(1).normal(0, 1, (12, INPUTS)).astype(np.float32)
    np.savez(data, allow_pickle=False, x=reals, labels=np.arange(12) % 4)
    assert layers(*files, "--data", str(data), "--json", "-") == ExitCode.PASSED
    found = found_in(capsys)
    assert (found["samples"], found["given"]) == (12, "float32")
    assert [layer["untold"] for layer in found["layers"]] == ["", "", ""]
    assert found["losing"] == []
    assert found["decisions"]["labelled"] == 12
    assert [end["name"] for end in found["inputs"]] == ["x"]  # what quantizing them lost
    assert found["target"] == ""


def test_a_board_with_a_wrong_operator_fails_and_is_told_from_quantization(
    pair: Pair, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.html"
    code = layers(*pair(), "--board", "sim", "--sim-fault", "softmax-beta", "--html", str(page))
    assert code == ExitCode.TEST_FAILED
    said = capsys.readouterr().out
    assert "the board differs from the host in operator 2 SOFTMAX by" in said
    assert "accuracy is lost" not in said
    text = page.read_text("utf-8")
    assert "the board differs from the host in operator 2 SOFTMAX" in text
    assert "<script" not in text


def test_a_right_board_adds_nothing(pair: Pair, capsys: pytest.CaptureFixture[str]) -> None:
    code = layers(*pair(), "--board", "sim", "--samples", "4", "--json", "-")
    assert code == ExitCode.PASSED
    found = found_in(capsys)
    assert "the board adds nothing: 0 LSB in every operator" in found["said"]
    assert [layer["board"]["worst"] for layer in found["layers"]] == [0, 0, 0]
    assert found["decisions"]["board"]["flips"] == 0


def test_the_files_the_wrong_way_round_are_told(
    pair: Pair, capsys: pytest.CaptureFixture[str]
) -> None:
    floats, ints = pair()
    assert layers(ints, floats) == ExitCode.USAGE
    assert "the other way round" in " ".join(capsys.readouterr().err.split())


def test_networks_that_have_nothing_in_common_are_refused(
    pair: Pair, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    floats, _ = pair()
    other = tmp_path / "other.tflite"
    other.write_bytes(tiny_model())
    assert layers(floats, str(other)) == ExitCode.USAGE
    assert "not two forms of one network" in capsys.readouterr().err
    same_ends = tmp_path / "ends.tflite"
    same_ends.write_bytes(_same_ends())
    assert layers(floats, str(same_ends)) == ExitCode.USAGE
    assert "no operator of the float network is one of the int8 network" in capsys.readouterr().err


def test_a_float_network_of_another_training_is_refused(
    pair: Pair, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, ints = pair()
    other = tmp_path / "other.tflite"
    other.write_bytes(QuantizedPair(seed=2).build()[0])
    assert layers(str(other), ints) == ExitCode.USAGE
    assert "no operator has the float network's weights" in capsys.readouterr().err


def _same_ends() -> bytes:
    from hil.testing.model_builder import ModelBuilder

    file = ModelBuilder()
    at = file.input("x", [1, INPUTS], "INT8", 1 / 32)
    begin, size = file.ints("begin", [0, 0]), file.ints("size", [1, 4])
    made = file.tensor("y", [1, 4], "INT8", 1 / 32)
    file.op("SLICE", [at, begin, size], made)
    return file.build([made])


def test_options_of_a_board_without_one_are_refused(
    pair: Pair, capsys: pytest.CaptureFixture[str]
) -> None:
    assert layers(*pair(), "--sim-fault", "softmax-beta") == ExitCode.USAGE
    assert "there is no board that this could be for" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--json", "--html"])
def test_a_report_does_not_replace_a_network(
    pair: Pair, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    floats, ints = pair()
    before = Path(ints).read_bytes()
    assert layers(floats, ints, option, ints) == ExitCode.USAGE
    assert "overwrite a file that this command reads" in capsys.readouterr().err
    assert Path(ints).read_bytes() == before


@pytest.mark.parametrize("option", [("--max-flips", "2"), ("--min-sqnr", "much")])
def test_limits_that_are_none_are_refused(pair: Pair, option: tuple[str, str]) -> None:
    with pytest.raises(SystemExit) as ended:
        layers(*pair(), *option)
    assert ended.value.code == ExitCode.USAGE
