"""A board that went away: the first cause, by the class of the error and the console."""

from __future__ import annotations

import re

from hil.diagnose.catalogue import finding
from hil.facts.diagnosis import Finding
from hil.facts.evidence import TroubleRecord
from hil.facts.run import Run

_CRASHES = ("panic", "abort", "assertion failed", "stack overflow", "stack smashing",
            "heap corruption")  # fmt: skip
_NOT_CAUSES = ("NotRunError", "NotAskedError", "NotProvenError", "BoardUnusableError",
               "UsageError", "UnavailableError")  # fmt: skip

# (pattern in the first line of the message, id); the first that matches counts.
_MESSAGES: tuple[tuple[str, str], ...] = (
    (r"brown", "board.brownout"),
    (r"watchdog|WDT", "board.watchdog"),
    (r"crashes before it answers|Guru Meditation|abort\(\)|panic", "board.crashed"),
    (r"unplugged|port .*(gone|lost|closed|vanished|disappeared)|no such port", "board.unplugged"),
    (r"could not load its model", "board.no-model"),
    (r"sent (no right|another page of the) contract", "identity.contract"),
    (r"download mode|no firmware that it can start|bootloader cannot start|does not speak",
     "board.no-firmware"),
    (r"boot loop|restart|reset", "board.restarted"),
    (r"protocol version", "board.protocol"),
    (r"the board runs build|SHA-256", "board.wrong-build"),
    # One frame cut short, and then nothing, though requests were repeated: the line carried the
    # others before.
    (r"the board sent 1 damaged frames$", "board.silent"),
    (r"neither text nor frames|damaged", "board.link-damaged"),
    (r"frames arrive, but no answer", "board.link-damaged"),
    (r"refusals because chunks are missing", "board.protocol"),
    (r"no answer|nothing received|no result|sent nothing", "board.silent"),
)  # fmt: skip


def first_cause(run: Run) -> TroubleRecord | None:
    """The first error that tells of the board; None where nothing happened to it."""
    return next((t for t in run.troubles if t.error not in _NOT_CAUSES), None)


def explain_trouble(run: Run) -> list[Finding]:
    """One finding for the first cause; what came after it is not looked at."""
    first = first_cause(run)
    name = None if first is None else _name(first)
    if first is None or name is None:
        return []
    line = first.message.splitlines()[0]
    how = line.partition(": ")[2] or line
    how = how if len(how) <= 100 else f"{how[:97]}..."
    evidence = f"the first error of the run, in {first.test.rpartition('::')[2]}: {line}"
    return [finding(name, "board", evidence, how=how)]


def _name(trouble: TroubleRecord) -> str | None:
    if trouble.event in _CRASHES:
        return "board.crashed"
    if "watchdog" in trouble.event:
        return "board.watchdog"
    if trouble.event == "brownout":
        return "board.brownout"
    if trouble.error == "BoardError":
        # The one error that a right board does not answer, however bad the line is.
        missing = "chunks of the sample are missing" in trouble.message
        return "board.protocol" if missing else None
    if trouble.error == "WrongIdentityError":
        return "board.protocol" if "protocol" in trouble.message else "board.wrong-build"
    line = trouble.message.splitlines()[0]
    for pattern, name in _MESSAGES:
        if re.search(pattern, line, re.IGNORECASE):
            return name
    return None
