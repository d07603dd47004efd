"""`hil evaluate` as it is called: on the simulated board, and on the oracle alone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hil.cli import main
from hil.errors import ExitCode
from hil.run.evaluation.run import Plan, run_on_board
from hil.run.options import RunOptions
from hil.run.testbench import Bench
from hil.samples.labels import read_labels
from tests.ctrl_c import HIL

MakeData = Callable[..., Path]


@pytest.fixture(scope="module")
def flash_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A flash of this module's own, written once."""
    return tmp_path_factory.mktemp("flash") / "flash.bin"


def evaluate(folder: Path, flash_file: Path, *more: object) -> int:
    words = ["evaluate", "--data", folder, "--sim-flash-file", flash_file, *more]
    return main([str(word) for word in words])


def without_run(path: Path) -> dict[str, Any]:
    """The JSON file without what differs from run to run."""
    data: dict[str, Any] = json.loads(path.read_text())
    del data["run"]
    return data


def test_the_simulated_board_agrees_with_the_oracle(
    make_data: MakeData,
    flash_file: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    report = tmp_path / "evaluation.json"
    assert evaluate(make_data(12), flash_file, "--json", report) == ExitCode.PASSED
    text = capsys.readouterr().out
    assert "12 of 12 samples identical" in text
    assert "0 link errors" in text
    data = json.loads(report.read_text())
    assert data["agreement"]["identical"] == 12
    assert data["by"]["target"] == "sim"
    assert data["run"]["link"]["frames_in"] > 0


def test_a_noisy_link_changes_no_result(
    make_data: MakeData, flash_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, clean, noisy = make_data(12), tmp_path / "clean.json", tmp_path / "noisy.json"
    assert evaluate(folder, flash_file, "--json", clean) == ExitCode.PASSED
    noise = ("--sim-bit-errors", "1e-5", "--sim-drops", "0.02")
    assert evaluate(folder, flash_file, "--json", noisy, *noise) == ExitCode.PASSED
    assert without_run(noisy) == without_run(clean)
    assert json.loads(noisy.read_text())["run"]["link"]["retransmitted"] > 0


def test_the_oracle_alone_gives_the_metrics_of_the_board(
    make_data: MakeData, flash_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, board, oracle = make_data(8), tmp_path / "board.json", tmp_path / "oracle.json"
    assert evaluate(folder, flash_file, "--json", board) == ExitCode.PASSED
    words = ["evaluate", "--board", "oracle", "--data", str(folder), "--jobs", "2"]
    assert main([*words, "--json", str(oracle)]) == ExitCode.PASSED
    capsys.readouterr()
    on_board, alone = without_run(board), without_run(oracle)
    assert alone["agreement"] is None
    for a, b in zip(on_board["metrics"], alone["metrics"], strict=True):
        assert b["board"] is None
        assert (a["metric"], a["oracle"], a["baseline"]) == (
            b["metric"],
            b["oracle"],
            b["baseline"],
        )


class Crashing:
    """Lets the board panic after a few images; once."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self.steps = 0

    def begin(self, total: int, kept: int) -> None:
        """Nothing to show."""

    def step(self) -> None:
        self.steps += 1
        if self.steps == 3:
            board: Any = self._bench.open_board
            board._connection.adapter.process.crash()


@pytest.fixture
def bench(flash_file: Path) -> Iterator[Bench]:
    bench = Bench(RunOptions(sim_flash_file=flash_file))
    yield bench
    bench.close()


def test_a_board_that_crashes_once_is_recovered_and_no_image_is_lost(
    make_data: MakeData, bench: Bench
) -> None:
    data = read_labels(make_data(10))
    answers = run_on_board(bench, Plan(data, data.entries), Crashing(bench))
    assert answers.recoveries == 1
    assert list(answers.results) == [entry.file for entry in data.entries]
    assert all(result.device == result.oracle for result in answers.results.values())
    assert len({result.oracle.sample_crc for result in answers.results.values()}) == 10


def test_ctrl_c_keeps_what_is_done_and_the_same_command_goes_on(
    make_data: MakeData, flash_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, results = make_data(40), tmp_path / "results.jsonl"
    report, whole = tmp_path / "resumed.json", tmp_path / "whole.json"
    words = ["evaluate", "--data", folder, "--sim-flash-file", flash_file, "--resume", results]
    words += ["--json", report]
    command = [sys.executable, *HIL, *map(str, words), "--sim-invoke-us", "100000"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )
    assert process.stdout is not None
    assert any("4 of 40 samples" in line for line in process.stdout)
    os.killpg(process.pid, signal.SIGINT)
    output, _ = process.communicate(timeout=30)
    assert process.returncode == ExitCode.INTERRUPTED, output
    assert "the same command goes on" in " ".join(output.split())
    assert not report.exists()
    done = results.read_bytes().count(b"\n") - 1
    assert 4 <= done < 40

    assert main([str(word) for word in words]) == ExitCode.PASSED
    assert f"{done} of 40 samples are taken over" in capsys.readouterr().out
    assert evaluate(folder, flash_file, "--json", whole) == ExitCode.PASSED
    assert without_run(report) == without_run(whole)
    assert results.read_bytes().count(b"\n") == 41


GATES = """
[[gate]]
metric = "score_lsb"
max = 0
[[gate]]
metric = "arena_used_bytes"
max = "1 MiB"
[[gate]]
metric = "partition_slack_bytes[model]"
min = 1
[[gate]]
metric = "{metric}"
min = "{limit}"
"""


@pytest.mark.parametrize(
    ("metric", "limit", "code", "verdict"),
    [
        ("accuracy", "0 %", ExitCode.PASSED, "SHIP, on the simulated board: all 4 gates met"),
        (
            "accuracy",
            "50 %",
            ExitCode.NOT_PROVEN,
            "NOT PROVEN, on the simulated board: 1 of 4 gates not proven",
        ),
        (
            "accuracy",
            "100 %",
            ExitCode.GATE_FAILED,
            "DO NOT SHIP, on the simulated board: 1 of 4 gates unmet",
        ),
    ],
)
def test_gates_give_the_verdict_and_the_exit_code(
    make_data: MakeData,
    flash_file: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    metric: str,
    limit: str,
    code: ExitCode,
    verdict: str,
) -> None:
    gates = tmp_path / "gates.toml"
    gates.write_text(GATES.format(metric=metric, limit=limit))
    report = tmp_path / "evaluation.json"
    assert evaluate(make_data(10), flash_file, "--gates", gates, "--json", report) == code
    assert verdict in capsys.readouterr().out
    assert len(json.loads(report.read_text())["gates"]["gates"]) == 4


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--jobs", "0"], "--jobs is 0"),
        (["--model", "x.tflite"], "--model is for --board oracle"),
        (["--board", "oracle", "--model", "x.tflite"], "cannot read the model"),
        (["--board", "oracle", "--model", "x", "--firmware", "y"], "both name a model"),
        (["--board", "oracle", "--model", "x", "--network", "y"], "both name a model"),
        (["--board", "oracle", "--network", "x.tflite"], "cannot read the model"),
        (["--board", "nonsense"], "nonsense"),
        (["--gates", "gone.toml"], "cannot read the file"),
        (["--split", "none"], "no sample has the split 'none'"),
        (["--data", "nowhere"], "cannot read the labels"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_is_a_usage_error_before_a_board_is_opened(
    make_data: MakeData,
    words: list[str],
    message: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("hil.run.testbench.Bench._open", None)
    assert main(["evaluate", "--data", str(make_data(2)), *words]) == ExitCode.USAGE
    assert message in capsys.readouterr().err


def test_a_report_that_cannot_be_written_is_infrastructure(
    make_data: MakeData, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    words = ["evaluate", "--board", "oracle", "--data", str(make_data(2))]
    code = main([*words, "--json", str(tmp_path / "file" / "report.json")])
    assert code == ExitCode.INFRASTRUCTURE
    assert "cannot write the report" in capsys.readouterr().err
