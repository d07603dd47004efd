"""Every error of the harness, by who has to act.

| class                 | meaning                                        | exit code |
|-----------------------|------------------------------------------------|-----------|
| `UsageError`          | the command or its input is wrong              | 4         |
| `InfrastructureError` | board, cable, port, host: nothing was measured | 6         |
| `UnavailableError`    | the same, since a program or system is missing | 6; tests: skipped, 8 |
| `UnansweredError`     | the board was asked and did not answer: firmware or line | 6 |
| `NotAskedError`       | this check is none for this board              | tests: skipped |
| `NotProvenError`      | everything ran, and proves nothing             | 8         |
| `NotRunError`         | a check could not run: something is missing    | 6         |
| `FirmwareError`       | the board answers, and the answer is wrong     | 1         |

An error says what happened (`message`), where (`where`) and what to do (`hint`).
Exit codes 0 to 5 are pytest's own and keep their meaning. Gates that were asked for
and are not met end a run with 7, gates that could not be measured or proven with 8.
"""

from __future__ import annotations

import enum


class ExitCode(enum.IntEnum):
    """Exit codes of `hil` and of pytest runs with the plugin."""

    PASSED = 0
    TEST_FAILED = 1
    INTERRUPTED = 2
    INTERNAL = 3
    USAGE = 4
    NO_TESTS = 5
    INFRASTRUCTURE = 6
    GATE_FAILED = 7
    NOT_PROVEN = 8

    @property
    def meaning(self) -> str:
        """In words, as in docs/exit-codes.md."""
        return _MEANINGS[self]


_MEANINGS = {
    ExitCode.PASSED: "everything ran and passed",
    ExitCode.TEST_FAILED: "a test failed: the board answered, and the answer is wrong",
    ExitCode.INTERRUPTED: "interrupted",
    ExitCode.INTERNAL: "internal error of pytest or camhil",
    ExitCode.USAGE: "usage: option, file or value cannot be used",
    ExitCode.NO_TESTS: "no tests were collected",
    ExitCode.INFRASTRUCTURE: "infrastructure, or a board that did not answer: something could not "
    "be measured, or a report not written",
    ExitCode.GATE_FAILED: "all tests passed, but a gate is not met",
    ExitCode.NOT_PROVEN: "all tests passed, but a gate could not be measured, or the sample is too "
    "small to prove it; or tests were skipped since this machine has no such board (QEMU is "
    "missing)",
}


class HilError(Exception):
    """Base of all errors that the harness raises on purpose."""

    exit_code = ExitCode.INTERNAL
    kind = "internal"

    def __init__(self, message: str, *, hint: str, where: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.where = where

    def __str__(self) -> str:
        place = f" [{self.where}]" if self.where else ""
        return f"{self.message}{place}\n  hint: {self.hint}"


class UsageError(HilError):
    """The command line, a file or a value given by the user cannot be used."""

    exit_code = ExitCode.USAGE
    kind = "usage"


class InfrastructureError(HilError):
    """Board, cable, port or host failed: nothing can be said about the firmware."""

    exit_code = ExitCode.INFRASTRUCTURE
    kind = "infrastructure"


class UnansweredError(InfrastructureError):
    """The board did not answer, or not whole: of itself nothing tells whether firmware or line."""

    kind = "unanswered"


class UnavailableError(InfrastructureError):
    """This machine lacks what the board needs: nothing was tried, so nothing is proven."""

    kind = "unavailable"


class NotRunError(InfrastructureError):
    """A check that could not run. It never counts as passed."""

    kind = "not run"


class FirmwareError(HilError):
    """The board answered, and its answer is wrong or is an error of its own."""

    exit_code = ExitCode.TEST_FAILED
    kind = "firmware"


class NotProvenError(HilError):
    """Everything ran and agreed, and that proves nothing."""

    exit_code = ExitCode.NOT_PROVEN
    kind = "not proven"


class NotAskedError(HilError):
    """A check that means nothing on this board: it is left out, and nothing is missing."""

    exit_code = ExitCode.PASSED
    kind = "not asked"
