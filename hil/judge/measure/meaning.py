"""Which latencies mean anything, by what the board's times are. Pure.

See `hil.facts.time_base`.
"""

from __future__ import annotations

from hil.facts.time_base import EMULATED
from hil.judge.measure.catalog import Metric

_WITH_HOST = ("upload_us", "round_trip_us", "reply_us")
"""What waits for the host or is measured by its clock."""


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
