"""Numbers that drift with every answer since the board's start."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

from hil.diagnose.rules import Look, Rule
from hil.diagnose.timeline import Track

_MOST_SHIFT = 8
_STAGES = ("engine", "scores", "map")


def drifts(track: Track) -> Iterator[Rule]:
    """Every value is off by a share of the number of answers, or of how often the stage ran."""
    if track.stage not in _STAGES:
        return
    for shift in range(_MOST_SHIFT + 1):
        for counted in ("answers", "times that the stage ran"):
            for late in (0, 1):
                for sign in (1, -1):
                    way = "up" if sign > 0 else "down"
                    how = f"one {way} in every {1 << shift} {counted}"
                    predict = functools.partial(
                        _drifted, shift=shift, by_stage=counted != "answers", late=late, sign=sign
                    )
                    yield Rule("answer.drift", predict, {"what": track.name, "how": how})


def _drifted(
    look: Look, number: int, *, shift: int, by_stage: bool, late: int, sign: int
) -> tuple[int, ...] | None:
    count = look.made(number) if by_stage else look.steps[number].record.count
    right: Any = look.value(number).right
    if count is None or not isinstance(right, tuple):
        return None
    if not all(isinstance(value, int) for value in right):
        return None
    off = sign * ((count - late) >> shift)
    return tuple(value + off for value in right)
