"""`hil evaluate` of networks of every task, on the simulated board and on the oracle alone.

The networks do so little that what they answer is known beforehand.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import (
    accuracy_score,
    f1_score,
    mean_absolute_error,
    r2_score,
    roc_auc_score,
    root_mean_squared_error,
)

from hil.cli import main
from hil.errors import ExitCode
from hil.testing.model_builder import ModelBuilder

COUNT = 60
NUMBERS = np.random.default_rng(20)


@dataclass(frozen=True)
class Case:
    """A network, its settings, its samples with the columns of their labels, and the figures
    that come out, by name in the report."""

    model: bytes
    settings: str
    samples: np.ndarray[Any, np.dtype[np.int8]]
    columns: str
    rows: Sequence[str]
    figures: dict[str, float]


def one_op(op: str, size: int, scale: float, options: str = "", **fields: Any) -> bytes:
    """One operator from an input of int8 to as many numbers; SOFTMAX gives 1/256."""
    file = ModelBuilder()
    x = file.input("x", (1, size), "INT8", scale, 0)
    softmax = op == "SOFTMAX"
    y = file.tensor("y", (1, size), "INT8", 1 / 256 if softmax else scale, -128 if softmax else 0)
    file.op(op, [x], y, options, **fields)
    return file.build([y])


def classification() -> Case:
    """A softmax keeps the order of its inputs: the class is the largest input."""
    samples = np.stack([NUMBERS.permutation([-90, -30, 30, 90]) for _ in range(COUNT)])
    answers = samples.argmax(axis=1)
    truths = np.where(NUMBERS.random(COUNT) < 0.7, answers, NUMBERS.integers(0, 4, COUNT))
    words = ["yes", "no", "up", "down"]
    return Case(
        one_op("SOFTMAX", 4, 1 / 16, "SoftmaxOptions", beta=1.0),
        f"labels = {json.dumps(words)}\n",
        samples.astype(np.int8),
        "label",
        [words[truth] for truth in truths],
        {
            "top-1 accuracy": accuracy_score(truths, answers),
            "macro F1": f1_score(truths, answers, average="macro"),
        },
    )


def reconstruction() -> Case:
    """RELU gives back what is positive: the error is the mean square of what is not."""
    samples = NUMBERS.integers(-40, 100, (COUNT, 6)).astype(np.int8)
    anomalous = np.arange(COUNT) % 3 == 0
    samples[anomalous] = np.minimum(samples[anomalous], 30) - 10
    errors = (np.minimum(samples, 0) * 0.25) ** 2
    recordings = np.arange(COUNT) // 3 % 10 + 10 * anomalous
    means = [errors.mean(axis=1)[recordings == n].mean() for n in range(20)]
    truths = [False] * 10 + [True] * 10
    rows = [
        f"{'anomaly' if kind else 'normal'},r{recording}"
        for kind, recording in zip(anomalous, recordings, strict=True)
    ]
    return Case(
        one_op("RELU", 6, 0.25),
        "",
        samples,
        "label,group",
        rows,
        {
            "AUC of anomalies": roc_auc_score(truths, means),
            "partial AUC": roc_auc_score(truths, means, max_fpr=0.1),
        },
    )


def regression() -> Case:
    """RELU of one number."""
    samples = NUMBERS.integers(-60, 100, (COUNT, 1)).astype(np.int8)
    answers = np.maximum(samples[:, 0], 0) * 0.5
    truths = np.round(answers + NUMBERS.normal(0, 3, COUNT), 3)
    return Case(
        one_op("RELU", 1, 0.5),
        'task = "regression"\n',
        samples,
        "value",
        [str(truth) for truth in truths],
        {
            "MAE": mean_absolute_error(truths, answers),
            "RMSE": root_mean_squared_error(truths, answers),
            "R2": r2_score(truths, answers),
        },
    )


def none() -> Case:
    """One number of which nobody says what it is."""
    samples = NUMBERS.integers(-100, 100, (COUNT, 1)).astype(np.int8)
    return Case(one_op("RELU", 1, 0.5), "", samples, "split", [""] * COUNT, {})


CASES = [classification, reconstruction, regression, none]


def written(case: Case, folder: Path) -> tuple[Path, Path]:
    """The network with its settings, and the data set of raw tensors."""
    network, data = folder / "network.tflite", folder / "data"
    network.write_bytes(case.model)
    if case.settings:
        network.with_suffix(".toml").write_text(case.settings)
    data.mkdir()
    lines = [f"file,{case.columns}"]
    for n, (sample, row) in enumerate(zip(case.samples, case.rows, strict=True)):
        (data / f"{n}.bin").write_bytes(sample.tobytes())
        lines.append(f"{n}.bin,{row}")
    (data / "labels.csv").write_text("\n".join(lines) + "\n")
    return network, data


def report_of(words: list[str], path: Path) -> dict[str, Any]:
    assert main(["evaluate", *words, "--json", str(path)]) == ExitCode.PASSED
    data: dict[str, Any] = json.loads(path.read_text())
    return data


@pytest.mark.parametrize("make", CASES, ids=lambda make: make.__name__)
def test_figures_are_those_of_the_definitions_on_the_board_and_on_the_oracle_alone(
    make: Callable[[], Case], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = make()
    network, data = written(case, tmp_path)
    oracle = ["--board", "oracle", "--jobs", "1", "--model", str(network)]
    alone = report_of(["--data", str(data), *oracle], tmp_path / "oracle.json")
    board = ["--network", str(network), "--sim-flash-file", str(tmp_path / "flash.bin")]
    html = tmp_path / "page.html"
    board += ["--html", str(html)]
    on_board = report_of(["--data", str(data), *board], tmp_path / "board.json")
    assert alone["by"]["task"]["kind"] == on_board["by"]["task"]["kind"] == make.__name__
    assert on_board["agreement"]["identical"] == COUNT
    text = " ".join(capsys.readouterr().out.split())
    assert f"task: {make.__name__}" in text
    assert f"{COUNT} of {COUNT} samples identical in all outputs" in text
    for report, side in ((alone, "oracle"), (on_board, "board")):
        rows = {row["metric"]: row[side] for row in report["metrics"]}
        assert case.figures.keys() <= rows.keys()
        for name, value in case.figures.items():
            assert rows[name]["value"] == pytest.approx(value), name
    page = html.read_text("utf-8")
    assert f"{COUNT} of {COUNT} samples identical in all outputs" in page
    for name in case.figures:
        assert f">{name}<" in page


def test_gates_and_another_report_speak_the_task(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    network, data = written(classification(), tmp_path)
    words = ["--data", str(data), "--board", "oracle", "--jobs", "1", "--model", str(network)]
    first = tmp_path / "first.json"
    report_of(words, first)
    gates = tmp_path / "gates.toml"
    gates.write_text(
        '[[gate]]\nmetric = "top1_accuracy"\nmin = "50 %"\n'
        '[[gate]]\nmetric = "top1_accuracy_change"\nmax = 0\n'
    )
    report = report_of(
        [*words, "--against", str(first), "--gates", str(gates)], tmp_path / "second.json"
    )
    assert report["gates"]["verdict"] == "SHIP"
    assert report["against"]["difference"] == 0
    assert "top-1 accuracy" in capsys.readouterr().out


@pytest.mark.parametrize("board", ["oracle", "sim"])
def test_labels_that_the_network_lacks_are_named_before_anything_is_run(
    tmp_path: Path,
    board: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("hil.run.testbench.Bench._open", None)
    monkeypatch.setattr("hil.run.evaluation.run.run_on_oracle", None)
    network, data = written(classification(), tmp_path)
    text = (data / "labels.csv").read_text().splitlines()
    text[3], text[5] = "2.bin,left", "4.bin,4"
    (data / "labels.csv").write_text("\n".join(text) + "\n")
    named = ["--model"] if board == "oracle" else ["--network"]
    words = ["evaluate", "--board", board, "--data", str(data), *named, str(network)]
    assert main(words) == ExitCode.USAGE
    said = capsys.readouterr().err
    assert "line 4: 2.bin: label 'left' is no class of the network" in said
    assert "line 6: 4.bin: label '4' is no class of the network" in said
    assert "there are yes, no, up, down, or 0 to 3" in said
