"""Equal answers to different inputs prove nothing."""

from __future__ import annotations

from collections.abc import Hashable

import pytest

from hil.facts.sameness import all_equal


@pytest.mark.parametrize(
    "answers", [[(1, 2), (1, 2)], [(1, 2)] * 5, [b"\x80\x7f", b"\x80\x7f"], [(None,), (None,)]]
)
def test_answers_that_never_change_are_equal(answers: list[Hashable]) -> None:
    assert all_equal(answers)
    assert all_equal(iter(answers))


@pytest.mark.parametrize("answers", [[(1, 2), (1, 3)], [(1, 2)] * 9 + [(2, 1)], [(0,), (None,)]])
def test_one_answer_that_differs_is_enough(answers: list[Hashable]) -> None:
    assert not all_equal(answers)
    assert not all_equal(iter(answers))


@pytest.mark.parametrize("answers", [[], [(1, 2)]])
def test_fewer_than_two_answers_say_nothing(answers: list[Hashable]) -> None:
    assert not all_equal(answers)
