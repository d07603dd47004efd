"""What the figures of a whole run together tell; what was chosen for a test tells
nothing."""

from __future__ import annotations

import dataclasses

import pytest

from hil.facts.records import HeapFacts
from hil.judge.whole_run import Figures, in_words, wrong_figures
from hil_lab.fakes.long_run import answers, reports
from hil_lab.fakes.recorded_run import BOARD

CHIP = dataclasses.replace(BOARD, capabilities=("cycles",), arena_needed_bytes=55_296)
RIGHT = Figures(CHIP, answers(300, cycles=lambda us: us * 240), reports(12), ())


def test_right_figures_are_right() -> None:
    assert wrong_figures(RIGHT) == ()
    assert wrong_figures(None) == ()


@pytest.mark.parametrize(
    ("key", "changes"),
    [
        ("clock", {"inferences": answers(300, clock=lambda us: us if us < 2e6 else us - 1e6)}),
        ("pace", {"inferences": answers(900, clock=lambda us: 1.006 * us)}),
        ("times", {"inferences": answers(300, invoke_us=lambda n: 0)}),
        ("cycles", {"inferences": answers(300)}),
        ("memory", {"memories": reports(12, arena_used_bytes=100)}),
        ("trends", {"memories": reports(20, free=lambda n: 150_000 - 64 * n)}),
    ],
)
def test_each_kind_of_fault_is_told_by_its_key(key: str, changes: dict[str, object]) -> None:
    found = wrong_figures(dataclasses.replace(RIGHT, **changes))  # type: ignore[arg-type]
    assert key in [wrong.key for wrong in found]
    assert all(in_words(wrong) for wrong in found)


def test_what_a_test_chose_is_not_judged() -> None:
    chosen = (
        *answers(40),
        *answers(40, boot=2, cycles=lambda us: us * 240),
    )
    memories = reports(3, heap=HeapFacts(0, 1, 2**32 - 1), stacks=(("a", 0), ("a", 0)))
    told = dataclasses.replace(RIGHT, inferences=chosen, memories=memories)
    assert {wrong.key for wrong in wrong_figures(told)} >= {"cycles", "memory"}
    kept = Figures.of(
        CHIP,
        (dataclasses.replace(each, synthetic=True) for each in chosen),
        (dataclasses.replace(each, synthetic=True) for each in memories),
        (),
    )
    assert wrong_figures(kept) == ()
