"""Changes in words."""

from __future__ import annotations

import pytest

from hil.judge.baseline.model import Change, Outcome
from hil.judge.baseline.text import COLUMNS, change_text, row, value_text


def change(
    metric: str,
    unit: str,
    before: float | None,
    by: float | None,
    interval: tuple[float, float] | None = None,
    outcome: Outcome = Outcome.WORSE,
) -> Change:
    after = None if before is None or by is None else before + by
    return Change(metric, unit, before, after, by, interval, outcome, "p < 0.001")


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (change("invoke_us", "us", 1000, 10.2, (9.8, 10.6)), "+1.02 % (+0.98 to +1.06)"),
        (change("invoke_us", "us", 1000, 0.0, (-1, 1)), "0.00 % (-0.10 to +0.10)"),
        (change("cam_us", "us", 0, 2, (1, 3)), "+2 us"),
        (change("accuracy", "fraction", 0.9, -0.05, (-0.1, 0.02)), "-5.0 points (-10.0 to +2.0)"),
        (change("arena_used_bytes", "bytes", 77_216, 4_096), "+4,096 B"),
        (change("arena_used_bytes", "bytes", 77_216, 0), "0 B"),
        (change("link_stale", "count", 0, 3), "+3"),
        (change("link_stale", "count", 0, None), "-"),
    ],
)
def test_a_change_names_its_size_and_interval(found: Change, text: str) -> None:
    assert change_text(found) == text


def test_a_metric_of_another_version_is_shown_without_its_unit() -> None:
    assert value_text(1234.0, "charm_us") == "1,234"
    assert value_text(None, "invoke_us") == "-"


def test_a_row_has_a_cell_for_each_column() -> None:
    cells = row(change("invoke_us", "us", 1000, 10, (9, 11)))
    assert len(cells) == len(COLUMNS)
    assert cells[:5] == ("invoke_us", "1,000 us", "1,010 us", "+1.00 % (+0.90 to +1.10)", "worse")
    gone = row(change("invoke_us", "us", 1000, None, None, Outcome.NOT_COMPARABLE))
    assert gone[2:5] == ("-", "-", "not comparable")
