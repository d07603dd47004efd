"""Two runs side by side: what counts as worse, what cannot be compared, and the exit code."""

from __future__ import annotations

import dataclasses
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from hil.errors import ExitCode
from hil.facts.records import TestRecord
from hil.facts.run import Run
from hil.judge.gates.load import load_gates
from hil.judge.gates.model import Gates
from hil.judge.judged import judge_recorded
from hil.judge.tolerance import load_tolerances
from hil.judge.two_runs import Turn, TwoRuns, two_runs
from hil_lab.fakes.recorded_run import BOARD, recorded_run
from tests.judge.test_answers import ANSWER


def run_of(**changes: Any) -> Run:
    """A short run without traces, whose operators would only take time here."""
    return recorded_run(8, traced=False, **changes)


def later(run: Run, **changes: Any) -> Run:
    """The same facts, measured on another day."""
    header = dataclasses.replace(run.header, started="2026-02-04T04:05:06+00:00")
    return dataclasses.replace(run, **{"header": header, **changes})


def held(before: Run, now: Run, gates: Gates | None = None) -> TwoRuns:
    sides = (("a.jsonl", judge_recorded(before)), ("b.jsonl", judge_recorded(now)))
    return two_runs(*sides, gates)


def gates(tmp_path: Path, text: str) -> Gates:
    file = tmp_path / "gates.toml"
    file.write_text(text)
    return load_gates(file)


RUN = run_of()
AGAIN = later(RUN)


def with_outcome(run: Run, outcome: str, index: int = 0) -> Run:
    tests = list(run.tests)
    tests[index] = dataclasses.replace(tests[index], outcome=outcome, message="E   why\n")
    assert run.end is not None
    end = dataclasses.replace(run.end, outcomes=tuple(Counter(t.outcome for t in tests).items()))
    return later(run, tests=tuple(tests), end=end)


def test_a_run_measured_again_is_not_worse() -> None:
    found = held(RUN, AGAIN)
    assert (found.outcome, found.exit_code, found.tone) == ("NOT WORSE", ExitCode.PASSED, "good")
    assert (found.tests, found.regressions, found.obstacles) == ((), (), ())


def test_a_test_that_fails_now_is_worse_and_one_that_failed_before_is_mended() -> None:
    broken = later(run_of(faults={3: "score"}))
    worse, better = held(RUN, broken), held(broken, RUN)
    assert (worse.outcome, worse.exit_code) == ("WORSE", ExitCode.TEST_FAILED)
    (change,) = worse.tests_of(Turn.WORSE)
    assert "photo-0003" in change.test
    assert change.turned == "passed, now failed"
    assert (better.outcome, better.exit_code) == ("NOT WORSE", ExitCode.PASSED)
    assert [test.test for test in better.tests_of(Turn.BETTER)] == [change.test]


def test_what_failed_before_and_fails_still_is_not_worse() -> None:
    broken = run_of(faults={3: "score"})
    found = held(broken, later(broken))
    assert found.exit_code == ExitCode.PASSED
    assert found.now.stands.failures


@pytest.mark.parametrize(
    ("outcome", "code", "word"),
    [
        ("failed", ExitCode.TEST_FAILED, "WORSE"),
        ("firmware", ExitCode.TEST_FAILED, "WORSE"),
        ("infrastructure", ExitCode.INFRASTRUCTURE, "NOT MEASURED"),
        ("not run", ExitCode.INFRASTRUCTURE, "NOT MEASURED"),
        ("skipped", ExitCode.NOT_PROVEN, "NOT PROVEN"),
        ("not proven", ExitCode.NOT_PROVEN, "NOT PROVEN"),
        ("flaky", ExitCode.NOT_PROVEN, "NOT PROVEN"),
        ("not asked", ExitCode.PASSED, "NOT WORSE"),
    ],
)
def test_each_outcome_ends_with_its_code(outcome: str, code: ExitCode, word: str) -> None:
    found = held(RUN, with_outcome(RUN, outcome))
    assert (found.exit_code, found.outcome) == (code, word)


def test_a_failure_weighs_more_than_what_could_not_be_measured() -> None:
    found = held(RUN, with_outcome(with_outcome(RUN, "not run"), "failed", 1))
    assert found.exit_code == ExitCode.TEST_FAILED
    assert [one.code for one in found.regressions] == [ExitCode.TEST_FAILED, 6]


