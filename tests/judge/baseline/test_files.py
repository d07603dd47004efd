"""Baseline files live well in git, are replaced as a whole, and are never misread."""

from __future__ import annotations

import dataclasses
import errno
import json
import os
from pathlib import Path

import pytest

from hil.errors import InfrastructureError, UsageError
from hil.judge.baseline.compare import compare
from hil.judge.baseline.files import dumps, load, loads, save
from hil.judge.baseline.model import Outcome
from hil.judge.baseline.snapshot import snapshot
from hil_lab.fakes.recorded_run import recorded_run

RUN = snapshot(recorded_run(30))
TEXT = dumps(RUN)


def test_a_baseline_reads_back_as_the_same_snapshot(tmp_path: Path) -> None:
    path = tmp_path / "new" / "baseline.json"
    save(RUN, path)
    assert load(path) == RUN
    assert {change.outcome for change in compare(RUN, load(path))} == {Outcome.SAME}


def test_saving_again_writes_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        save(RUN, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]


def test_keys_are_sorted_and_each_value_has_its_line() -> None:
    data = json.loads(TEXT)
    for keys in (data, data["figures"], data["setting"], data["figures"]["invoke_us"]):
        assert list(keys) == sorted(keys)
    values = data["figures"]["invoke_us"]["values"]
    assert list(values) == sorted(values, key=float)
    assert sum(values.values()) == 30
    for text, count in values.items():
        assert f'    "{text}": {count}' in TEXT.splitlines() or f'    "{text}": {count},' in (
            TEXT.splitlines()
        )
    assert TEXT.endswith("}\n")


def test_one_image_more_changes_a_line_a_series() -> None:
    before, after = TEXT.splitlines(), dumps(snapshot(recorded_run(31))).splitlines()
    figures = len(json.loads(TEXT)["figures"])
    assert len(set(after) - set(before)) < 2 * figures


def test_a_failed_write_leaves_the_old_baseline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "baseline.json"
    save(RUN, path)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InfrastructureError, match="No space left"):
        save(dataclasses.replace(RUN, camhil="9"), path)
    assert load(path) == RUN
    assert list(tmp_path.iterdir()) == [path]


def test_a_directory_that_is_a_file_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "baselines").write_text("")
    with pytest.raises(InfrastructureError) as caught:
        save(RUN, tmp_path / "baselines" / "a.json")
    assert "--baseline-dir" in caught.value.hint


def changed(**changes: object) -> str:
    return json.dumps({**json.loads(TEXT), **changes})


def with_figure(**changes: object) -> str:
    data = json.loads(TEXT)
    data["figures"]["invoke_us"].update(changes)
    return json.dumps(data)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not a baseline"),
        ("[]", "kind"),
        (changed(kind="other"), "kind"),
        (changed(version=2), "version 2"),
        (changed(version=None), "version None"),
        (changed(colour=1), "colour"),
        (changed(figures=[]), "figures"),
        (changed(started=5), "started"),
        (changed(setting={}), "missing"),
        (TEXT.replace('"baud": 921600', '"baud": "921600"'), "baud is '921600', not int"),
        (with_figure(values=[1]), "invoke_us: values is not an object"),
        (with_figure(values={"fast": 1}), "'fast' is no number"),
        (with_figure(values={"nan": 1}), "'nan': 1"),
        (with_figure(values={"5": 0}), "'5': 0"),
        (with_figure(values={"5": True}), "'5': True"),
        (with_figure(values={}), "neither values nor trials"),
        (with_figure(successes=3), "3 successes of None trials"),
        (with_figure(successes=3, trials=2, values={}), "3 successes of 2 trials"),
        (with_figure(direction="up"), "direction is 'up'"),
        (with_figure(mood="good"), "mood is unknown"),
        (TEXT.replace('"drift"', '"unit": "us", "drift"', 1), "'unit' is there twice"),
        ("<<<<<<< HEAD\n" + TEXT, "merge conflict"),
    ],
)
def test_a_damaged_baseline_is_refused_and_says_why(text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        loads(text, where="b.json")
    assert said in str(caught.value)
    assert "b.json" in caught.value.where


def test_a_number_that_json_does_not_have_is_refused() -> None:
    with pytest.raises(UsageError, match="NaN"):
        loads(with_figure(drift=float("nan")))


def test_a_baseline_that_is_not_there_or_not_text_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        load(tmp_path / "none.json")
    (tmp_path / "binary.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="not text"):
        load(tmp_path / "binary.json")
