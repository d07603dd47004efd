"""Where the board's time is not the host's, what compares the two is skipped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hil.suite.expect import not_asked

if TYPE_CHECKING:
    from hil.board import Board


def needs_the_hosts_time(board: Board) -> None:
    """Skips where an emulator counts the time: no host's clock belongs to it."""
    if board.time_base == "virtual":
        not_asked("the emulated board's time is virtual: it counts instructions")
