"""The verdict on a whole run: gates, images, tests, and what could not be measured."""

from __future__ import annotations

import dataclasses
from fractions import Fraction

import pytest

from hil.errors import ExitCode
from hil.facts.records import (
    AskedFacts,
    EndFacts,
    InferenceRecord,
    OpinionFacts,
    RepeatRecord,
    SecondOpinionRecord,
    TestRecord,
    Times,
)
from hil.facts.run import Run
from hil.judge.gates.model import Gate, Gates, GateStatus, GatesVerdict, Ship
from hil.judge.gates.run import exit_code, judge_run_gates
from hil.judge.gates.text import headline, verdict_lines
from hil.judge.measure.catalog import CATALOG
from hil.judge.tolerance import Tolerances
from hil.network.location import NoLocation
from hil_lab.fakes.recorded_run import Fault, recorded_run

MET = Gate(CATALOG["recoveries"], "value", max=0)
UNMET = Gate(CATALOG["arena_used_bytes"], "max", max=1)
UNMEASURED = Gate(CATALOG["psram_free_bytes"], "min", min=1)
UNPROVEN = Gate(CATALOG["invoke_us"], "p95", max=1e9)

EXACT = Tolerances(0, 0, 0, Fraction(0))
LOOSE = Tolerances(5, 0, 1_000, Fraction(1))


def judge(run: Run, *gates: Gate, tolerances: Tolerances | None = None) -> GatesVerdict:
    return judge_run_gates(run, Gates(gates or (MET,)), tolerances)


def with_test(run: Run, outcome: str, *by_verdict: str) -> Run:
    added = TestRecord(
        "test_x.py::test_it",
        "call",
        outcome,
        0.1,
        "def test_it():\nE   it failed\nwhere",
        by_verdict,
    )
    return dataclasses.replace(run, tests=(*run.tests, added))


def ended(run: Run, code: int) -> Run:
    return dataclasses.replace(run, end=EndFacts(code, ()))


def with_fault(fault: Fault) -> Run:
    """Its tests fail by the verdicts on the images, as the suite's do."""
    run = recorded_run(3, faults={1: fault})
    tests = [
        dataclasses.replace(t, by_verdict=("image photo-0001",) if t.outcome == "failed" else ())
        for t in run.tests
    ]
    return dataclasses.replace(run, tests=tuple(tests))


GOOD = recorded_run(3)


@pytest.mark.parametrize(
    ("gates", "ship", "code"),
    [
        ((MET,), Ship.SHIP, ExitCode.PASSED),
        ((MET, UNMET), Ship.DO_NOT_SHIP, ExitCode.GATE_FAILED),
        ((MET, UNMEASURED), Ship.NOT_PROVEN, ExitCode.NOT_PROVEN),
        ((MET, UNPROVEN), Ship.NOT_PROVEN, ExitCode.NOT_PROVEN),
        ((UNMET, UNPROVEN), Ship.DO_NOT_SHIP, ExitCode.GATE_FAILED),
    ],
)
def test_gates_decide_on_a_run_that_is_whole_and_passed(
    gates: tuple[Gate, ...], ship: Ship, code: ExitCode
) -> None:
    verdict = judge(GOOD, *gates)
    assert (verdict.ship, exit_code(verdict)) == (ship, code)


def test_a_failed_test_never_ships() -> None:
    verdict = judge(ended(with_test(GOOD, "failed"), 1))
    assert (verdict.ship, exit_code(verdict)) == (Ship.DO_NOT_SHIP, ExitCode.TEST_FAILED)
    assert verdict.failures == ("test test_x.py::test_it: it failed",)
    assert verdict.results[0].status is GateStatus.MET


def test_a_failed_test_that_used_no_board_never_ships() -> None:
    verdict = judge(ended(GOOD, ExitCode.TEST_FAILED))
    assert verdict.ship is Ship.DO_NOT_SHIP
    assert verdict.failures == ("a test failed that used no board",)


@pytest.mark.parametrize("outcome", ["infrastructure", "not run"])
def test_a_check_that_could_not_run_never_ships(outcome: str) -> None:
    verdict = judge(ended(with_test(GOOD, outcome), ExitCode.INFRASTRUCTURE))
    assert (verdict.ship, exit_code(verdict)) == (Ship.NOT_PROVEN, ExitCode.INFRASTRUCTURE)
    assert "test_x.py::test_it" in verdict.trouble[0]


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (ExitCode.INFRASTRUCTURE, "a report could not be written"),
        (ExitCode.INTERRUPTED, "exit code 2"),
        (ExitCode.INTERNAL, "exit code 3"),
        (ExitCode.NO_TESTS, "exit code 5"),
    ],
)
def test_a_run_that_did_not_come_to_its_end_never_ships(code: ExitCode, text: str) -> None:
    verdict = judge(ended(GOOD, code))
    assert verdict.ship is Ship.NOT_PROVEN
    assert text in verdict.trouble[0]


