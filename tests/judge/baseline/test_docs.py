"""docs/baselines.md says what the code does."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from hil.judge.baseline.comparable import aspects
from hil.judge.baseline.setting import setting_of
from hil.judge.measure.catalog import Kind
from hil_lab.fakes.recorded_run import recorded_run

TEXT = (Path(__file__).parents[3] / "docs" / "baselines.md").read_text(encoding="utf-8")
SETTING = setting_of(recorded_run(1))


@pytest.mark.parametrize("kind", get_args(Kind))
def test_what_has_to_agree_is_documented_for_each_kind(kind: str) -> None:
    row = re.search(rf"^\| {kind}\b[^|]*\| (target[^|]*) \|$", TEXT, re.MULTILINE)
    assert row is not None
    assert row[1].split(", ") == [name for name, _ in aspects(kind, SETTING)]


def test_an_unknown_kind_is_compared_only_where_everything_agrees() -> None:
    everything = {name for kind in get_args(Kind) for name, _ in aspects(kind, SETTING)}
    assert {name for name, _ in aspects("taste", SETTING)} == everything
