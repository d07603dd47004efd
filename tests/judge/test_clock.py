"""The board's clock only goes forward."""

from __future__ import annotations

import pytest

from hil.facts.board import Stamp
from hil.judge.answers import clock_fault


def stamps(*results: tuple[int, int, int]) -> list[Stamp]:
    """From (boot, count, finished_us)."""
    return [Stamp(*result, at_s=0.0) for result in results]


@pytest.mark.parametrize(
    "results",
    [
        (),
        ((1, 1, 10), (1, 2, 20), (1, 3, 25)),
        ((1, 7, 900), (2, 1, 10)),  # a reset starts both anew
        ((1, 2, 20), (1, 1, 10)),  # two images, taken in the other order
        ((1, 1, 10), (1, 2, 20), (1, 1, 30)),  # a count that gives no order
    ],
)
def test_what_goes_forward_is_right(results: tuple[tuple[int, int, int], ...]) -> None:
    assert clock_fault(stamps(*results)) == ""


@pytest.mark.parametrize(
    ("results", "said"),
    [
        (((1, 1, 30), (1, 2, 20)), "from 30 us to 20 us"),
        (((1, 1, 30), (1, 2, 30)), "from 30 us to 30 us"),
    ],
)
def test_what_goes_back_or_stands_is_told(
    results: tuple[tuple[int, int, int], ...], said: str
) -> None:
    assert said in clock_fault(stamps(*results))
