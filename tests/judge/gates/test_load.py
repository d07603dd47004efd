"""Gates files: what they may say, and how they are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from hil.errors import UsageError
from hil.judge.gates.load import load_gates
from hil.judge.gates.model import Gates

ROOT = Path(__file__).parents[3]


def load(tmp_path: Path, text: str) -> Gates:
    path = tmp_path / "gates.toml"
    path.write_text(text, encoding="utf-8")
    return load_gates(path)


def one(tmp_path: Path, text: str) -> tuple[str, float | None, float | None]:
    (gate,) = load(tmp_path, f"[[gate]]\n{text}\n").gates
    return gate.name, gate.min, gate.max


def test_a_file_is_read_in_its_order(tmp_path: Path) -> None:
    gates = load(
        tmp_path,
        """
        confidence = 0.9
        [[gate]]
        metric = "invoke_us"
        statistic = "p95"
        max = "400 ms"
        why = "two pictures a second"
        [[gate]]
        metric = "accuracy"
        min = 0.9
        """,
    )
    assert gates.confidence == 0.9
    first, second = gates.gates
    assert (first.name, first.max, first.why) == ("invoke_us p95", 400_000, "two pictures a second")
    assert (second.name, second.min, second.max) == ("accuracy", 0.9, None)
    assert second.where.endswith("gates.toml:8")


@pytest.mark.parametrize(
    ("text", "name", "limit"),
    [
        ('metric = "cam_us"\nstatistic = "median"\nmax = 250', "cam_us median", 250),
        ('metric = "cam_us"\nstatistic = "max"\nmax = "1.5 s"', "cam_us", 1_500_000),
        ('metric = "arena_used_bytes"\nmax = "96 KiB"', "arena_used_bytes", 98_304),
        ('metric = "app_bytes"\nmax = "1MiB"', "app_bytes", 1_048_576),
        ('metric = "app_bytes"\nmax = 1_000_000', "app_bytes", 1_000_000),
        ('metric = "false_alarm_rate"\nmax = "7 %"', "false_alarm_rate", 0.07),
        ('metric = "op_us[3 CONV_2D]"\nstatistic = "p95"\nmax = 5', "op_us[3 CONV_2D] p95", 5),
        ('metric = "user.jitter"\nstatistic = "median"\nmax = -1', "user.jitter median", -1),
        ('metric = "score_lsb"\nstatistic = "max"\nmax = 0', "score_lsb", 0),
    ],
)
def test_limits_are_in_the_metrics_unit(tmp_path: Path, text: str, name: str, limit: float) -> None:
    assert one(tmp_path, text) == (name, None, limit)


def test_a_gate_may_be_a_range(tmp_path: Path) -> None:
    text = 'metric = "invoke_us"\nstatistic = "median"\nmin = 1\nmax = 9'
    assert one(tmp_path, text) == ("invoke_us median", 1, 9)


@pytest.mark.parametrize(
    ("text", "line", "problem", "hint"),
    [
        ('metric = "acuracy"\nmin = 0.5', 2, "no metric 'acuracy'", "did you mean accuracy"),
        ('metric = "op_us"\nstatistic = "p95"\nmax = 1', 2, "needs a label", "op_us[LABEL]"),
        ("min = 0.5", 1, "'metric'.* missing", "add metric"),
        ('metric = "accuracy"', 2, "no limit", "give min"),
        ('metric = "recoveries"', 2, "no limit", "give max"),
        ('metric = "accuracy"\nmin = "9 MB"', 3, "no unit 'MB'", "its units: %"),
        ('metric = "app_bytes"\nmax = "9 MB"', 3, "no unit 'MB'", "KiB, MiB"),
        ('metric = "app_bytes"\nmax = "9 ms"', 3, "no unit 'ms'", "bytes"),
        ('metric = "app_bytes"\nmax = "9"', 3, "needs a unit", "bare number is in bytes"),
        ('metric = "app_bytes"\nmax = "much"', 3, "not a number", "units of app_bytes"),
        ('metric = "app_bytes"\nmax = -1', 3, "never negative", "correct"),
        ('metric = "app_bytes"\nmax = inf', 3, "finite", "correct"),
        ('metric = "app_bytes"\nmax = nan', 3, "finite", "correct"),
        ('metric = "app_bytes"\nmax = true', 3, "must be a number", "correct"),
        ('metric = "accuracy"\nmin = 90', 3, "between 0 and 1", '"90 %"'),
        ('metric = "accuracy"\nmin = "101 %"', 3, "between 0 and 1", "correct"),
        ('metric = "app_bytes"\nmin = 9\nmax = 8', 3, "contradict", "not above max"),
        ('metric = "invoke_us"\nmax = 8', 2, "statistic is missing", '"median", "p95"'),
        ('metric = "invoke_us"\nstatistic = "p99"\nmax = 8', 3, "'p99' is no statistic", "p95"),
        ('metric = "app_bytes"\nstatistic = "p95"\nmax = 8', 3, "judged by its max", "leave"),
        ('metric = "app_bytes"\nmaximum = 8', 3, "unknown key 'maximum'", "did you mean max"),
    ],
)
def test_a_gate_that_means_nothing_is_refused_with_its_line(
    tmp_path: Path, text: str, line: int, problem: str, hint: str
) -> None:
    with pytest.raises(UsageError, match=problem) as refused:
        one(tmp_path, text)
    assert refused.value.where.endswith(f"gates.toml:{line}")
    assert hint in refused.value.hint


@pytest.mark.parametrize(
    ("first", "second"),
    [("max = 9", "max = 9"), ("max = 9", "max = 8"), ("max = 9", "min = 3")],
)
def test_a_second_gate_on_one_statistic_is_refused(tmp_path: Path, first: str, second: str) -> None:
    text = '[[gate]]\nmetric = "app_bytes"\n'
    with pytest.raises(UsageError, match=r"second gate.*gates.toml:1") as refused:
        load(tmp_path, f"{text}{first}\n{text}{second}\n")
    assert refused.value.where.endswith("gates.toml:5")


def test_quantiles_that_exclude_each_other_are_refused(tmp_path: Path) -> None:
    p95 = '[[gate]]\nmetric = "invoke_us"\nstatistic = "p95"\nmax = 100\n'
    median = '[[gate]]\nmetric = "invoke_us"\nstatistic = "median"\nmin = 200\n'
    for text in (p95 + median, median + p95):
        with pytest.raises(UsageError, match="contradict each other: median at least 200"):
            load(tmp_path, text)
    assert len(load(tmp_path, p95 + median.replace("200", "50")).gates) == 2


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "no gate"),
        ("confidence = 1.0\n", "confidence"),
        ("confidence = 0.1\n", "confidence"),
        ("confident = 0.9\n", "unknown key"),
        ("gate = 3\n", "gate"),
        ("[[gate]\n", "not a TOML file"),
    ],
)
def test_a_file_that_is_none_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        load(tmp_path, text)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        load_gates(tmp_path / "none.toml")


def test_the_gates_of_this_repository_can_be_read() -> None:
    assert load_gates(ROOT / "gates.toml").gates