def test_a_run_file_without_an_end_never_ships() -> None:
    verdict = judge(dataclasses.replace(GOOD, end=None))
    assert verdict.ship is Ship.NOT_PROVEN
    assert "interrupted" in verdict.trouble[0]


def test_a_run_that_reached_no_board_never_ships() -> None:
    verdict = judge(dataclasses.replace(GOOD, board=None))
    assert (verdict.ship, verdict.trouble) == (Ship.NOT_PROVEN, ("no board answered",))


def test_an_unmet_gate_stays_unmet_whatever_else_went_wrong() -> None:
    verdict = judge(ended(with_test(GOOD, "infrastructure"), ExitCode.INFRASTRUCTURE), UNMET)
    assert verdict.ship is Ship.DO_NOT_SHIP
    assert exit_code(verdict) is ExitCode.INFRASTRUCTURE


@pytest.mark.parametrize("fault", ["score", "cam"])
def test_a_wrong_image_ships_with_tolerances_that_allow_it(fault: Fault) -> None:
    run = with_fault(fault)
    assert judge(run).ship is Ship.DO_NOT_SHIP
    assert "photo-0001" in judge(run).failures[0]
    assert judge(run, tolerances=LOOSE).ship is Ship.SHIP
    assert exit_code(judge(run, tolerances=LOOSE)) is ExitCode.PASSED


def test_a_run_that_passed_with_loose_tolerances_fails_with_strict_ones() -> None:
    run = with_fault("score")
    assert run.board is not None
    limits = tuple((name, str(getattr(LOOSE, name))) for name, _ in run.board.tolerances)
    passed = [dataclasses.replace(t, outcome="passed", by_verdict=()) for t in run.tests]
    live = dataclasses.replace(
        ended(run, 0),
        board=dataclasses.replace(run.board, tolerances=limits),
        tests=tuple(passed),
    )
    assert judge(live).ship is Ship.SHIP
    assert judge(live, tolerances=EXACT).ship is Ship.DO_NOT_SHIP


def test_a_failure_that_is_no_verdict_stays_with_other_tolerances() -> None:
    run = with_test(with_fault("score"), "failed")
    verdict = judge(run, tolerances=LOOSE)
    assert verdict.ship is Ship.DO_NOT_SHIP
    assert verdict.failures == ("test test_x.py::test_it: it failed",)


def test_an_image_that_was_measured_again_counts_too() -> None:
    (wrong,) = [i for i in with_fault("score").images if i.facts.scores and i.facts.scores.max_lsb]
    run = dataclasses.replace(GOOD, repeats=(RepeatRecord(wrong.facts),))
    assert judge(run).failures[0].startswith("image photo-0001: score: ")
    assert judge(run, tolerances=LOOSE).ship is Ship.SHIP


@pytest.mark.parametrize(
    ("gates", "text"),
    [
        ((MET,), "SHIP: the gate is met"),
        ((MET, MET), "SHIP: all 2 gates met"),
        ((MET, UNMET, UNPROVEN), "DO NOT SHIP: 1 of 3 gates unmet; 1 of 3 gates not proven"),
        ((UNMEASURED,), "NOT PROVEN: 1 of 1 gates not measured"),
    ],
)
def test_the_last_line_is_the_verdict(gates: tuple[Gate, ...], text: str) -> None:
    assert verdict_lines(judge(GOOD, *gates))[-1].text == text


def test_trouble_and_failures_are_in_the_headline() -> None:
    run = ended(with_test(GOOD, "failed"), ExitCode.INTERRUPTED)
    assert headline(judge(run)).startswith("DO NOT SHIP: 1 test failed; the run did not come to")


def test_what_is_not_met_is_explained_below_the_table() -> None:
    gate = dataclasses.replace(UNMET, why="the next model needs room")
    lines = [line.text for line in verdict_lines(judge(GOOD, MET, gate))]
    assert lines[0].split() == ["gate", "limit", "measured", "margin", "status"]
    assert lines[1].split() == ["recoveries", "<=", "0", "0", "0", "met"]
    assert "77,216 B" in lines[2]
    assert "-77,215 B" in lines[2]
    assert lines[3].startswith("arena_used_bytes: unmet: 77,216 B is beyond the limit")
    assert lines[3].endswith("(the next model needs room)")


