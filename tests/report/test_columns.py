"""Tables of text: they fit 80 columns, and nothing in them is cut."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hil.base.columns import WIDTH, aligned
from hil.judge.gates.model import Gate, Gates, Statistic
from hil.judge.gates.run import judge_run_gates
from hil.judge.gates.text import verdict_lines
from hil.judge.measure.catalog import CATALOG, metric_of
from hil.judge.tolerance import load_tolerances
from hil_lab.fakes.recorded_run import recorded_run

HEADER = ("image", "score", "location")


def test_names_are_to_the_left_and_numbers_to_the_right() -> None:
    rows = [HEADER, ("a", "100.0 %", "(40, 24)"), ("photographer", "9.0 %", "(8, 8)")]
    assert aligned(rows) == [
        ("image           score  location",),
        ("a             100.0 %  (40, 24)",),
        ("photographer    9.0 %    (8, 8)",),
    ]


def test_a_name_without_room_has_a_line_of_its_own() -> None:
    long = "a-photograph-with-a-name-that-somebody-wants-to-copy-whole-" * 2
    lines = aligned([HEADER, ("a", "100.0 %", "(40, 24)"), (long, "9.0 %", "(8, 8)")])
    assert lines[1:] == [
        ("a      100.0 %  (40, 24)",),
        (long, "         9.0 %    (8, 8)"),
    ]


CELLS = st.text(st.characters(codec="ascii", exclude_categories=["C"]), max_size=20)


@given(st.lists(st.tuples(st.text("ab", max_size=120), CELLS, CELLS), min_size=1))
def test_only_a_name_on_its_own_may_be_wider(rows: list[tuple[str, ...]]) -> None:
    for row, lines in zip(rows, aligned(rows), strict=True):
        assert row[0] in lines[0]
        assert len(lines[-1]) <= WIDTH
        assert all(cell in lines[-1] for cell in row[1:])


@pytest.mark.parametrize("time_base", ["real", "host", "virtual"])
@pytest.mark.parametrize(("low", "high"), [(False, True), (True, False), (True, True)])
def test_the_table_of_gates_fits_with_every_metric(low: bool, high: bool, time_base: str) -> None:
    metrics = [*CATALOG.values(), metric_of("op_us[26 DEPTHWISE_CONV_2D]")]
    gates = []
    for metric in metrics:
        least, most = (0.125, 0.875) if metric.unit == "fraction" else (-1.0, 4_194_304.0)
        statistic: Statistic = "p95" if metric.aggregate == "quantiles" else metric.aggregate
        gates.append(Gate(metric, statistic, least if low else None, most if high else None))
    run = recorded_run(40)
    assert run.board is not None
    run = dataclasses.replace(run, board=dataclasses.replace(run.board, time_base=time_base))
    verdict = judge_run_gates(run, Gates(tuple(gates), 0.95, "gates.toml"), load_tolerances(None))
    lines = [line.text for line in verdict_lines(verdict)]
    table = lines[: next(n for n, line in enumerate(lines) if ": not " in line)]
    assert len(table) > len(metrics)
    assert [line for line in table if len(line) > WIDTH] == []
