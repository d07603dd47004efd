"""Why a board does not answer, from what came instead. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hil.board.console import CRASHES, BoardEvent, EventKind, classify_all
from hil.board.errors import NoAnswerError

LOOP_RESETS = 3
"""Resets in one handshake that make a boot loop; the one that was asked for is the first."""

DAMAGED_ANSWERS = 2
"""Damaged segments that cannot be chance: text holds none."""

_FLASH = "flash the firmware to be tested: run with --firmware DIR --board-flash always"


@dataclass(frozen=True)
class Heard:
    """What came from the board while it should have answered.

    `frames`: undamaged frames of the protocol. `damaged`: segments that are neither a frame
    nor text. `can_reset`: the harness was able to reset the board.
    """

    seconds: float
    bytes_in: int
    frames: int
    damaged: int
    lines: Sequence[str]
    can_reset: bool


def hopeless(lines: Sequence[str]) -> BoardEvent | None:
    """The event after which waiting for an answer is in vain; None while there is hope."""
    events = classify_all(lines)
    for event in events:
        if event.kind in (EventKind.DOWNLOAD_MODE, EventKind.NO_APP):
            return event
    resets = [event for event in events if event.kind is EventKind.RESET]
    return resets[-1] if len(resets) >= LOOP_RESETS else None


def explain_silence(heard: Heard, where: str) -> NoAnswerError:
    """The error for a board that did not identify itself."""
    message, hint = _explain(heard)
    return NoAnswerError(message, where=where, hint=hint, console=heard.lines)


def _explain(heard: Heard) -> tuple[str, str]:
    events = classify_all(heard.lines)
    kinds = [event.kind for event in events]
    for event in events:
        if event.kind is EventKind.DOWNLOAD_MODE:
            return "the board is in its ROM download mode and runs no firmware", event.hint
        if event.kind is EventKind.NO_APP:
            return f"the board has no firmware that it can start: {event.detail}", event.hint
    crash = next((event for event in events if event.kind in CRASHES), None)
    resets = kinds.count(EventKind.RESET)
    if crash:
        loop = f", {resets} resets so far" if resets > 1 else ""
        return f"the firmware crashes before it answers: {crash}{loop}", crash.hint
    if resets >= LOOP_RESETS:
        last = [event for event in events if event.kind is EventKind.RESET][-1]
        return (
            f"boot loop: {resets} resets, the last one {last.detail}",
            "a watchdog or the supply resets the board: try another cable and supply, " + _FLASH,
        )
    for event in events:
        if event.kind is EventKind.BOOTLOADER:
            return f"the bootloader cannot start the firmware: {event.detail}", event.hint
    return _explain_without_events(heard)


def _explain_without_events(heard: Heard) -> tuple[str, str]:
    waited = f"{heard.seconds:.1f} s"
    if heard.bytes_in == 0:
        reset = "" if heard.can_reset else "press EN on the board (this port has no reset lines); "
        return (
            f"nothing received at all in {waited}",
            f"{reset}check power and cable, that --board names the right port, and that TX and "
            "RX are not swapped",
        )
    if heard.frames:
        return (
            f"frames arrive, but no answer to the handshake in {waited}",
            "the line to the board may be broken or noisy: check the wire to the board's RX",
        )
    text = any(line.strip() for line in heard.lines)
    if text and heard.damaged >= DAMAGED_ANSWERS:
        return (
            f"the board prints text, and its frames arrive damaged ({heard.damaged} in {waited})",
            "the line changes bytes: set the port to 8 data bits, no flow control and no "
            "translation of line ends",
        )
    if text:
        return (
            f"the board prints text, but does not speak this protocol ({waited})",
            f"other firmware is running: {_FLASH}",
        )
    return (
        f"{heard.bytes_in} bytes received in {waited}, neither text nor frames",
        "the board uses another baud rate, or the line is noisy: check ground and cable",
    )
