"""Where the diagnosis sends its reader, and whether the mutant is there."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from enum import Enum
from pathlib import PurePath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hil.facts.diagnosis import Finding, Unexplained


class Named(str, Enum):
    """What the diagnosis made of a mutant. The last three send the reader to what is sound, or
    nowhere."""

    FILE = "file"
    STAGE = "stage"
    NO_PLACE = "no place"
    UNEXPLAINED = "unexplained"
    NOTHING = "nothing said"
    ELSEWHERE = "elsewhere"
    HARDWARE = "sound hardware"
    CRASHED = "crashed"

    @property
    def wrong(self) -> bool:
        return self in (Named.ELSEWHERE, Named.HARDWARE, Named.CRASHED)


HARDWARE = frozenset(
    {
        "board.brownout",
        "board.link-damaged",
        "board.no-firmware",
        "board.no-model",
        "board.unplugged",
        "board.wrong-build",
        "identity.other-model",
    }
)
"""Findings that blame supply, cable, line, or what was flashed."""

NO_PLACE = frozenset({"board.crashed", "board.restarted", "board.silent", "board.watchdog"})
"""Findings that say what happened, and blame nothing."""

# Beside the files that the catalogue names for a kind of finding, what else does that work.
_MORE = {
    "answer": ("reply_encoder",),
    "board": ("app",),
    "frame": ("frames",),
    "identity": ("dispatcher", "reply_encoder"),
    "link": ("cobs", "crc32", "dispatcher", "reply_encoder", "request_decoder", "transmitter"),
    "memory": ("dispatcher", "network"),
    "network": ("crc32",),
}
_FILE = re.compile(r"(\w+)\.(?:cpp|h)\b")


def named(file: str, findings: Sequence[Finding], unexplained: Sequence[Unexplained]) -> Named:
    """Where a mutant of this file is sent."""
    return worst(findings, unexplained, lambda finding: _place(file, finding))


def worst(
    findings: Sequence[Finding],
    unexplained: Sequence[Unexplained],
    place: Callable[[Finding], Named],
) -> Named:
    """The worst of what the findings name: one that is right does not excuse one that is not."""
    from hil.diagnose.outcome import BUG

    if any(each.what.startswith(BUG) for each in unexplained):
        return Named.CRASHED
    if not findings:
        return Named.UNEXPLAINED if unexplained else Named.NOTHING
    found = {place(each) for each in findings}
    order = (Named.HARDWARE, Named.ELSEWHERE, Named.FILE, Named.STAGE, Named.NO_PLACE)
    return next(each for each in order if each in found)


def _place(file: str, finding: Finding) -> Named:
    stem = PurePath(file).stem
    if stem in _FILE.findall(finding.where_to_look):
        return Named.FILE
    if finding.id in HARDWARE:
        return Named.HARDWARE
    if finding.id in NO_PLACE:
        return Named.NO_PLACE
    return Named.STAGE if stem in stage_files(finding.id) else Named.ELSEWHERE


def stage_files(finding: str) -> frozenset[str]:
    """The firmware files that do the work which a finding is about: those of its kind."""
    from hil.diagnose.catalogue import CATALOGUE

    kind = finding.partition(".")[0]
    files = set(_MORE.get(kind, ()))
    for name, entry in CATALOGUE.items():
        if name.partition(".")[0] == kind:
            files.update(_FILE.findall(entry.where_to_look))
    return frozenset(files)
