"""Why a board does not answer, from what came instead. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hil.board.console import CRASHES, REFUSALS, BoardEvent, EventKind, classify_all, first_cause
from hil.board.errors import NoAnswerError

LOOP_RESETS = 3
"""Resets in one handshake that make a boot loop; the one that was asked for is the first."""

DAMAGED_ANSWERS = 2
"""Damaged segments that cannot be chance: text holds none."""

_UART0 = (
    "this port is the chip's native USB (vendor 303A), but the firmware speaks on UART0 only, for "
    "now: flashing again cannot help. Attach a USB-UART bridge to UART0 (docs/boards.md, Wiring), "
    "or use the board's other USB socket if it has one, and name that port with --board"
)
_EMULATED = (
    "no cable is involved, an emulated chip runs what the build holds: build again (make "
    "firmware); if it stays, compare with a board"
)

ECHOED_DELIMITERS = 2
"""The two of one hello."""

_FLASH = "flash the firmware to be tested: run with --firmware DIR --board-flash always"


@dataclass(frozen=True)
class Heard:
    """What came from the board while it should have answered.

    `frames`: undamaged frames of the protocol. `damaged`: segments that are neither a frame
    nor text. `can_reset`: the harness was able to reset the board. `emulated`: there is no cable.
    `native_usb`: the port is the USB of an Espressif chip itself, not a bridge to its UART.
    `terminal_echoes`: delimiters as a terminal echoes them.
    """

    seconds: float
    bytes_in: int
    frames: int
    damaged: int
    lines: Sequence[str]
    can_reset: bool
    emulated: bool = False
    native_usb: bool = False
    terminal_echoes: int = 0


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
            return _cannot_start("the board has no firmware that it can start", event, events)
    resets = kinds.count(EventKind.RESET)
    if CRASHES & set(kinds):
        crash = first_cause(events)
        assert crash is not None
        loop = f", {resets} resets so far" if resets > 1 else ""
        return f"the firmware crashes before it answers: {crash}{loop}", crash.hint
    for event in events:
        if event.kind in REFUSALS or event.kind is EventKind.BOOTLOADER:
            return _cannot_start("the bootloader cannot start the firmware", event, events)
    if resets >= LOOP_RESETS:
        last = [event for event in events if event.kind is EventKind.RESET][-1]
        return (
            f"boot loop: {resets} resets, the last one {last.detail}",
            "a watchdog or the supply resets the board: try another cable and supply, " + _FLASH,
        )
    return _explain_without_events(heard)


def _cannot_start(what: str, event: BoardEvent, events: Sequence[BoardEvent]) -> tuple[str, str]:
    """Names the reason that the bootloader gave before it gave up."""
    refusal = next((event for event in events if event.kind in REFUSALS), None)
    encrypted = next((event for event in events if event.kind is EventKind.ENCRYPTED), None)
    reason = refusal or event
    return f"{what}: {reason.detail}", (refusal or encrypted or event).hint


def _explain_without_events(heard: Heard) -> tuple[str, str]:
    waited = f"{heard.seconds:.1f} s"
    if heard.bytes_in == 0 and heard.native_usb:
        return f"the chip's own USB port says nothing in {waited}", _UART0
    if heard.bytes_in == 0 and heard.emulated:
        return f"the emulated chip prints nothing and does not answer in {waited}", _EMULATED
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
    if heard.terminal_echoes >= ECHOED_DELIMITERS and not heard.frames:
        return (
            f"the port echoes what is sent to it, as a terminal does ({waited})",
            "a login console or a terminal server answers here, not a board: check that --board "
            "names the right port, and switch its echo off",
        )
    if text and heard.native_usb:
        return (
            f"the chip's own USB port prints text, but does not speak this protocol ({waited})",
            _UART0,
        )
    if heard.damaged >= DAMAGED_ANSWERS and heard.emulated:
        return f"what runs on the emulated chip sends garbage ({waited})", _EMULATED
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
