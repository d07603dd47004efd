"""`python -m model evaluate` on a .tflite: the numbers of `hil evaluate`."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

import model.__main__ as command
from hil.cli import main as hil
from hil.errors import ExitCode, UsageError
from hil.facts.evaluation import (
    RESULTS_VERSION,
    Answer,
    Answers,
    Header,
    ValueType,
    joined,
    with_map,
)
from hil.judge.gates.load import load_gates
from hil.network.location import NoLocation
from hil.network.task import Task
from hil.testing.tiny_model import tiny_model
from model.card import LABELS, Card, card_text
from model.difference import difference
from model.evaluation import decision

GATES = Path(command.__file__).parent / "gates.toml"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Sixteen wide pictures with both classes in both splits."""
    folder = tmp_path / "data"
    (folder / "images").mkdir(parents=True)
    numbers = np.random.default_rng(8)
    lines = ["file,person,boxes,split,source"]
    for n in range(16):
        pixels = numbers.integers(0, 256, (100, 140)).astype(np.uint8)
        assert cv2.imwrite(str(folder / "images" / f"{n}.png"), pixels)
        boxes = "0.2 0.1 0.7 0.9" if n % 2 else ""
        lines.append(f"{n}.png,{n % 2},{boxes},{'val' if n % 4 < 2 else 'test'},{'ab'[n > 7]}")
    (folder / "labels.csv").write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A model that answers at once, with its card."""
    path = tmp_path / "tiny.tflite"
    path.write_bytes(tiny_model(channels=128))
    card = Card(LABELS, 1, 68, hashlib.sha256(path.read_bytes()).hexdigest(), {})
    path.with_suffix(".toml").write_text(card_text(card))
    return path


def report(path: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(path.read_text())
    del data["run"]
    return data


@pytest.mark.parametrize(
    "more", [(), ("--fit", "squash"), ("--source", "a", "--split", "all")], ids=str
)
def test_a_tflite_gives_the_report_of_hil_evaluate(
    data: Path, tiny: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], more: tuple[str]
) -> None:
    ours, theirs = tmp_path / "ours.json", tmp_path / "theirs.json"
    words = ["evaluate", "--data", str(data), *more, "--json"]
    assert command.main([words[0], str(tiny), *words[1:], str(ours)]) == ExitCode.PASSED
    alone = ["--board", "oracle", "--model", str(tiny)]
    assert hil([*words, str(theirs), *alone]) == ExitCode.PASSED
    assert report(ours) == report(theirs)


def test_a_model_against_itself_differs_in_nothing(
    data: Path, tiny: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "report.json"
    words = ["evaluate", str(tiny), "--against", str(tiny), "--data", str(data)]
    assert command.main([*words, "--json", str(path)]) == ExitCode.PASSED
    assert "scores differ by 0.00 LSB on average, 0.00 at most" in capsys.readouterr().out
    against = report(path)["against"]
    assert (against["difference"], against["scores"]["max_lsb"]) == (0, 0)
    assert against["scores"]["images"] == 8


def test_the_gates_of_a_release_can_all_be_measured(
    data: Path, tiny: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "report.json"
    words = ["evaluate", str(tiny), "--against", str(tiny), "--data", str(data)]
    words += ["--threshold-percent", "0"]  # all pass
    code = command.main([*words, "--gates", str(GATES), "--json", str(path)])
    assert code == ExitCode.GATE_FAILED  # noise, and other operators
    gates = {gate["gate"]: gate["status"] for gate in report(path)["gates"]["gates"]}
    assert len(gates) == len(load_gates(GATES).gates)
    missing = [name for name, status in gates.items() if status == "not measured"]
    assert missing == ["model_ops_of[DEPTHWISE_CONV_2D]"]  # the tiny model has none
    assert gates["roc_auc_change"] == gates["tflite_bytes"] == gates["model_macs"] == "met"


def test_without_a_card_a_score_passes_from_50_percent_on(tiny: Path) -> None:
    assert decision(tiny).threshold_percent == 68
    assert decision(tiny, 33).threshold_percent == 33
    tiny.with_suffix(".toml").unlink()
    assert (decision(tiny).positive_class, decision(tiny).threshold_percent) == (1, 50)
    with pytest.raises(UsageError, match="threshold of 101 percent"):
        decision(tiny, 101)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["model.onnx"], "a model of kind '.onnx'"),
        (["gone.tflite"], "cannot read the model"),
        (["gone.tflite", "--jobs", "0"], "--jobs is 0"),
        (["gone.tflite", "--split", "none"], "no sample has the split 'none'"),
    ],
)
def test_what_cannot_be_evaluated_is_a_usage_error(
    data: Path, capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    assert command.main(["evaluate", *words, "--data", str(data)]) == ExitCode.USAGE
    assert message in capsys.readouterr().err


def answers(scores: list[int], cells: list[int], threshold: int) -> Answers:
    """Answers of scores and winning cells."""
    task = Task("localization", 0, "softmax", 2, 1, float(threshold))
    values = ValueType("int8", 2, 1 / 256, -128)
    header = Header(RESULTS_VERSION, "0", "oracle", "e", "", "m", task, values, (96, 96), "r")
    results = {}
    for number, (score, cell) in enumerate(zip(scores, cells, strict=True)):
        cam = np.zeros((6, 6), np.int32)
        cam.flat[cell] = 5
        plain = Answer(0, (), np.array([-score, score], np.int8).tobytes())
        packed = with_map(plain, threshold, NoLocation.BELOW_THRESHOLD, cam)
        results[str(number)] = joined(str(number), 0, (96, 96), packed)
    return Answers(header, results)


def test_differences_are_in_steps_of_the_int8_score() -> None:
    first = answers([0, 10, -20], [1, 2, 3], 50)
    second = answers([1, 7, -20], [1, 2, 4], 54)
    found = difference(first, second, ["0", "1", "2"])
    assert (found.images, found.max_lsb, found.cells_differing) == (3, 3, 1)
    assert found.mean_lsb == pytest.approx(4 / 3)
    assert found.bias_lsb == pytest.approx(-2 / 3)
    # 50 % passes at 50 but 50.4 % does not at 54; 53.9 % against 52.7 % likewise.
    assert found.decisions_differing == 2
