"""The lines of several processes, each with a board of its own, make one run."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import pytest

from hil.facts.evidence import OddityRecord
from hil.facts.merge import merged, what_differs
from hil.facts.records import (
    AskedFacts,
    BoardFacts,
    ConsoleFacts,
    InferenceRecord,
    LinkFacts,
    ReferenceRecord,
    RepeatRecord,
    TestRecord,
    Times,
    VarietyFacts,
    WorkerRecord,
)
from hil.facts.run import Run
from hil.judge.answers import clock_fault
from hil.network.location import NoLocation
from hil_lab.fakes.recorded_run import recorded_run

RUN = recorded_run(2, traced=False)
BOARD = RUN.board
assert BOARD is not None
TIMES = Times(1, 0, 2, 3, 9)


def passed(name: str) -> TestRecord:
    return TestRecord(f"test_x.py::{name}", "call", "passed", 0.1, "")


def result(boot: int, count: int, finished_us: int) -> InferenceRecord:
    below = NoLocation.BELOW_THRESHOLD
    asked = AskedFacts(7, "tensor", None, False, None)
    return InferenceRecord(
        asked, 7, (), TIMES, boot, count, finished_us, 0.5, (1, -1), 60, below, None
    )


def run(*lines: Any) -> Run:
    return Run.of([RUN.header, *lines])


def test_a_run_of_one_process_stays_as_it_is() -> None:
    lines = [*RUN.images, passed("test_a"), RUN.board, RUN.link]
    assert merged(lines) == lines


def test_tests_keep_the_order_in_which_they_ended() -> None:
    a, b, c = map(passed, ("test_a", "test_b", "test_c"))
    whole = run(WorkerRecord("gw0"), a, WorkerRecord("gw1"), b, WorkerRecord("gw0"), c)
    assert whole.tests == (a, b, c)


def test_starts_of_boards_are_numbered_through_and_clocks_do_not_mix() -> None:
    whole = run(
        WorkerRecord("gw0"),
        result(1, 1, 5_000),
        WorkerRecord("gw1"),
        result(1, 1, 100),
        WorkerRecord("gw0"),
        result(1, 2, 6_000),
        WorkerRecord("gw1"),
        result(1, 2, 200),
        result(2, 1, 50),
    )
    found = [(r.boot, r.count, r.finished_us) for r in whole.inferences]
    assert found == [(1, 1, 5_000), (1, 2, 6_000), (2, 1, 100), (2, 2, 200), (3, 1, 50)]
    assert clock_fault(whole.inferences) == ""


def test_the_clock_of_each_board_is_looked_at() -> None:
    whole = run(
        WorkerRecord("gw0"),
        result(1, 1, 10),
        WorkerRecord("gw1"),
        result(1, 1, 300),
        WorkerRecord("gw0"),
        result(1, 2, 20),
        WorkerRecord("gw1"),
        result(1, 2, 200),
    )
    assert "from 300 us to 200 us" in clock_fault(whole.inferences)


def test_an_image_that_two_boards_measured_is_there_once_and_measured_again() -> None:
    first, other = RUN.images
    again = dataclasses.replace(first.facts, invoke_us=1)
    whole = run(
        WorkerRecord("gw0"),
        first,
        WorkerRecord("gw1"),
        other,
        dataclasses.replace(first, facts=again),
    )
    assert whole.images == (first, other)
    assert whole.repeats == (RepeatRecord(again),)


def failed_by(name: str, *keys: str) -> TestRecord:
    return dataclasses.replace(passed(name), outcome="failed", by_verdict=keys)


def test_answers_and_oddities_are_numbered_through_and_tests_still_name_them() -> None:
    echo = OddityRecord("echo", "1 byte is missing", "", "")
    whole = run(
        WorkerRecord("gw0"),
        result(1, 1, 10),
        failed_by("test_a", "answer 0", "image astronaut"),
        WorkerRecord("gw1"),
        result(1, 1, 10),
        echo,
        result(1, 2, 20),
        failed_by("test_b", "answer 1", "oddity 0"),
        WorkerRecord("gw0"),
        result(1, 2, 20),
        echo,
        failed_by("test_c", "answer 1", "oddity 0"),
    )
    assert [(r.boot, r.count) for r in whole.inferences] == [(1, 1), (1, 2), (2, 1), (2, 2)]
    assert [test.by_verdict for test in whole.tests] == [
        ("answer 0", "image astronaut"),
        ("answer 3", "oddity 1"),
        ("answer 1", "oddity 0"),
    ]


def test_an_answer_of_the_oracle_is_there_once_under_the_name_that_one_of_them_knows() -> None:
    answer = RUN.images[0].facts.reference
    nameless = ReferenceRecord("", 7, "tensor", None, 0, (), answer, (96, 96), 1)
    named = dataclasses.replace(nameless, image="noise")
    for first, second in ((nameless, named), (named, nameless)):
        assert run(WorkerRecord("gw0"), first, WorkerRecord("gw1"), second).references == (named,)


def test_an_output_is_constant_only_if_it_was_to_all() -> None:
    whole = run(
        WorkerRecord("gw0"),
        VarietyFacts(9, ("scores", "features")),
        WorkerRecord("gw1"),
        VarietyFacts(8, ("features",)),
    )
    assert whole.variety == VarietyFacts(9, ("features",))


def test_counts_of_the_links_are_added_up() -> None:
    whole = run(
        WorkerRecord("gw0"),
        LinkFacts((("frames_out", 10), ("damaged", 0)), recoveries=1),
        WorkerRecord("gw1"),
        LinkFacts((("frames_out", 5), ("damaged", 2)), recoveries=2),
    )
    assert whole.link == LinkFacts((("frames_out", 15), ("damaged", 2)), recoveries=3)


def test_the_consoles_follow_each_other_under_the_names_of_the_workers() -> None:
    whole = run(
        WorkerRecord("gw0"),
        ConsoleFacts(((0.0, "rst:0x1"),)),
        WorkerRecord("gw1"),
        ConsoleFacts(((0.0, "rst:0x3"),)),
    )
    assert whole.console is not None
    texts = [text for _, text in whole.console.lines]
    assert texts == ["--- gw0 ---", "rst:0x1", "--- gw1 ---", "rst:0x3"]


def two_boards(**other: Any) -> Sequence[Any]:
    assert isinstance(BOARD, BoardFacts)
    second = dataclasses.replace(BOARD, **other)
    return [WorkerRecord("gw0"), BOARD, WorkerRecord("gw1"), second]


@pytest.mark.parametrize("free", [{}, {"baud": 115_200}])
def test_boards_that_differ_only_in_the_rate_of_their_line_are_alike(free: dict[str, Any]) -> None:
    lines = two_boards(**free)
    assert what_differs(lines) == ""
    assert run(*lines).board == BOARD


def test_boards_that_are_not_alike_are_told_by_what_differs() -> None:
    said = what_differs(two_boards(engine="another"))
    assert said == "engine: tflite-micro at gw0, another at gw1"
