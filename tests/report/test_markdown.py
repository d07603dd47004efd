"""The Markdown summary, the step summary of GitHub and its annotations."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from hil.errors import InfrastructureError
from hil.facts.run import Run
from hil.judge.baseline.compare import compare_runs
from hil.judge.gates.load import load_gates
from hil.judge.gates.model import GatesVerdict
from hil.judge.gates.run import judge_run_gates
from hil.judge.judged import judge_recorded
from hil.report.github import (
    MOST,
    STEP_SUMMARY,
    github_annotations,
    markdown_summary,
    write_step_summary,
)
from hil.report.markdown import code, markdown, text
from hil_lab.fakes.recorded_run import recorded_run

MIB = 1024 * 1024


def gates_verdict(run: Run, tmp_path: Path, limits: str) -> GatesVerdict:
    file = tmp_path / "gates.toml"
    file.write_text(limits)
    return judge_run_gates(run, load_gates(file))


def failing(count: int, message: str = "AssertionError: wrong") -> Run:
    run = recorded_run(1)
    test = dataclasses.replace(run.tests[0], outcome="failed", message=message)
    many = tuple(dataclasses.replace(test, test=f"tests/test_a.py::test_{n}") for n in range(count))
    return dataclasses.replace(run, tests=many)


def test_the_verdict_is_the_heading() -> None:
    assert markdown_summary(recorded_run(2)).startswith("## ✅ PASSED\n")
    assert markdown_summary(recorded_run(2, faults={0: "cam"})).startswith("## ❌ FAILED\n")


def test_wrong_answers_are_listed_with_their_reason() -> None:
    summary = markdown_summary(recorded_run(9, faults={5: "location", 7: "cam"}))
    assert "### Not the oracle's answer: 2 images" in summary
    row = next(line for line in summary.splitlines() if line.startswith("| `photo-0005`"))
    assert "x and y look swapped" in row


def test_gates_are_listed_with_limit_measured_and_margin(tmp_path: Path) -> None:
    run = recorded_run(2)
    verdict = gates_verdict(run, tmp_path, '[[gate]]\nmetric = "arena_used_bytes"\nmax = 80000\n')
    row = "| `arena_used_bytes` | \\<= 80,000 B | 77,216 B | +2,784 B | ✅ met |"
    assert row in markdown_summary(run, verdict)


def test_changes_are_listed_worse_first() -> None:
    before, run = recorded_run(40), recorded_run(40, slower=0.01)
    comparison = compare_runs(run, before, "before.jsonl")
    summary = markdown(judge_recorded(run), against=judge_recorded(before), comparison=comparison)
    assert "### Against `before.jsonl`" in summary
    assert "invoke\\_us" in summary
    assert "40 images in both runs, all answered alike" in summary


@pytest.mark.parametrize("words", ["a|b", "<b>bold</b>", "a\nb", "# x", "`c`", "[x](y)", "a\\b"])
def test_words_cannot_break_a_table_or_become_markup(words: str) -> None:
    for cell in (text(words), code(words)):
        assert "\n" not in cell
        assert "|" not in cell.replace("\\|", "")
    assert "<" not in text(words).replace("\\<", "")


@pytest.mark.parametrize("limit", [40, 500, 1_000, 3_000])
def test_a_summary_never_exceeds_its_limit(limit: int) -> None:
    wrong = recorded_run(40, faults=dict.fromkeys(range(40), "cam"), traced=False)
    summary = markdown_summary(wrong, limit=limit)
    assert len(summary.encode()) <= limit
    if summary:
        assert "Shortened" in summary


def test_what_matters_most_survives_the_cut() -> None:
    summary = markdown_summary(recorded_run(9, faults={5: "location"}), limit=600)
    assert "FAILED" in summary
    assert "photo-0005" in summary


def test_tests_that_say_the_same_are_one_line() -> None:
    summary = markdown_summary(failing(300))
    lines = [line for line in summary.splitlines() if "AssertionError: wrong" in line]
    assert lines == [
        "- **failed** `tests/test_a.py::test_0` and 299 tests more: AssertionError: wrong"
    ]


def test_the_step_summary_is_appended_when_github_asks_for_it(tmp_path: Path) -> None:
    place = tmp_path / "summary.md"
    place.write_text("before\n")
    write_step_summary(recorded_run(1), environment={STEP_SUMMARY: str(place)})
    assert place.read_text().startswith("before\n## ✅ PASSED")


def test_without_github_nothing_is_written() -> None:
    write_step_summary(recorded_run(1), environment={})


@pytest.mark.parametrize("taken", [0, MIB - 20_000, MIB, 2 * MIB])
def test_the_step_summary_stays_below_one_mebibyte(tmp_path: Path, taken: int) -> None:
    place = tmp_path / "summary.md"
    place.write_bytes(b"x" * taken)
    write_step_summary(failing(3000, "x" * 5000), environment={STEP_SUMMARY: str(place)})
    assert place.stat().st_size <= max(MIB, taken)


def test_a_summary_that_cannot_be_written_is_an_infrastructure_error(tmp_path: Path) -> None:
    with pytest.raises(InfrastructureError, match="cannot write"):
        write_step_summary(recorded_run(1), environment={STEP_SUMMARY: str(tmp_path)})


def test_a_clean_run_has_no_annotations() -> None:
    assert github_annotations(recorded_run(3)) == []


def test_a_failure_is_one_line_that_names_the_file() -> None:
    run = failing(1, "first: 100 %\nsecond, line")
    assert github_annotations(run) == [
        "::error title=failed%3A tests/test_a.py%3A%3Atest_0,file=tests/test_a.py"
        "::first: 100 %25%0Asecond, line"
    ]


def test_many_failures_end_with_how_many_are_left_out() -> None:
    lines = github_annotations(failing(25))
    assert len(lines) == MOST
    assert lines[-1].endswith("::and 16 more")


def test_an_unmet_gate_is_an_error_and_an_unproven_one_a_warning(tmp_path: Path) -> None:
    run = recorded_run(3)
    limits = (
        '[[gate]]\nmetric = "arena_used_bytes"\nmax = 70000\n'
        '[[gate]]\nmetric = "accuracy"\nmin = 0.5\n'
        '[[gate]]\nmetric = "psram_free_bytes"\nmin = 1\n'
    )
    lines = github_annotations(run, gates_verdict(run, tmp_path, limits))
    kinds = [line.split(" ")[0] for line in lines]
    assert kinds == ["::error", "::error", "::warning"]
    assert "gate arena_used_bytes%3A unmet" in lines[0]
    assert "gate psram_free_bytes%3A not measured" in lines[1]
    assert "gate accuracy%3A not proven" in lines[2]
