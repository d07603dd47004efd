"""What the board's times are, in words. Pure.

`hil.facts.board.TimeBase`: "real" times are how long something takes on a chip. The simulated
board runs on the host computer, so its times are the "host"'s: they are measured and can be
gated, and say nothing of a chip. An emulator that counts instructions has "virtual" ones: they
repeat, so two runs can be compared, but no limit in microseconds can be judged by them, and the
host's clock does not belong to them. Other emulators are as fast as their host at that moment:
their times are "none".
"""

from __future__ import annotations

EMULATED = ("virtual", "none")
"""Time bases that only an emulated chip has."""


_NOTES = {
    "host": "the host computer's, which runs the simulated board: they are no speed of a chip",
    "virtual": "virtual: an emulator counted instructions; they can be compared, but are no "
    "speed of a chip",
    "none": "those of an emulator, as fast as its host: they mean nothing",
}

_MARKS = {"host": "host's", "virtual": "virtual", "none": "emulator's"}


def note(time_base: str) -> str:
    """What to say beside the times of such a run; empty where they are what they seem."""
    return _NOTES.get(time_base, "")


def mark(time_base: str) -> str:
    """Whose the times are, in a word to put beside each; empty where they are a chip's."""
    return _MARKS.get(time_base, "")
