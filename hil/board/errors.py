"""Errors of the board's lifecycle, each with the console text that belongs to it."""

from __future__ import annotations

from collections.abc import Sequence

from hil.board.console import BoardEvent, EventKind, plain_text
from hil.errors import InfrastructureError, UnansweredError

CONSOLE_LINES = 12
"""Console lines that a message shows; the error object keeps them all."""


def with_console(message: str, lines: Sequence[str], title: str = "last console lines") -> str:
    """The message, followed by the last of these lines."""
    lines = [plain_text(line) for line in lines]
    shown = [line for line in lines if line.strip()][-CONSOLE_LINES:]
    if not shown:
        return message
    return "\n".join([message, f"  {title}:", *(f"    | {line}" for line in shown)])


class NoAnswerError(UnansweredError):
    """No handshake: the message says what came instead of an answer."""

    def __init__(self, message: str, *, where: str, hint: str, console: Sequence[str]) -> None:
        super().__init__(with_console(message, console), where=where, hint=hint)
        self.console = tuple(console)


class BoardResetError(UnansweredError):
    """The board crashed or restarted while it should have answered.

    Of a brownout the chip's ROM tells: that is infrastructure, whatever the firmware is.
    """

    def __init__(
        self, doing: str, event: BoardEvent, *, where: str, console: Sequence[str]
    ) -> None:
        super().__init__(
            with_console(f"the board stopped while {doing}: {event}", console),
            where=where,
            hint=event.hint,
        )
        if event.kind is EventKind.BROWNOUT:
            self.kind = InfrastructureError.kind
        self.event = event
        self.console = tuple(console)


class BoardUnusableError(InfrastructureError):
    """A call to a board that failed earlier; `first_cause` is that failure."""

    def __init__(self, first_cause: Exception, *, where: str) -> None:
        reason = str(first_cause).splitlines()[0]
        super().__init__(
            f"not run: the board failed earlier: {reason}",
            where=where,
            hint="see the first failure; Board.recover() resets the board and connects again",
        )
        self.first_cause = first_cause


class WrongIdentityError(InfrastructureError):
    """What runs on the board is not what was to be tested."""


class FlashError(InfrastructureError):
    """The flash could not be written; `log` holds the flasher's last lines."""

    def __init__(self, message: str, *, where: str, hint: str, log: Sequence[str] = ()) -> None:
        super().__init__(with_console(message, log, "esptool said"), where=where, hint=hint)
        self.log = tuple(log)
