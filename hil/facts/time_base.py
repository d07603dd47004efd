"""Which latencies mean anything, by what the board's times are. Pure.

`hil.facts.board.TimeBase`: "real" times are how long something takes on a chip. The simulated
board runs on the host computer, so its times are the "host"'s: they are measured and can be
gated, and say nothing of a chip. An emulator that counts instructions has "virtual" ones: they
repeat, so two runs can be compared, but no limit in microseconds can be judged by them, and the
host's clock does not belong to them. Other emulators are as fast as their host at that moment:
their times are "none".
"""

from __future__ import annotations

from hil.judge.measure.catalog import Metric

EMULATED = ("virtual", "none")
"""Time bases that only an emulated chip has."""

_WITH_HOST = ("upload_us", "round_trip_us", "reply_us")
"""What waits for the host or is measured by its clock."""


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


def meaningless(metric: Metric, time_base: str) -> str:
    """Why values of this metric mean nothing in such a run; empty where they do."""
    if metric.kind != "latency" or time_base not in EMULATED:
        return ""
    if time_base != "virtual":
        return "the emulated board is as fast as its host: its times mean nothing"
    if metric.name in _WITH_HOST:
        return "it depends on the host's clock, and the emulated board's time is virtual"
    return ""


def without_limit(metric: Metric, time_base: str) -> str:
    """Why values of this metric cannot be held against a limit; empty where they can."""
    reason = meaningless(metric, time_base)
    if not reason and metric.kind == "latency" and time_base == "virtual":
        reason = (
            "virtual time counts instructions: it shows what changed (not_worse), not how long "
            "a chip takes"
        )
    return reason
