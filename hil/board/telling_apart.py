"""Firmware, line and flash told apart, by what the host knows beside a board's answers.

It wrote the flash and can read it back; and it sees what the line carries while something fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from hil.board.artifacts import Expected
from hil.board.boot_files import compare_files
from hil.board.connection import Connection
from hil.board.errors import NoAnswerError, WrongIdentityError
from hil.errors import FirmwareError, HilError
from hil.facts.evidence import AS_WRITTEN, NOT_READ, OTHERWISE, FlashRecord, LineFacts
from hil.link.damage import kind_of_damage
from hil.link.errors import EchoError
from hil.link.session import Session

_HOLDS = "the flash holds what was written"
_FIRMWARE = (
    "flashing again cannot help, the flash was read back: look at how the firmware reads its "
    "network and makes its identity (firmware/core/network.cpp, dispatcher.cpp); of a build with "
    "several app partitions, whether another one is started (erase otadata)"
)
_MUTE = (
    "flashing again cannot help, the flash was read back: see the console output for what the "
    "firmware does instead, and check the wire to the board's RX"
)


def line_facts(session: Session) -> LineFacts:
    """What the line has carried so far."""
    stats = session.stats
    return LineFacts(
        whole=tuple(sorted(session.whole.items())),
        text_bytes=stats.console_bytes,
        damaged=stats.damaged,
        damage=kind_of_damage(tuple(session.damage), session.whole.total()).value,
        sent=stats.frames_out,
        damaged_at_board=stats.damaged_at_board,
    )


def flash_record(connection: Connection, expected: Expected | None) -> FlashRecord:
    """What the flash holds. The board is in its loader afterwards: nothing more can be asked."""
    if expected is None:
        return FlashRecord(NOT_READ, "no build is named to compare it with")
    if connection.adapter.replays or connection.port.lost is not None:
        return FlashRecord(NOT_READ, "there is no board at the port")
    try:
        compared = compare_files(connection, expected, expected.files)
    except HilError as error:
        return FlashRecord(NOT_READ, error.message.splitlines()[0])
    if compared.problem:
        return FlashRecord(NOT_READ, compared.problem)
    if compared.differing:
        return FlashRecord(OTHERWISE, ", ".join(compared.differing))
    return FlashRecord(AS_WRITTEN)


@contextmanager
def flash_told(read: Callable[[], FlashRecord]) -> Iterator[None]:
    """Within, a board is opened; an error that its flash may explain is told by `tell_by_flash`.

    `read`: reads it.
    """
    try:
        yield
    except HilError as error:
        if worth_reading(error):
            tell_by_flash(error, read())
        raise


def tell_by_flash(error: HilError, record: FlashRecord) -> None:
    """Says in an error what the flash holds; the record becomes its attribute `flash`.

    Raises FirmwareError instead where the board names itself otherwise than its flash.
    """
    told = _told_apart(error, record)
    told.__dict__.update(flash=record, line=vars(error).get("line"))
    if told is not error:
        raise told from error


def worth_reading(error: HilError) -> bool:
    """Whether what is in the flash may be why."""
    if isinstance(error, WrongIdentityError):
        return "protocol" not in error.message  # an older build in the flash, as it was written
    of_network = ("load its model", "no right contract")
    refuses = isinstance(error, FirmwareError) and any(each in error.message for each in of_network)
    return refuses or (isinstance(error, NoAnswerError) and not isinstance(error, EchoError))


def _told_apart(error: HilError, record: FlashRecord) -> HilError:
    if not record.as_written:
        return error
    first, _, rest = error.message.partition("\n")
    error.message = f"{first}; {_HOLDS}" + (f"\n{rest}" if rest else "")
    if isinstance(error, NoAnswerError):
        error.hint = _MUTE if "flash" in error.hint else error.hint
        return error
    # It may be the first cause of a run, which is shown beside.
    error.hint, error.kind = _FIRMWARE, FirmwareError.kind
    return FirmwareError(error.message, where=error.where, hint=_FIRMWARE)
