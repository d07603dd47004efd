"""Errors of the link, and what every error code of the board means.

| situation                               | error                 |
|-----------------------------------------|-----------------------|
| the board answered with an error        | `BoardError`          |
| the board sent what the protocol lacks  | `FirmwareError`       |
| no answer in time                       | `NoAnswerError`       |
| what was sent comes back                | `EchoError`           |
| port missing, busy or lost              | `InfrastructureError` |
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hil.errors import FirmwareError, InfrastructureError, UnansweredError
from hil.wire.enums import ErrorCode

if TYPE_CHECKING:
    from hil.wire.replies import ErrorReply


_CONSOLE_LINES = 12
_SAME_VERSION = "Flash firmware built from the installed version of camhil."


@dataclass(frozen=True)
class Explanation:
    """An error code for readers: what it means, its two numbers, what to do about it.

    `one` and `two` are format strings of the number `{0}`; empty where it has no meaning.
    """

    meaning: str
    hint: str
    one: str = ""
    two: str = ""


EXPLANATIONS: dict[ErrorCode, Explanation] = {
    ErrorCode.OK: Explanation("no error", "An error reply must not carry this code."),
    ErrorCode.BAD_REQUEST: Explanation(
        "not a valid request of this protocol",
        "Firmware and host disagree about the protocol: flash the firmware of this version.",
    ),
    ErrorCode.PROTOCOL_VERSION: Explanation(
        "the board speaks another version of the protocol",
        _SAME_VERSION,
        "board: version {0}",
        "host: version {0}",
    ),
    ErrorCode.UNSUPPORTED: Explanation(
        "this board or this build cannot do that",
        "`hil info` lists what the board can do; some of it needs a build option of the firmware.",
    ),
    ErrorCode.WRONG_SIZE: Explanation(
        "the sample has the wrong size",
        "Send the bytes of all inputs of the network, in the order of its contract (`hil info`).",
        "expected: {0} bytes",
        "got: {0} bytes",
    ),
    ErrorCode.NO_SUCH_SAMPLE: Explanation(
        "the sample was not uploaded, or was replaced since",
        "The board keeps two samples and loses them on reset: look for a restart in its console.",
        "sample: {0:#010x}",
    ),
    ErrorCode.INCOMPLETE: Explanation(
        "chunks of the sample are missing",
        "The link uploads them again by itself; seen by a user, the line loses most of what "
        "is sent.",
        "first missing chunk: {0}",
        "missing chunks from there: {0:#x}",
    ),
    ErrorCode.SAMPLE_CORRUPT: Explanation(
        "the sample does not match its CRC-32",
        "The bytes changed between the host's CRC and the board's: check the board's memory.",
        "expected: {0:#010x}",
        "computed: {0:#010x}",
    ),
    ErrorCode.BUSY: Explanation(
        "the queue is full or no buffer is free",
        "Wait for the inferences that run, or reset the board.",
    ),
    ErrorCode.OUT_OF_RANGE: Explanation(
        "an offset, a length or an index is too large",
        "Compare the request with the board's identity and contract (`hil info`).",
        "limit: {0}",
        "asked for: {0}",
    ),
    ErrorCode.NOTHING_RECORDED: Explanation(
        "there was no inference, or none with a trace, since the reset",
        "Run an inference first (with trace=True for a trace).",
    ),
    ErrorCode.NO_MODEL: Explanation(
        "the model partition is empty", "Flash the network: `hil flash`."
    ),
    ErrorCode.MODEL_HEADER: Explanation(
        "the header of the model partition is damaged or of another version",
        "Flash the network again: `hil flash --board-flash always`.",
    ),
    ErrorCode.MODEL_CRC: Explanation(
        "the network does not match its CRC-32",
        "Flash the network again: `hil flash --board-flash always`.",
        "expected: {0:#010x}",
        "computed: {0:#010x}",
    ),
    ErrorCode.MODEL_FORMAT: Explanation(
        "the network is no TFLite flatbuffer, or another one than its header describes",
        "The board's own message says where they differ: flash it again (`hil flash`), else "
        "convert the network to .tflite again.",
    ),
    ErrorCode.MODEL_UNMAPPED: Explanation(
        "the flash with the network cannot be mapped into memory",
        "Compare the sizes of flash and model partition with the board's partition table.",
        "status of the flash: {0}",
    ),
    ErrorCode.NO_ROOM: Explanation(
        "the firmware has too little room for this network",
        "Build the firmware for it, `hil build --network FILE`, and flash it.",
        "needed: {0}",
        "available: {0}",
    ),
    ErrorCode.MODEL_OP: Explanation(
        "the firmware lacks an operator of the network",
        "Build the firmware for it, `hil build --network FILE`, and flash it; or convert the "
        "network without the operator.",
        "TFLite BuiltinOperator: {0}",
    ),
    ErrorCode.ARENA_TOO_SMALL: Explanation(
        "the tensor arena is too small for the network",
        "Give the network a larger arena: `hil build --network FILE --arena-kb KB` for a chip, "
        "--sim-arena BYTES for the simulated board.",
        "needed: {0} bytes",
        "available: {0} bytes",
    ),
    ErrorCode.ENGINE: Explanation(
        "the inference engine failed",
        "The engine's own message is in the board's console.",
        "status: {0}",
    ),
    ErrorCode.CAMERA: Explanation(
        "the camera failed", "Check the camera's cable and pins; inject images instead."
    ),
}


class BoardError(FirmwareError):
    """The board answered a request with an error."""

    def __init__(self, reply: ErrorReply, *, request: str) -> None:
        self.reply = reply
        self.code = reply.code
        explanation = EXPLANATIONS[reply.code]
        parts = [f"{request}: {explanation.meaning}"]
        numbers = ((explanation.one, reply.detail.one), (explanation.two, reply.detail.two))
        parts += [text.format(number) for text, number in numbers if text]
        if reply.message:
            parts.append(f'the board says "{reply.message}"')
        super().__init__("; ".join(parts), hint=explanation.hint)


def wrong_firmware(message: str, *, where: str = "") -> FirmwareError:
    """The error for what no board with firmware of this version does."""
    return FirmwareError(message, hint=_SAME_VERSION, where=where)


class EchoError(InfrastructureError):
    """The line returns what is sent: a board never sends a request."""

    def __init__(self) -> None:
        super().__init__(
            "the line echoes: what is sent to the board comes back",
            hint="TX and RX are joined, or the adapter or a terminal server echoes: wire the "
            "adapter's TX to the board's RX and its RX to the board's TX, and switch local echo "
            "off.",
        )


class NoAnswerError(UnansweredError):
    """A wait for the board ended without an answer; `heard` tells what came instead."""

    def __init__(
        self, what: str, waited_s: float, *, heard: str, console: Sequence[str], where: str = ""
    ) -> None:
        lines = [f"no answer within {waited_s:.3g} s: {what}; {heard}"]
        if console:
            lines.append("last console output:")
            lines += [f"  | {line}" for line in console[-_CONSOLE_LINES:]]
        super().__init__("\n".join(lines), hint=_no_answer_hint(heard, console), where=where)


def _no_answer_hint(heard: str, console: Sequence[str]) -> str:
    if any("Guru Meditation" in line or "abort()" in line for line in console):
        return "The firmware crashed: see the backtrace in the console output."
    if any("waiting for download" in line for line in console):
        return "The board waits in its ROM bootloader: release GPIO0 (BOOT) and reset it."
    if heard.startswith("the board sent nothing"):
        return (
            "Is the firmware flashed, is the board powered, is this the right port? "
            "Close other programs that use the port, or reset the board."
        )
    if not console and "damaged" in heard:
        return "Both ends may use different baud rates; else check cable and ground."
    return "Read the console output; reset the board, or raise the time limit for a slow model."
