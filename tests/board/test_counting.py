"""Which count the next answer has to have, and after what nothing can be said."""

from __future__ import annotations

from hil.board.results import Counting
from hil.facts.board import Stamp
from hil.link.jobs import JOBS_AHEAD


def due(counting: Counting, count: int, disturbances: int = 0, boot: int = 1) -> int | None:
    return counting.due(Stamp(boot, count, 0, 0.0), disturbances)


def test_an_answer_has_the_count_after_the_one_before() -> None:
    counting = Counting()
    assert [due(counting, count) for count in (1, 2, 5)] == [None, 2, 3]


def test_after_a_start_the_first_answer_tells_the_next() -> None:
    counting = Counting()
    assert [due(counting, 7), due(counting, 1, boot=2), due(counting, 2, boot=2)] == [None, None, 2]


def test_what_was_on_its_way_when_something_was_sent_again_may_come_in_another_order() -> None:
    counting = Counting()
    assert due(counting, 1) is None
    order = [2, 4, 3, 5]
    assert len(order) == JOBS_AHEAD + 1
    assert [due(counting, count, disturbances=1) for count in order] == [None] * len(order)
    assert due(counting, 6, disturbances=1) == 6
