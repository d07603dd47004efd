"""Faults in a running simulated board, end to end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hil_lab.faults import find_fault
from hil_lab.faults.fault import BoardAction
from hil_lab.faults.live import watch
from hil_lab.faults.proof import Caught, prove

FRAME = b"\x00\x02\x07\x00"


def times_acted(pieces: list[bytes], at_frame: int) -> int:
    class Loop:
        acted = 0

        def later(self, _: float, call: Any) -> None:
            call()

    loop = Loop()

    def act(_: Any, loop: Any) -> None:
        loop.acted += 1

    change = watch(BoardAction(at_frame, act), board=None, loop=loop)  # type: ignore[arg-type]
    assert b"".join(change(piece) for piece in pieces) == b"".join(pieces)
    return loop.acted


@pytest.mark.parametrize(
    ("frames", "acted"), [(2, 0), (3, 1), (9, 1)], ids=["before", "at", "once only"]
)
def test_an_action_happens_once_at_its_frame(frames: int, acted: int) -> None:
    assert times_acted([FRAME] * frames, at_frame=3) == acted


def test_frames_are_counted_whatever_pieces_they_come_in() -> None:
    stream = FRAME * 3
    assert times_acted([stream[i : i + 1] for i in range(len(stream))], at_frame=3) == 1
    assert times_acted([stream], at_frame=3) == 1
    assert times_acted([stream], at_frame=4) == 0


# Those of the usual network, and of each other kind of change, are run by `make faults`.
def test_the_suite_catches_a_fault_in_another_network_for_the_right_reason(
    fault_folder: Path,
) -> None:
    proof = prove(find_fault("outputs-swapped"), fault_folder)
    assert proof.caught is Caught.CAUGHT, proof.note
    assert proof.good
