"""A verdict of a board that is no chip says so, wherever it is shown."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from hil.cli import main
from hil.facts.run import Run
from hil.facts.stand_in import where_measured
from hil.judge.baseline.compare import compare_runs
from hil.judge.baseline.setting import baseline_key
from hil.judge.gates.model import Gate, Gates, GateStatus, Ship
from hil.judge.gates.run import judge_run_gates
from hil.judge.gates.text import headline, properties, verdict_lines
from hil.judge.judged import judge_recorded
from hil.judge.measure.catalog import CATALOG
from hil.report.github import github_annotations
from hil.report.markdown import markdown
from hil.report.page.page import render
from hil.store.store import Store
from hil_lab.fakes.recorded_run import recorded_run

MET = Gate(CATALOG["score_lsb"], "max", max=0)
UNMET = Gate(CATALOG["arena_used_bytes"], "max", max=1)
INVOKE = Gate(CATALOG["invoke_us"], "median", max=1e6)


def run(**changes: str) -> Run:
    found = recorded_run(12)
    assert found.board is not None
    return dataclasses.replace(found, board=dataclasses.replace(found.board, **changes))


def simulated(**changes: str) -> Run:
    return run(**{"target": "sim", "spec": "sim", "time_base": "host", **changes})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, ""),
        ({"target": "sim", "spec": "sim", "time_base": "host"}, "on the simulated board"),
        ({"target": "sim", "spec": "socket://host:4001"}, "on the simulated board"),
        ({"spec": "qemu", "time_base": "none"}, "on the emulated board"),
        ({"spec": "qemu:icount", "time_base": "virtual"}, "on the emulated board"),
        ({"spec": "replay:talk.rec"}, "replayed from talk.rec"),
        (
            {"spec": "replay:a.rec", "target": "sim"},
            "on the simulated board, replayed from a.rec",
        ),
        (
            {"spec": "replay:a.rec", "time_base": "virtual"},
            "on the emulated board, replayed from a.rec",
        ),
        (
            {"target": "sim", "engine": "litert-reference 2.3.0", "resolver": "litert 2.3.0"},
            "on the simulated board, with LiteRT on both sides",
        ),
        (
            {"target": "sim", "engine": "litert-reference 2.3.0", "resolver": "tflite-micro 1"},
            "on the simulated board, with LiteRT's kernels",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_stood_in_for_a_chip(changes: dict[str, str], words: str) -> None:
    assert where_measured(run(**changes).board) == words


def test_without_a_board_nothing_stood_in_for_one() -> None:
    assert where_measured(None) == ""


@pytest.mark.parametrize(
    ("gate", "ship"), [(MET, Ship.SHIP), (UNMET, Ship.DO_NOT_SHIP)], ids=["met", "unmet"]
)
def test_the_verdict_says_it_in_terminal_and_junit(gate: Gate, ship: Ship) -> None:
    verdict = judge_run_gates(simulated(), Gates((gate,)))
    beginning = f"{ship.value}, on the simulated board: "
    assert headline(verdict).startswith(beginning)
    assert verdict_lines(verdict)[-1].text.startswith(beginning)
    assert dict(properties(verdict))["verdict"].startswith(beginning)
    assert headline(judge_run_gates(run(), Gates((gate,)))).startswith(f"{ship.value}: ")


def test_the_heading_of_the_markdown_says_it_with_gates_and_without() -> None:
    judged = judge_recorded(simulated())
    assert markdown(judged).startswith("## ✅ PASSED, on the simulated board\n")
    verdict = judge_run_gates(judged.run, Gates((UNMET,)))
    assert markdown(judged, verdict).startswith("## ❌ DO NOT SHIP, on the simulated board\n")


def test_the_page_says_it_in_title_headline_and_badge() -> None:
    text = render(judge_recorded(simulated()), source="run")
    assert "<title>PASSED, on the simulated board: sim, firmware" in text
    assert 'PASSED<span class="where">, on the simulated board</span></h1>' in text
    assert text.count('<span class="badge">simulated board</span>') == 2
    assert "Nothing here was measured on a chip" in text
    real = render(judge_recorded(run()), source="run")
    assert "on the simulated board" not in real
    assert 'class="badge"' not in real


def test_annotations_say_it() -> None:
    verdict = judge_run_gates(simulated(), Gates((UNMET,)))
    (line,) = github_annotations(simulated(), verdict)
    assert line.startswith("::error title=gate arena_used_bytes%3A unmet%2C on the simulated board")


def test_history_and_comparison_say_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "runs.sqlite3"
    with Store(path) as store:
        store.add_run(simulated())
    for words in ([], ["invoke_us"]):
        main(["history", *words, "--store", str(path)])
        assert "simulated board" in capsys.readouterr().out
    changes = compare_runs(simulated(), simulated(), "before").headline()
    assert changes.endswith("not comparable, on the simulated board")


def test_the_hosts_times_are_judged_and_marked_as_the_hosts() -> None:
    verdict = judge_run_gates(simulated(), Gates((INVOKE, MET)))
    assert [result.status for result in verdict.results] == [GateStatus.MET] * 2
    lines = [line.text for line in verdict_lines(verdict)]
    invoke, note, score = lines[1:4]
    assert invoke.startswith("invoke_us median ")
    assert note.startswith("    measured ")
    assert note.endswith(", host's")
    assert score.startswith("score_lsb ")
    assert "host's" not in score
    real = verdict_lines(judge_run_gates(run(), Gates((INVOKE,))))
    assert not any("host's" in line.text for line in real)


def test_the_hosts_times_are_no_headline() -> None:
    page = render(judge_recorded(simulated()), source="run")
    assert "Inference, median" not in page
    assert "These times are the host computer&#39;s" in page
    assert "Inference, median" in render(judge_recorded(run()), source="run")


def test_the_hosts_times_are_marked_in_markdown() -> None:
    text = markdown(judge_recorded(simulated()))
    assert "| latency (host's) | median |" in text
    assert "no speed of a chip" in text
    assert "| latency | median |" in markdown(judge_recorded(run()))


def test_a_simulated_boards_baseline_keeps_its_name() -> None:
    board = simulated().board
    assert board is not None
    assert baseline_key(board) == baseline_key(dataclasses.replace(board, time_base="real"))
