"""`hil diagnose RUN`: the same as at the end of a test run, from its file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hil.base.resources import find
from hil.cli import main
from hil.errors import ExitCode
from hil.facts.run import Run
from hil.images import synthetic
from hil.oracle import Oracle
from hil_lab.fakes.faulty_run import FaultyDevice, run_of
from hil_lab.fakes.recorded_run import recorded_run, write_run


@pytest.fixture(scope="module")
def broken() -> Run:
    model = (find("model") / "person_cam.tflite").read_bytes()
    oracle = Oracle.open(model, positive_class=1, threshold=60)
    return run_of(FaultyDevice(oracle, model, cam=lambda features, cam: cam.T), synthetic())


def test_it_names_the_bug_of_a_recorded_run(
    broken: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write_run(tmp_path / "facts.jsonl", broken)
    assert main(["diagnose", str(file)]) == ExitCode.TEST_FAILED
    said = capsys.readouterr().out
    assert "1. rows and columns of the map are swapped  [cam.transposed]" in said
    assert "hypotheses tested in" in said


def test_json_holds_the_whole_diagnosis(
    broken: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write_run(tmp_path / "facts.jsonl", broken)
    assert main(["diagnose", str(file), "--json"]) == ExitCode.TEST_FAILED
    found = json.loads(capsys.readouterr().out)
    assert [finding["id"] for finding in found["findings"]] == ["cam.transposed"]
    assert found["unexplained"] == []


def test_a_healthy_run_has_nothing_to_explain(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write_run(tmp_path / "facts.jsonl", recorded_run(2))
    assert main(["diagnose", str(file)]) == ExitCode.PASSED
    assert "nothing to explain" in capsys.readouterr().out


def test_a_file_that_is_no_run_is_a_usage_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "x.jsonl"
    file.write_text("hello\n")
    assert main(["diagnose", str(file)]) == ExitCode.USAGE
    assert "damaged line" in capsys.readouterr().err
