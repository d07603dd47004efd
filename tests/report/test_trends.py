"""The course of gated figures over the history."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from markupsafe import Markup

from hil.errors import UsageError
from hil.facts.run import Run
from hil.judge.gates.load import load_gates
from hil.judge.gates.run import judge_run_gates
from hil.report.page.trends import trends
from hil.store import add_to_store
from hil_lab.fakes.recorded_run import BOARD, MEMORY, recorded_run


def run_of(day: int, arena: int = 77_216, **board: str) -> Run:
    run = recorded_run(2, board=dataclasses.replace(BOARD, **board))
    memory = dataclasses.replace(MEMORY, arena_used_bytes=arena)
    images = tuple(dataclasses.replace(image, memory=memory) for image in run.images)
    header = dataclasses.replace(run.header, started=f"2026-02-{day:02}T04:05:06+00:00")
    return dataclasses.replace(run, header=header, images=images)


def trends_of(run: Run, store: Path) -> dict[str, Markup]:
    gates = store.with_name("gates.toml")
    gates.write_text(
        '[[gate]]\nmetric = "arena_used_bytes"\nmax = 80000\n'
        '[[gate]]\nmetric = "psram_free_bytes"\nmin = 1\n'
    )
    return trends(store, run, judge_run_gates(run, load_gates(gates)))


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "history.sqlite3"
    for day, arena in ((1, 70_000), (2, 70_000), (3, 77_216), (9, 1)):
        add_to_store(path, run_of(day, arena))
    return path


def test_the_line_ends_with_this_run_though_the_history_does_not_have_it(store: Path) -> None:
    before = store.read_bytes()
    found = trends_of(run_of(4), store)
    assert list(found) == ["arena_used_bytes"]  # the other one was never measured
    text = str(found["arena_used_bytes"])
    assert "over 4 comparable runs since 2026-02-01" in text
    assert "70,000 B to 77,216 B, now 77,216 B" in text
    assert "steps on 2026-02-03" in text
    assert text.count('class="step"') == 1
    assert store.read_bytes() == before


def test_a_run_that_is_in_the_history_counts_once(store: Path) -> None:
    assert "over 3 comparable runs" in str(trends_of(run_of(3), store)["arena_used_bytes"])


def test_another_boards_runs_are_no_trend_of_this_one(store: Path) -> None:
    assert trends_of(run_of(4, target="esp32s3"), store) == {}


def test_a_replay_is_no_point_of_a_trend(store: Path) -> None:
    assert trends_of(run_of(4, spec="replay:talk.rec"), store) == {}


def test_a_history_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no store"):
        trends_of(run_of(1), tmp_path / "none.sqlite3")
