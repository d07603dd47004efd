"""From a run to a row of the table: caught, missed, wrong reason; right, unexplained, wrong."""

from __future__ import annotations

import dataclasses
from collections import Counter
from pathlib import Path

import pytest

from hil.diagnose import Diagnosis, Finding
from hil.errors import ExitCode
from hil.facts.records import EndFacts, LinkFacts, RunHeader, TestRecord
from hil.facts.run import Run
from hil_lab.faults import Area, Expect, Fault, failure, infrastructure
from hil_lab.faults import finding as link_finding
from hil_lab.faults.__main__ import CI, main
from hil_lab.faults.proof import Caught, Named, Proof, judge, name
from hil_lab.faults.table import document, print_table, summary

CAM = failure("cam.negated", test="test_cam")
LOST = infrastructure("board.unplugged", says="unplugged")
TWICE = link_finding(says="answers? came")


def fault(expect: Expect) -> Fault:
    return Fault("ours", Area.CAM, "a | mistake", (), expect, ("--sim-arena", "9"))


def run(*tests: tuple[str, str, str]) -> Run:
    """Tests as (name, outcome, message)."""
    records = tuple(TestRecord(test, "call", outcome, 0.1, text) for test, outcome, text in tests)
    counts = Counter(outcome for _, outcome, _ in tests)
    return Run(
        header=RunHeader(1, "0", "now", (), "linux", ()),
        tests=records,
        end=EndFacts(1, tuple(counts.items())),
        **dict.fromkeys(("board", "link", "console"), None),
        **dict.fromkeys(("images", "traces", "measurements"), ()),
    )


def finding(diagnosis: str) -> Finding:
    return Finding(diagnosis, "map", "a title", "evidence", "a place")


def said(*ids: str) -> Diagnosis:
    return Diagnosis(findings=tuple(finding(each) for each in ids))


@pytest.mark.parametrize(
    ("expect", "tests", "verdict"),
    [
        (CAM, [("test_cam", "failed", "cam"), ("test_x", "passed", "")], Caught.CAUGHT),
        (CAM, [("test_cam", "firmware", "cam")], Caught.CAUGHT),
        (CAM, [("test_cam", "passed", "")], Caught.MISSED),
        (CAM, [("test_score", "failed", "score")], Caught.WRONG_REASON),
        (CAM, [("test_cam", "infrastructure", "no answer")], Caught.WRONG_REASON),
        (CAM, [("test_cam", "failed", ""), ("test_b", "infrastructure", "")], Caught.WRONG_REASON),
        (LOST, [("test_a", "infrastructure", "was unplugged")], Caught.CAUGHT),
        (LOST, [("t", "infrastructure", "unplugged"), ("u", "not run", "")], Caught.CAUGHT),
        (LOST, [("test_a", "infrastructure", "no answer")], Caught.WRONG_REASON),
        (LOST, [("t", "infrastructure", "unplugged"), ("u", "failed", "")], Caught.WRONG_REASON),
        (LOST, [("test_a", "passed", "")], Caught.MISSED),
    ],
)
def test_a_fault_is_caught_only_as_it_had_to_be(
    expect: Expect, tests: list[tuple[str, str, str]], verdict: Caught
) -> None:
    assert judge(fault(expect), run(*tests))[0] is verdict


@pytest.mark.parametrize(
    ("outcome", "counts", "verdict"),
    [
        ("passed", {"duplicates_unasked": 2}, Caught.CAUGHT),
        ("passed", {"unanswered": 2}, Caught.WRONG_REASON),
        ("passed", {}, Caught.MISSED),
        ("failed", {"duplicates_unasked": 2}, Caught.WRONG_REASON),
    ],
)
def test_a_fault_of_the_link_alone_is_caught_by_its_finding(
    outcome: str, counts: dict[str, int], verdict: Caught
) -> None:
    found = dataclasses.replace(
        run(("test_a", outcome, "")), link=LinkFacts(tuple(counts.items()), 0)
    )
    assert judge(fault(TWICE), found)[0] is verdict
    assert name(fault(TWICE), said()) is Named.RIGHT
    assert name(fault(TWICE), said("cam.negated")) is Named.WRONG


