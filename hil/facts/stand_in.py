"""What stood in for a chip, and what its times are, in words. Pure: for every report.

A verdict on a board that is simulated, emulated or replayed says so wherever it is shown. The
simulated board is known by what it says of itself, whichever way it was reached; an emulated
one runs the chip's own firmware, and only the time tells.

`hil.facts.board.TimeBase`: "real" times are how long something takes on a chip. The simulated
board runs on the host computer, so its times are the "host"'s: they are measured and can be
gated, and say nothing of a chip. An emulator that counts instructions has "virtual" ones: they
repeat, so two runs can be compared, but no limit in microseconds can be judged by them, and the
host's clock does not belong to them. Other emulators are as fast as their host at that moment:
their times are "none".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hil.facts.records import BoardFacts

EMULATED = ("virtual", "none")
"""Time bases that only an emulated chip has."""

_NOTES = {
    "host": "the host computer's, which runs the simulated board: they are no speed of a chip",
    "virtual": "virtual: an emulator counted instructions; they can be compared, but are no "
    "speed of a chip",
    "none": "those of an emulator, as fast as its host: they mean nothing",
}

_MARKS = {"host": "host's", "virtual": "virtual", "none": "emulator's"}

SIMULATED_TARGET = "sim"
LITERT_ENGINE = "litert-reference"


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
        both = board.resolver.startswith("litert")  # so no kernel was compared with another
        parts.append("with LiteRT on both sides" if both else "with LiteRT's kernels")
    if replayed(board):
        parts.append(f"replayed from {replayed(board)}")
    return ", ".join(parts)


def replayed(board: BoardFacts) -> str:
    """The recording that stood in for the board; empty where a board answered itself."""
    kind, _, recording = board.spec.partition(":")
    return recording if kind == "replay" else ""


def no_run_of_its_own(board: BoardFacts | None) -> str:
    """Why a run is not counted beside others; empty where it is.

    A trend with replays in it would count one measurement as many.
    """
    recording = "" if board is None else replayed(board)
    return f"a replay of {recording} is no run of its own" if recording else ""


def said(verdict: str, where: str) -> str:
    """A verdict with where it was measured: "SHIP, on the simulated board"."""
    return f"{verdict}, {where}" if where else verdict


def note(time_base: str) -> str:
    """What to say beside the times of such a run; empty where they are what they seem."""
    return _NOTES.get(time_base, "")


def synthetic(target: str) -> str:
    """What to say beside a heap, a stack or cycles of such a board; empty for a chip."""
    return "synthetic: chosen for a test, not measured" if target == SIMULATED_TARGET else ""


def mark(time_base: str) -> str:
    """Whose the times are, in a word to put beside each; empty where they are a chip's."""
    return _MARKS.get(time_base, "")
