"""A report is held against another one of the same pictures, and against no other."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from hil.cli import main
from hil.errors import ExitCode

MakeData = Callable[..., Path]

GATE = '[[gate]]\nmetric = "roc_auc_change"\nmax = 0\n'


def evaluate(folder: Path, *more: object) -> int:
    words = ["evaluate", "--board", "oracle", "--data", folder, *more]
    return main([str(word) for word in words])


def test_the_same_model_has_not_changed(
    make_data: MakeData, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, first, second = make_data(8), tmp_path / "1.json", tmp_path / "2.json"
    gates = tmp_path / "gates.toml"
    gates.write_text(GATE)
    assert evaluate(folder, "--json", first) == ExitCode.PASSED
    words = ("--against", first, "--json", second, "--gates", gates)
    assert evaluate(folder, *words) == ExitCode.PASSED
    assert ": +0.0000" in capsys.readouterr().out
    assert json.loads(second.read_text())["against"]["difference"] == 0


def test_pictures_of_one_class_have_no_change_and_a_gate_on_it_is_not_measured(
    make_data: MakeData, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, first, second = make_data(8), tmp_path / "1.json", tmp_path / "2.json"
    labels = folder / "labels.csv"
    lines = labels.read_text().splitlines()
    labels.write_text("\n".join([lines[0], *(line for line in lines[1:] if ",0,," in line)]))
    gates = tmp_path / "gates.toml"
    gates.write_text(GATE)
    assert evaluate(folder, "--json", first) == ExitCode.PASSED
    words = ("--against", first, "--json", second, "--gates", gates)
    assert evaluate(folder, *words) == ExitCode.NOT_PROVEN
    assert "no ROC AUC" in capsys.readouterr().out
    report = json.loads(second.read_text())
    assert report["against"] is None
    assert "one class only" in report["gates"]["gates"][0]["explanation"]


@pytest.mark.parametrize("more", [("--fit", "squash"), ("--source", "b")])
def test_other_pictures_are_refused(
    make_data: MakeData, tmp_path: Path, capsys: pytest.CaptureFixture[str], more: tuple[str, ...]
) -> None:
    folder, first = make_data(8), tmp_path / "1.json"
    assert evaluate(folder, "--json", first) == ExitCode.PASSED
    assert evaluate(folder, "--against", first, *more) == ExitCode.USAGE
    assert "that report is of other samples" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "cannot read the report"),
        ("{", "not valid JSON"),
        ('{"metrics": []}', "no report of an evaluation"),
        ("[]", "no report of an evaluation"),
    ],
)
def test_what_is_no_report_is_refused_before_anything_is_run(
    make_data: MakeData,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    text: str | None,
    message: str,
) -> None:
    monkeypatch.setattr("hil.run.evaluation.run.run_on_oracle", None)
    path = tmp_path / "other.json"
    if text is not None:
        path.write_text(text)
    assert evaluate(make_data(2), "--against", path) == ExitCode.USAGE
    assert message in capsys.readouterr().err


def test_the_report_says_how_pictures_were_fitted(
    make_data: MakeData, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "1.json"
    assert evaluate(make_data(4), "--fit", "squash", "--json", report) == ExitCode.PASSED
    assert "another size than 96x96 are squashed whole" in capsys.readouterr().out
    assert json.loads(report.read_text())["by"]["fit"] == "squash"