def test_the_first_message_counts_not_a_later_one() -> None:
    later = run(("a", "infrastructure", "no answer"), ("b", "infrastructure", "unplugged"))
    verdict, note = judge(fault(LOST), later)
    assert verdict is Caught.WRONG_REASON
    assert note == "the first message is: no answer"


@pytest.mark.parametrize(
    ("ids", "verdict"),
    [
        (("cam.negated",), Named.RIGHT),
        ((), Named.UNEXPLAINED),
        (("cam.bias",), Named.WRONG),
        (("cam.negated", "cam.bias"), Named.WRONG),
    ],
)
def test_a_diagnosis_is_right_only_if_it_names_nothing_else(
    ids: tuple[str, ...], verdict: Named
) -> None:
    assert name(fault(CAM), said(*ids)) is verdict


def test_a_mistake_that_cannot_be_told_from_another_may_be_named_beside_it() -> None:
    other = dataclasses.replace(finding("cam.bias"), alternatives=(("cam.negated", "a title"),))
    assert name(fault(CAM), Diagnosis(findings=(other,))) is Named.RIGHT


def test_the_document_has_a_row_for_every_fault_and_the_figures() -> None:
    proofs = [
        Proof(fault(CAM), Caught.CAUGHT, "", Named.RIGHT, ("cam.negated",), 2.0, 1.0),
        Proof(fault(LOST), Caught.MISSED, "", Named.UNEXPLAINED, (), 2.5, 0.0),
    ]
    text = document(proofs)
    rows = [line for line in text.splitlines() if line.startswith("| `ours`")]
    assert rows == [
        r"| `ours` | a \| mistake | `--sim-arena 9` | caught | right | `cam.negated` | 3.0 |",
        r"| `ours` | a \| mistake | `--sim-arena 9` | missed | unexplained |  | 2.5 |",
    ]
    assert summary(proofs) in text
    assert "1 of 2 caught, 1 missed" in summary(proofs)


def test_the_table_prints_a_note_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    note = "did not end [/b]"
    print_table([dataclasses.replace(RIGHT, note=note)])
    assert note in " ".join(capsys.readouterr().out.split())


def proof(caught: Caught, named: Named) -> Proof:
    return Proof(fault(CAM), caught, "", named, (), 1.0, 0.0)


RIGHT = proof(Caught.CAUGHT, Named.RIGHT)
NAMELESS = proof(Caught.CAUGHT, Named.UNEXPLAINED)


@pytest.mark.parametrize(
    ("proofs", "code"),
    [
        ([RIGHT] * len(CI), ExitCode.PASSED),
        ([RIGHT] * (len(CI) - 1) + [NAMELESS], ExitCode.PASSED),
        ([RIGHT] * (len(CI) - 2) + [NAMELESS] * 2, ExitCode.TEST_FAILED),
        ([RIGHT] * (len(CI) - 1) + [proof(Caught.MISSED, Named.UNEXPLAINED)], ExitCode.TEST_FAILED),
        ([RIGHT] * (len(CI) - 1) + [proof(Caught.WRONG_REASON, Named.RIGHT)], ExitCode.TEST_FAILED),
        ([RIGHT] * (len(CI) - 1) + [proof(Caught.CAUGHT, Named.WRONG)], ExitCode.TEST_FAILED),
    ],
)
def test_the_command_fails_when_a_fault_is_missed_or_named_wrongly(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, proofs: list[Proof], code: ExitCode
) -> None:
    left = list(proofs)
    monkeypatch.setattr("hil.sim.firmware.build", lambda: None)
    monkeypatch.setattr("hil_lab.faults.__main__.prove", lambda fault, folder: left.pop())
    assert main(["ci", "--folder", str(tmp_path)]) == code
    assert left == []
