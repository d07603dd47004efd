"""What the board did to the link by itself, in words. Pure.

Found on a line that damaged nothing, and told apart from a busy host, which makes answers late:
see `hil.link.ledger`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hil.facts.records import LinkFacts

_FINDINGS = {
    "unanswered": (
        "request was never answered",
        "requests were never answered",
        "nothing on the line was damaged, so the board lost them or its answers",
    ),
    "duplicates_unasked": (
        "answer came that nothing had asked for",
        "answers came that nothing had asked for",
        "the board answers more often than it is asked",
    ),
    "asked_again": (
        "time the board wanted again what had arrived whole",
        "times the board wanted again what had arrived whole",
        "nothing had been lost: its book-keeping of uploads is wrong",
    ),
    "rate_missed": (
        "time the link did not reach its baud rate",
        "times the link did not reach its baud rate",
        "the board says that it can change it, or the rate was asked for",
    ),
}

OF_THE_BOARD = tuple(f"link_{name}" for name in _FINDINGS)
"""Metrics that only a board explains, unless the line was asked to be noisy."""


def link_findings(link: LinkFacts | None) -> tuple[str, ...]:
    """Each a sentence; none where noise was asked for, which may have done it."""
    if link is None or link.noise:
        return ()
    counts = dict(link.counts)
    return tuple(
        f"{count:,} {one if count == 1 else many}: {why}"
        for name, (one, many, why) in _FINDINGS.items()
        if (count := counts.get(name, 0)) > 0
    )


def link_remarks(link: LinkFacts | None) -> tuple[str, ...]:
    """What is no finding: a noisy line by request, and answers that were merely late."""
    if link is None:
        return ()
    remarks = []
    if link.noise:
        remarks.append(f"the line is noisy by request ({link.noise}): nothing of it is the board's")
    late = dict(link.counts).get("late", 0)
    if late:
        answers = "answer" if late == 1 else "answers"
        why = "the host was busy, or the board slow"
        remarks.append(f"{late:,} {answers} came late, and nothing was lost: {why}")
    return tuple(remarks)
