"""Bootloader and partition table: are those in flash the ones of the build?

The firmware tells app and model by their digests, not these. So they are compared here: in the
flash itself where it can be looked at, else by the MD5 that the ROM loader computes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hil.board.artifacts import Expected
from hil.board.connection import Connection
from hil.board.errors import FlashError, WrongIdentityError
from hil.board.flasher_args import FlashFile
from hil.board.flashing import differing_files


@dataclass(frozen=True)
class Compared:
    """`differing`: names of files that are not in flash as the build has them.

    `in_loader`: the board is in its ROM loader now, and has to be reset. `problem`: why it cannot
    be told; empty where it can.
    """

    differing: tuple[str, ...] = ()
    in_loader: bool = False
    problem: str = ""


def compare_boot_files(connection: Connection, expected: Expected) -> Compared:
    """Raises InfrastructureError where the port is lost meanwhile."""
    return compare_files(connection, expected, expected.boot_files)


def compare_files(
    connection: Connection, expected: Expected, files: Sequence[FlashFile]
) -> Compared:
    """As `compare_boot_files`, of any files of the build."""
    adapter = connection.adapter
    # esptool adapts a header to the flash: where bytes differ, it has the last word.
    if all(adapter.read_flash(file.offset, len(file.data)) == file.data for file in files):
        return Compared()
    if not connection.lines.can_load:
        return Compared(problem="this port cannot bring the board into its loader")
    connection.to_boot_baud()
    mode = connection.lines.to_download()
    try:
        found = differing_files(connection.serial_port, expected, files, mode)
        return Compared(tuple(file.name for file in found), in_loader=True)
    except FlashError as error:
        return Compared(in_loader=True, problem=error.message.splitlines()[0])
    finally:
        connection.refresh()


def other_boot_files(names: tuple[str, ...], where: str) -> WrongIdentityError:
    """The error for a board that is not to be flashed and has another bootloader or table."""
    verb = "is" if len(names) == 1 else "are"
    return WrongIdentityError(
        f"{' and '.join(names)} in flash {verb} not as in the build",
        where=where,
        hint="run without --board-flash never, which writes what differs",
    )
