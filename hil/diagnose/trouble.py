"""A board that went away: the first cause, by the class of the error and the console."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hil.diagnose.catalogue import CATALOGUE
from hil.facts.diagnosis import Finding

if TYPE_CHECKING:
    from hil.facts.evidence import TroubleRecord
    from hil.facts.run import Run

_CRASHES = ("panic", "abort", "assertion failed", "stack overflow", "stack smashing",
            "heap corruption")  # fmt: skip
_NOT_CAUSES = ("NotRunError", "BoardUnusableError", "UsageError", "UnavailableError")

# (pattern in the first line of the message, id); the first that matches counts.
_MESSAGES: tuple[tuple[str, str], ...] = (
    (r"brown", "board.brownout"),
    (r"watchdog|WDT", "board.watchdog"),
    (r"crashes before it answers|Guru Meditation|abort\(\)|panic", "board.crashed"),
    (r"unplugged|port .*(gone|lost|closed|vanished|disappeared)|no such port", "board.unplugged"),
    (r"could not load its model", "board.no-model"),
    (r"download mode|no firmware that it can start|bootloader cannot start|does not speak",
     "board.no-firmware"),
    (r"boot loop|restart|reset", "board.restarted"),
    (r"protocol version", "board.protocol"),
    (r"the board runs build|SHA-256", "board.wrong-build"),
    (r"neither text nor frames|damaged", "board.link-damaged"),
    (r"frames arrive, but no answer", "board.link-damaged"),
    (r"refusals because chunks are missing", "board.protocol"),
    (r"no answer|nothing received|no result|sent nothing", "board.silent"),
)  # fmt: skip


def explain_trouble(run: Run) -> list[Finding]:
    """One finding for the first cause; what came after it is not looked at."""
    first = next((t for t in run.troubles if t.error not in _NOT_CAUSES), None)
    if first is None:
        return []
    name = _name(first)
    if name is None:
        return []
    line = first.message.splitlines()[0]
    entry = CATALOGUE[name]
    test = first.test.rpartition("::")[2]
    return [
        Finding(
            id=name,
            stage="board",
            title=entry.title.format(how=_how(first)),
            evidence=f"the first error of the run, in {test}: {line}",
            where_to_look=entry.where_to_look,
        )
    ]


def _name(trouble: TroubleRecord) -> str | None:
    if trouble.event in _CRASHES:
        return "board.crashed"
    if "watchdog" in trouble.event:
        return "board.watchdog"
    if trouble.event == "brownout":
        return "board.brownout"
    if trouble.error == "BoardError":
        return _answered(trouble.message)
    if trouble.error == "WrongIdentityError":
        return "board.protocol" if "protocol" in trouble.message else "board.wrong-build"
    line = trouble.message.splitlines()[0]
    for pattern, name in _MESSAGES:
        if re.search(pattern, line, re.IGNORECASE):
            return name
    return None


def _answered(message: str) -> str | None:
    """Errors that a right board does not answer, however bad the line is."""
    if "chunks of the image are missing" in message:
        return "board.protocol"
    return None


def _how(trouble: TroubleRecord) -> str:
    line = trouble.message.splitlines()[0]
    _, _, after = line.partition(": ")
    text = after or line
    return text if len(text) <= 100 else f"{text[:97]}..."