def test_a_test_that_failed_and_is_not_measured_now_is_no_regression() -> None:
    assert held(with_outcome(RUN, "failed"), with_outcome(RUN, "not run")).tests[0].turn is (
        Turn.BETTER
    )


def test_an_attempt_that_was_made_again_does_not_count() -> None:
    first = RUN.tests[0]
    attempt = dataclasses.replace(first, outcome="rerun", message="E   once")
    assert held(RUN, later(RUN, tests=(attempt, *RUN.tests))).tests == ()


def test_new_tests_and_tests_that_are_gone_are_told_apart_from_worse_ones() -> None:
    fresh = TestRecord("test_new.py::test_a", "call", "passed", 0.1, "")
    found = held(RUN, later(RUN, tests=(*RUN.tests[1:], fresh)))
    assert [test.test for test in found.tests_of(Turn.GONE)] == [RUN.tests[0].test]
    assert [test.test for test in found.tests_of(Turn.NEW)] == [fresh.test]
    assert found.tests_of(Turn.GONE)[0].turned == "passed, not in this run"
    broken = dataclasses.replace(fresh, outcome="failed")
    worse = held(RUN, later(RUN, tests=(*RUN.tests, broken)))
    assert worse.exit_code == ExitCode.TEST_FAILED
    assert worse.tests_of(Turn.WORSE)[0].turned == "new, failed"


def test_cases_of_one_function_that_turned_alike_are_one_reason() -> None:
    found = held(RUN, later(run_of(faults={2: "score", 3: "score", 5: "cam"})))
    (reason,) = found.regressions
    assert (reason.tests, len(found.tests_of(Turn.WORSE))) == (3, 3)
    assert "::test_answer, 3 cases, the first [photo-0002]: passed, now failed: " in reason.text


def test_wrong_answers_count_where_no_test_stands_for_them() -> None:
    wrong = later(run_of(faults={3: "score"}), tests=RUN.tests)
    (regression,) = held(RUN, wrong).regressions
    assert regression.text == "wrong: nothing before, now 1 of 8 answers wrong"
    assert regression.code == ExitCode.TEST_FAILED


def test_a_run_that_was_interrupted_does_not_pass() -> None:
    found = held(RUN, later(RUN, end=None))
    assert found.exit_code == ExitCode.INFRASTRUCTURE
    assert "interrupted" in found.regressions[0].text


def test_other_tolerances_decide_which_tests_failed() -> None:
    broken = later(run_of(faults={3: "score"}))
    key = judge_recorded(broken).wrong[0].key
    tests = tuple(dataclasses.replace(t, by_verdict=(key,)) for t in broken.tests)
    wide = dataclasses.replace(load_tolerances(), score_lsb=5)
    sides = [judge_recorded(run, wide) for run in (RUN, dataclasses.replace(broken, tests=tests))]
    assert two_runs(("a", sides[0]), ("b", sides[1])).tests == ()


LIMIT = '[[gate]]\nmetric = "score_lsb"\nmax = 0\n'


def test_a_gate_that_was_met_and_is_not_is_worse(tmp_path: Path) -> None:
    limits = gates(tmp_path, '[[gate]]\nmetric = "arena_used_bytes"\nmax = 80000\n')
    larger = tuple(
        dataclasses.replace(i, memory=dataclasses.replace(i.memory, arena_used_bytes=90_000))
        for i in RUN.images
    )
    found = held(RUN, later(RUN, images=larger), limits)
    (gate,) = found.gates
    assert (gate.turn, gate.turned) == (Turn.WORSE, "met, now unmet")
    assert (found.exit_code, found.outcome) == (ExitCode.GATE_FAILED, "WORSE")
    assert "90,000 B" in found.regressions[0].text
    assert held(later(RUN, images=larger), later(RUN), limits).gates[0].turn is Turn.BETTER


def test_a_gate_that_was_met_and_is_not_measured_is_not_proven(tmp_path: Path) -> None:
    limits = gates(tmp_path, '[[gate]]\nmetric = "ops_differing"\nmax = 0\n')
    found = held(recorded_run(2), later(RUN), limits)
    assert found.gates[0].turned == "met, now not measured"
    assert (found.exit_code, found.outcome) == (ExitCode.NOT_PROVEN, "NOT PROVEN")