def test_of_many_failures_some_are_listed() -> None:
    faults: dict[int, Fault] = dict.fromkeys(range(9), "score")
    lines = [line.text for line in verdict_lines(judge(recorded_run(9, faults=faults)))]
    assert sum(line.startswith("failed: ") for line in lines) == 5
    assert "and more" in lines
    assert lines[-1].endswith("9 tests failed; 9 of 9 answers wrong")


def test_a_failure_whose_facts_are_not_in_the_run_stays_with_other_tolerances() -> None:
    run = with_test(GOOD, "failed", "frame rocket")
    assert judge(run, tolerances=LOOSE).ship is Ship.DO_NOT_SHIP
    assert judge(run, tolerances=LOOSE).failures == ("test test_x.py::test_it: it failed",)


def test_a_failure_by_a_right_answer_never_ships_with_the_tolerances_of_the_run() -> None:
    """The answer that was judged in the test is not the one that the run file holds."""
    verdict = judge(with_test(GOOD, "failed", "image photo-0001"))
    assert (verdict.ship, exit_code(verdict)) == (Ship.DO_NOT_SHIP, ExitCode.TEST_FAILED)
    assert verdict.failures == ("test test_x.py::test_it: it failed",)


ASKED = AskedFacts(7, "tensor", None, False, None)
TIMES = Times(1, 0, 2, 3, 9)
FLAKY_GATE = Gate(CATALOG["flaky_tests"], "value", max=1)


def with_flaky(run: Run, *names: str) -> Run:
    added = [
        TestRecord(f"test_x.py::{name}", "call", outcome, 0.1, message)
        for name in names
        for outcome, message in (("rerun", "E   assert 1 == 2"), ("flaky", ""))
    ]
    return dataclasses.replace(run, tests=(*run.tests, *added))


@pytest.mark.parametrize(
    ("gates", "names", "ship", "code"),
    [
        ((MET,), ("test_a",), Ship.NOT_PROVEN, ExitCode.NOT_PROVEN),
        ((MET, FLAKY_GATE), ("test_a",), Ship.SHIP, ExitCode.PASSED),
        ((MET, FLAKY_GATE), ("test_a", "test_b"), Ship.DO_NOT_SHIP, ExitCode.GATE_FAILED),
        ((MET, FLAKY_GATE), (), Ship.SHIP, ExitCode.PASSED),
    ],
)
def test_whether_a_flaky_test_ships_is_a_gate(
    gates: tuple[Gate, ...], names: tuple[str, ...], ship: Ship, code: ExitCode
) -> None:
    verdict = judge(with_flaky(GOOD, *names), *gates)
    assert (verdict.ship, exit_code(verdict)) == (ship, code)


def test_a_flaky_test_is_named_where_no_gate_is_on_it() -> None:
    verdict = judge(with_flaky(GOOD, "test_a"), MET)
    assert "passed only when run again, the first: test_x.py::test_a" in headline(verdict)


def test_a_clock_that_went_back_on_any_board_does_not_ship() -> None:
    below = NoLocation.BELOW_THRESHOLD
    results = [
        InferenceRecord(ASKED, 7, (), TIMES, boot, count, us, 0.5, (1, -1), 60, below, None)
        for boot, count, us in ((1, 1, 10), (1, 2, 20), (2, 1, 90), (2, 2, 80))
    ]
    verdict = judge(dataclasses.replace(GOOD, inferences=tuple(results)), MET)
    assert verdict.ship is Ship.DO_NOT_SHIP
    assert "from 90 us to 80 us" in verdict.failures[0]


@pytest.mark.parametrize(
    ("outcome", "text"),
    [("skipped", "a test was skipped: "), ("xfailed", "a test was expected to fail: ")],
)
def test_a_test_of_a_board_that_was_left_out_proves_nothing(outcome: str, text: str) -> None:
    verdict = judge(with_test(GOOD, outcome))
    assert (verdict.ship, exit_code(verdict)) == (Ship.NOT_PROVEN, ExitCode.NOT_PROVEN)
    assert verdict.unproven[0].startswith(text)


def test_a_check_that_is_none_for_this_board_keeps_nothing_from_shipping() -> None:
    assert judge(with_test(GOOD, "not asked")).ship is Ship.SHIP


def test_a_run_file_that_lacks_tests_of_its_own_count_never_ships() -> None:
    verdict = judge(dataclasses.replace(GOOD, tests=GOOD.tests[:1]))
    assert verdict.ship is Ship.NOT_PROVEN
    assert verdict.trouble == (
        "the run file does not hold the tests that its end counts: lines are missing",
    )


def test_an_outcome_that_nobody_knows_never_ships() -> None:
    verdict = judge(with_test(GOOD, "weird"))
    assert verdict.ship is Ship.NOT_PROVEN
    assert "unknown outcomes: weird" in verdict.trouble[0]


