"""A board that went away: the first cause, by the class of the error and the console.

Firmware, line and flash are told apart by what the host knows beside the answers: what the flash
holds as read back, and what else the line carried. Where that excludes nothing, both are named.
"""

from __future__ import annotations

import re

from hil.diagnose.catalogue import finding
from hil.facts.diagnosis import Finding
from hil.facts.evidence import OTHERWISE, FlashRecord, LineFacts, TroubleRecord
from hil.facts.run import Run
from hil.link.damage import Damage
from hil.link.errors import EXPLANATIONS
from hil.wire.enums import ErrorCode

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
    (r"does not speak this protocol", "link.mute"),
    (r"download mode|no firmware that it can start|bootloader cannot start", "board.no-firmware"),
    (r"boot loop|restart|reset", "board.restarted"),
    (r"protocol version", "board.protocol"),
    (r"the board runs build|SHA-256|contract on the board differs", "board.wrong-build"),
    # One frame cut short, and then nothing, though requests were repeated: the line carried the
    # others before.
    (r"the board sent 1 damaged frames$", "board.silent"),
    (r"neither text nor frames", "board.link-damaged"),
    (r"damaged", "link.framing"),
    (r"frames arrive, but no answer", "link.deaf"),
    (r"refusals because chunks are missing", "board.protocol"),
    (r"no answer|nothing received|no result|sent nothing", "board.silent"),
)  # fmt: skip

_REFUSED = (
    *(ErrorCode.NO_MODEL, ErrorCode.MODEL_HEADER, ErrorCode.MODEL_CRC, ErrorCode.MODEL_FORMAT),
    ErrorCode.MODEL_UNMAPPED,
)
"""What no firmware says of a network that the host can read; of others it may lack the room."""

_SOUND = 20
"""So many whole frames for a damaged one: noise that lets them pass damages few."""


def first_cause(run: Run) -> TroubleRecord | None:
    """The first error that tells of the board; None where nothing happened to it."""
    return next((t for t in run.troubles if t.error not in _NOT_CAUSES), None)


def explain_trouble(run: Run) -> list[Finding]:
    """One finding for the first cause; what came after it is not looked at."""
    first = first_cause(run)
    name = None if first is None else _name(first)
    if first is None or name is None:
        return []
    name = _told_apart(name, first, run.flash)
    line = _line(first)
    how = line.partition(": ")[2] or line
    how = how if len(how) <= 100 else f"{how[:97]}..."
    evidence = f"the first error of the run, in {first.test.rpartition('::')[2]}: {line}"
    if name.startswith(("link.", "board.link")) and first.line is not None:
        evidence += f"; {_carried(first.line)}"
    if run.flash is not None:
        evidence += f"; the flash: {run.flash.holds}"
        evidence += f" ({run.flash.detail})" if run.flash.detail else ""
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
    line = _line(trouble)
    for pattern, name in _MESSAGES:
        if re.search(pattern, line, re.IGNORECASE):
            return name
    return None


def _told_apart(name: str, trouble: TroubleRecord, flash: FlashRecord | None) -> str:
    """The finding that what the host knows leaves over."""
    written = flash is not None and flash.as_written
    if name in ("link.framing", "link.deaf") and trouble.line is not None:
        return _of_damage(trouble.line, name)
    if name == "board.wrong-build" and written:
        return "identity.untrue"
    if name == "link.mute" and flash is not None and flash.holds == OTHERWISE:
        return "board.no-firmware"
    if name == "board.no-model":
        meant = any(EXPLANATIONS[code].meaning in trouble.message for code in _REFUSED)
        if meant and (flash is None or flash.holds != OTHERWISE):
            return "network.refused" if written else "network.refused-or-flash"
    return name


def _of_damage(line: LineFacts, name: str) -> str:
    """Whether the line damages frames, or who makes them; or nobody can tell."""
    damage = next((each for each in Damage if each.value == line.damage), Damage.NONE)
    whole = sum(count for _, count in line.whole)
    if damage is Damage.NONE:
        return "link.deaf" if line.damaged_at_board else name
    if damage is Damage.CHECK:
        return "link.check-wrong"
    noisy = damage is Damage.FRAMES_ALONE and whole < _SOUND * line.damaged and whole > 0
    return "board.link-damaged" if damage.of_the_line or noisy else "link.framing"


def _carried(line: LineFacts) -> str:
    """What the line had carried by then, in words."""
    kinds = ", ".join(f"{count} {kind}" for kind, count in line.whole) or "no frame"
    text = (
        f"{kinds} and {line.text_bytes} bytes of text came whole, {line.damaged} segments damaged"
    )
    text += f": {line.damage}" if line.damage else ""
    if line.damaged_at_board:
        text += f"; the board got {line.damaged_at_board} of {line.sent} frames damaged"
    return text


def _line(trouble: TroubleRecord) -> str:
    return next(iter(trouble.message.splitlines()), "")
