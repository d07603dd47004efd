"""`--soak`: a number of inferences, or a time; and what a long run asks of a board."""

from __future__ import annotations

import pytest

from hil.errors import UsageError
from hil.run.options import RunOptions
from hil.run.soak import Soak, parse_soak


@pytest.mark.parametrize(
    ("text", "soak"),
    [
        ("2000", Soak(inferences=2000)),
        ("1", Soak(inferences=1)),
        ("90s", Soak(seconds=90)),
        ("30min", Soak(seconds=1800)),
        ("30 min", Soak(seconds=1800)),
        ("1.5h", Soak(seconds=5400)),
    ],
)
def test_inferences_or_time(text: str, soak: Soak) -> None:
    assert parse_soak(text) == soak


@pytest.mark.parametrize("text", ["", "0", "-3", "1.5", "30m", "h", "0s", "400h", "10000001", "x"])
def test_anything_else_is_wrong_use(text: str) -> None:
    with pytest.raises(UsageError, match="--soak") as wrong:
        RunOptions(soak=text).check()
    assert "30min" in wrong.value.hint


def test_by_default_a_start_answers_more_than_a_counter_of_eight_bits_can_hold() -> None:
    assert parse_soak(RunOptions().soak).inferences >= 300