def test_failures_that_the_end_alone_counts_never_ship() -> None:
    verdict = judge(dataclasses.replace(GOOD, end=EndFacts(0, (("failed", 3), ("passed", 3)))))
    assert (verdict.ship, exit_code(verdict)) == (Ship.DO_NOT_SHIP, ExitCode.TEST_FAILED)


assert GOOD.board is not None
HEADLESS = dataclasses.replace(
    GOOD,
    board=dataclasses.replace(
        GOOD.board, network=dataclasses.replace(GOOD.board.network, head=None)
    ),
    images=(),
    inferences=(),
)
OF_HEADS = Gate(CATALOG["cam_lsb"], "max", max=0)
OPINION = Gate(CATALOG["second_opinion_lsb"], "max", max=1)


def test_a_gate_on_a_map_that_a_network_has_not_is_not_asked_and_not_met() -> None:
    verdict = judge(HEADLESS, MET, OF_HEADS)
    assert [result.status for result in verdict.results] == [GateStatus.MET, GateStatus.NOT_ASKED]
    assert verdict.results[1].explanation == "this network has no class activation map"
    assert verdict.ship is Ship.SHIP
    assert "the gate is met, 1 not asked" in headline(verdict)


@pytest.mark.parametrize("name", ["top1_accuracy", "roc_auc", "mae", "anomaly_auc"])
def test_a_gate_on_truth_that_nobody_measured_keeps_a_network_without_a_map_from_shipping(
    name: str,
) -> None:
    verdict = judge(HEADLESS, MET, Gate(CATALOG[name], "value", min=0.9))
    assert verdict.results[1].status is GateStatus.NOT_MEASURED
    assert "hil evaluate --gates measures it" in verdict.results[1].explanation
    assert verdict.ship is Ship.NOT_PROVEN


def test_gates_that_are_all_not_asked_never_ship() -> None:
    verdict = judge(HEADLESS, OF_HEADS)
    assert (verdict.ship, exit_code(verdict)) == (Ship.NOT_PROVEN, ExitCode.NOT_PROVEN)
    assert "1 of 1 gates not asked" in headline(verdict)


@pytest.mark.parametrize(
    ("opinion", "why"),
    [
        (SecondOpinionRecord("a", "b", 0, (), "it ended with SIGSEGV"), "SIGSEGV"),
        (
            SecondOpinionRecord("a", "b", 4, (OpinionFacts(0, "X", 0, 0, 0, None, "no"),)),
            "no operator of this network could be compared",
        ),
    ],
)
def test_a_second_opinion_that_compared_nothing_is_not_proven(
    opinion: SecondOpinionRecord, why: str
) -> None:
    verdict = judge(dataclasses.replace(GOOD, opinion=opinion), MET, OPINION)
    assert verdict.results[1].status is GateStatus.NOT_PROVEN
    assert why in verdict.results[1].explanation
    assert (verdict.ship, exit_code(verdict)) == (Ship.NOT_PROVEN, ExitCode.NOT_PROVEN)


def opinion_of(max_lsb: int) -> SecondOpinionRecord:
    return SecondOpinionRecord(
        "tflite-micro", "litert", 4, (OpinionFacts(3, "ADD", 0, 1, 10, max_lsb),)
    )


def test_an_operator_that_is_not_what_was_converted_does_not_ship() -> None:
    assert judge(dataclasses.replace(GOOD, opinion=opinion_of(1))).ship is Ship.SHIP
    verdict = judge(dataclasses.replace(GOOD, opinion=opinion_of(2)))
    assert verdict.ship is Ship.DO_NOT_SHIP
    assert "operator 3 (ADD)" in verdict.failures[0]
    assert verdict.counts == ("1 operator not as converted",)


def test_a_simulated_board_proves_no_kernel_and_says_so() -> None:
    assert GOOD.board is not None
    board = dataclasses.replace(GOOD.board, target="sim", time_base="host")
    verdict = judge(dataclasses.replace(GOOD, board=board, opinion=opinion_of(0)))
    assert verdict.ship is Ship.SHIP
    assert any("kernels not proven here" in remark for remark in verdict.remarks)
    assert any("4 samples" in remark for remark in verdict.remarks)


def test_an_input_that_may_be_a_picture_and_is_not_declared_is_told_and_ships() -> None:
    assert GOOD.board is not None
    network = dataclasses.replace(GOOD.board.network, picture=None)
    board = dataclasses.replace(GOOD.board, network=network)
    verdict = judge(dataclasses.replace(GOOD, board=board))
    assert verdict.ship is Ship.SHIP
    assert "pictures and camera not proven" in verdict.remarks[0]
