"""What stood in for a chip, in words. Pure: every report takes them from here.

A verdict on a board that is simulated, emulated or replayed says so wherever it is shown. The
simulated board is known by what it says of itself, whichever way it was reached; an emulated
one runs the chip's own firmware, and only the time tells (`hil.facts.time_base`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hil.facts.time_base import EMULATED

if TYPE_CHECKING:
    from hil.facts.records import BoardFacts

SIMULATED_TARGET = "sim"
LITERT_ENGINE = "litert-reference"
_REPLAY = "replay:"


def stand_in(target: str, time_base: str = "real") -> str:
    """ "simulated board", "emulated board"; empty for a chip."""
    if target == SIMULATED_TARGET:
        return "simulated board"
    return "emulated board" if time_base in EMULATED else ""


def where_measured(board: BoardFacts | None) -> str:
    """As after a verdict: "on the simulated board", "replayed from talk.rec", or both.

    Empty for a chip that was there, and where no board answered.
    """
    if board is None:
        return ""
    kind = stand_in(board.target, board.time_base)
    parts = [f"on the {kind}"] if kind else []
    if kind and board.engine.startswith(LITERT_ENGINE):
        parts.append("with LiteRT on both sides")  # so no kernel was compared with another
    if board.spec.startswith(_REPLAY):
        parts.append(f"replayed from {board.spec.removeprefix(_REPLAY)}")
    return ", ".join(parts)


def said(verdict: str, where: str) -> str:
    """A verdict with where it was measured: "SHIP, on the simulated board"."""
    return f"{verdict}, {where}" if where else verdict
