"""From which samples the state of a network comes, when some were asked for again."""

from __future__ import annotations

from hil.facts.board import Asked, Inference, Stamp
from hil.run.answers import Answers
from hil.wire.replies import StageTimes


def known(*ran: tuple[int, int | None, bool], replayed: bool = False) -> list[bool]:
    """Whether the state is known of answers with these counts, due counts and resets."""
    answers = Answers()
    for count, due, reset in ran:
        times = StageTimes(0, 0, 0, 0)
        answers.add(
            Inference(0, (), 1, (), None, None, None, times, None, 0, count, 0.0, 0.0, 1),
            Stamp(1, count, 0, 0.0),
            Asked(b"sample", "tensor", None, False, due, None, replayed, reset),
        )
    return [record.asked.history is not None for record in answers.inferences]


def test_a_sequence_from_a_reset_on_is_known() -> None:
    assert known((1, None, True), (2, 2, False), (3, 3, False)) == [True, True, True]


def test_what_was_sent_again_and_ran_once_is_known() -> None:
    # No count is due then; the board's own tells that nothing ran in between.
    assert known((1, None, True), (2, None, False), (3, None, False)) == [True, True, True]


def test_what_may_have_run_twice_is_not_known_until_the_next_reset() -> None:
    ran = known((1, None, True), (3, None, False), (4, 4, False), (5, 5, True))
    assert ran == [True, False, False, True]


def test_counts_of_a_recording_tell_nothing() -> None:
    assert known((1, None, True), (2, None, False), replayed=True) == [True, False]