def test_a_gate_that_was_unmet_before_is_no_regression(tmp_path: Path) -> None:
    broken = run_of(faults={3: "score"})
    found = held(broken, later(broken), gates(tmp_path, LIMIT))
    assert found.gates[0].turn is Turn.SAME
    assert found.exit_code == ExitCode.PASSED
    assert found.now.headline.said == "DO NOT SHIP"


def test_a_gate_against_the_baseline_takes_the_earlier_run_for_it(tmp_path: Path) -> None:
    limits = gates(tmp_path, f'{LIMIT}[[gate]]\nmetric = "invoke_us"\nnot_worse = true\n')
    slower = held(RUN, later(run_of(slower=0.05)), limits)
    assert [gate.turn for gate in slower.gates] == [Turn.SAME, Turn.WORSE]
    assert slower.gates[1].before is None
    assert slower.exit_code == ExitCode.GATE_FAILED
    assert slower.before.headline.said == "SHIP"
    assert held(RUN, AGAIN, limits).exit_code == ExitCode.PASSED


def test_worse_metrics_without_a_gate_are_told_and_decide_nothing() -> None:
    found = held(recorded_run(8), later(recorded_run(8, slower=0.05)))
    assert found.exit_code == ExitCode.PASSED
    assert found.ungated[:2] == ("invoke_us", "invoke_cycles")
    assert "op_us" in found.ungated  # once, whatever the number of operators


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"target": "esp32s3"}, "different boards: esp32 (chip) before, esp32s3 (chip) now"),
        ({"target": "sim"}, "different boards: esp32 (chip) before, sim (simulated board) now"),
        (
            {"time_base": "none"},
            "different boards: esp32 (chip) before, esp32 (emulated board) now",
        ),
        ({"spec": "replay:talk.rec"}, "the later run is a replay of talk.rec, the other is not"),
    ],
)
def test_what_cannot_be_compared_is_said_and_proves_nothing(
    changes: dict[str, Any], reason: str
) -> None:
    found = held(RUN, later(RUN, board=dataclasses.replace(BOARD, **changes)))
    assert found.obstacles[0].startswith(reason)
    assert (found.outcome, found.exit_code) == ("NOT COMPARABLE", ExitCode.NOT_PROVEN)


def test_two_replays_can_be_compared_and_a_replay_before_a_run_cannot() -> None:
    replay = later(RUN, board=dataclasses.replace(BOARD, spec="replay:talk.rec"))
    again = dataclasses.replace(RUN, board=replay.board)
    assert held(again, replay).exit_code == ExitCode.PASSED
    assert "the earlier run is a replay" in held(replay, RUN).obstacles[0]


def test_a_run_beside_itself_proves_nothing() -> None:
    found = held(RUN, RUN)
    assert found.obstacles == ("both files hold the same run",)
    assert found.exit_code == ExitCode.NOT_PROVEN


def test_a_run_of_the_same_second_is_another_if_it_has_other_answers() -> None:
    assert held(RUN, dataclasses.replace(RUN, inferences=(ANSWER,))).obstacles == ()


def test_a_run_that_reached_no_board_cannot_be_compared() -> None:
    lost = later(RUN, board=None, images=(), traces=())
    assert held(lost, RUN).obstacles == ("the earlier run reached no board: it measured nothing",)
    assert held(lost, RUN).exit_code == ExitCode.NOT_PROVEN
    now = held(RUN, lost)
    assert now.comparison is None
    assert now.exit_code == ExitCode.INFRASTRUCTURE


def test_another_network_is_compared_as_far_as_it_can_be() -> None:
    other = later(RUN, board=dataclasses.replace(BOARD, model_sha256="ab" * 32))
    found = held(RUN, other)
    assert found.obstacles == ()
    assert found.comparison is not None
    accuracy, latency = (found.comparison.change(name) for name in ("accuracy", "invoke_us"))
    assert accuracy is not None
    assert latency is not None
    assert accuracy.outcome.value == "same"
    assert latency.reason.startswith("other model")
