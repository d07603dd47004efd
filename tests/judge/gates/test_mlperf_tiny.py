"""The quality targets of MLPerf Tiny (Banbury et al., 2021, table 1) can be written as gates."""

from __future__ import annotations

from pathlib import Path

import pytest

from hil.errors import UsageError
from hil.judge.gates.judge import judge_gates
from hil.judge.gates.load import load_gates
from hil.judge.gates.model import Ship
from hil.judge.measure.values import anomaly_samples, class_samples
from hil.judge.metrics.anomaly import anomaly_metrics
from hil.judge.metrics.classes import class_metrics

KEYWORDS, VISUAL_WAKE_WORDS, IMAGES, ANOMALIES = (
    '[[gate]]\nmetric = "top1_accuracy"\nmin = "90 %"\n',
    '[[gate]]\nmetric = "top1_accuracy"\nmin = "80 %"\n',
    '[[gate]]\nmetric = "top1_accuracy"\nmin = "85 %"\n',
    '[[gate]]\nmetric = "anomaly_auc"\nmin = 0.85\n',
)


def verdict(tmp_path: Path, gates: str, right: int, samples: int) -> Ship:
    (tmp_path / "gates.toml").write_text(gates, encoding="utf-8")
    found = class_metrics([1] * samples, [1] * right + [0] * (samples - right), 2)
    measured = {entry.metric.name: entry for entry in class_samples(found)}
    return judge_gates(measured, load_gates(tmp_path / "gates.toml")).ship


@pytest.mark.parametrize(
    ("gates", "target"), [(KEYWORDS, 0.90), (VISUAL_WAKE_WORDS, 0.80), (IMAGES, 0.85)]
)
def test_a_top_1_target_is_met_proven_or_missed(tmp_path: Path, gates: str, target: float) -> None:
    samples = 1000
    assert verdict(tmp_path, gates, round((target + 0.03) * samples), samples) is Ship.SHIP
    assert verdict(tmp_path, gates, round(target * samples), samples) is Ship.NOT_PROVEN
    assert verdict(tmp_path, gates, round((target - 0.04) * samples), samples) is Ship.DO_NOT_SHIP


@pytest.mark.parametrize(
    ("shift", "ship"), [(300, Ship.SHIP), (180, Ship.NOT_PROVEN), (0, Ship.DO_NOT_SHIP)]
)
def test_the_auc_of_anomaly_detection(tmp_path: Path, shift: int, ship: Ship) -> None:
    (tmp_path / "gates.toml").write_text(ANOMALIES, encoding="utf-8")
    normal, anomalous = range(0, 400), range(shift, shift + 400)
    found = anomaly_metrics([*normal, *anomalous], [False] * 400 + [True] * 400)
    measured = {entry.metric.name: entry for entry in anomaly_samples(found, None)}
    assert judge_gates(measured, load_gates(tmp_path / "gates.toml")).ship is ship


def test_an_auc_above_one_is_no_target(tmp_path: Path) -> None:
    (tmp_path / "gates.toml").write_text('[[gate]]\nmetric = "anomaly_auc"\nmin = 85\n')
    with pytest.raises(UsageError, match="lies between 0 and 1"):
        load_gates(tmp_path / "gates.toml")


def test_an_r2_may_be_below_minus_one_and_an_error_above_one(tmp_path: Path) -> None:
    (tmp_path / "gates.toml").write_text(
        '[[gate]]\nmetric = "r2"\nmin = -3\n[[gate]]\nmetric = "mae"\nmax = 12.5\n'
    )
    assert [(gate.min, gate.max) for gate in load_gates(tmp_path / "gates.toml").gates] == [
        (-3, None),
        (None, 12.5),
    ]
