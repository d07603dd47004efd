"""Writes a firmware build into a board's flash with esptool.

esptool talks over the port that the board already has open, so nothing that the board
prints before and after is lost. Regions whose content (by MD5) is already in flash are
not written again, and esptool verifies by MD5 what it wrote.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hil.base.deadline import Deadline
from hil.board.artifacts import Expected
from hil.board.errors import FlashError
from hil.board.esptool_log import Advance, EsptoolOutput, captured_esptool
from hil.board.flasher_args import FlashFile
from hil.board.options import ROM_BAUD
from hil.board.reset import ConnectMode
from hil.facts.board import FlashedFile
from hil.link.sharing import port_failed

if TYPE_CHECKING:
    import serial

FLASH_BAUD = 460_800
"""The rate that idf.py flash uses; every bridge in use can do it."""

_ATTEMPTS = 7  # of 5 syncs each; a simulated board on a loaded host may need more than one
_COMPARE_ATTEMPTS = 3  # a board without a way into its loader is not kept waiting
_COMPARE_S = 30.0

_BOOT_BUTTON = "hold BOOT, press EN (reset), release BOOT, and run again"


@dataclass(frozen=True)
class FlashProgress:
    """How far flashing is; bytes of the files, which esptool compresses on the way."""

    file: str
    done_bytes: int
    total_bytes: int


OnFlash = Callable[[FlashProgress], None]


class _OutOfTimeError(Exception):
    """Raised inside esptool's progress report, to leave it between two blocks."""


def write_flash(
    port: serial.Serial,
    expected: Expected,
    connect_mode: ConnectMode,
    deadline: Deadline,
    *,
    force: bool = False,
    on_progress: OnFlash | None = None,
) -> tuple[FlashedFile, ...]:
    """Writes the build's files over the open `port`; `force` also those already in flash.

    The chip is left in its loader: reset it afterwards. The port's rate and time-outs are
    restored. Raises FlashError with esptool's last lines.
    """
    with _esptool_at(port, deadline) as output:
        return _write(port, expected, connect_mode, deadline, force, on_progress, output)


def differing_files(
    port: serial.Serial, expected: Expected, files: Sequence[FlashFile], connect_mode: ConnectMode
) -> tuple[FlashFile, ...]:
    """Which of the build's `files` are not in flash as they would be written, by their MD5.

    The chip is left in its loader: reset it afterwards. Raises FlashError where that cannot be
    told: no way into the loader, or a flash whose content is encrypted.
    """
    with _esptool_at(port, Deadline.after(_COMPARE_S)):
        return tuple(_differing(port, expected, files, connect_mode))


@contextmanager
def _esptool_at(port: serial.Serial, deadline: Deadline) -> Iterator[EsptoolOutput]:
    """Within, esptool has the port; its errors become FlashErrors with its last lines."""
    from esptool import FatalError

    where = str(port.name)
    kept = (port.baudrate, port.timeout, port.write_timeout)
    with captured_esptool() as output:
        try:
            yield output
        except _OutOfTimeError as cause:
            raise FlashError(
                f"flashing was not done after {deadline.seconds:g} s",
                where=where,
                hint="the link is slow or unreliable: shorten the cable, avoid hubs",
                log=output.lines,
            ) from cause
        except FatalError as cause:
            raise explain(str(cause), where, output.lines) from cause
        except OSError as cause:
            failed = port_failed(where, cause)
            raise FlashError(
                f"lost the port while flashing: {failed.message}",
                where=where,
                hint=f"{failed.hint} The flash is incomplete.",
                log=output.lines,
            ) from cause
        except (struct.error, IndexError, KeyError) as cause:
            # esptool meets answers of the wrong length so.
            raise FlashError(
                f"garbled answer while flashing: {cause!r}",
                where=where,
                hint="the link is unreliable: shorten the cable, avoid hubs",
                log=output.lines,
            ) from cause
        finally:
            if port.is_open:
                port.baudrate, port.timeout, port.write_timeout = kept


def _connect(port: serial.Serial, connect_mode: ConnectMode, attempts: int) -> Any:
    """The chip's loader."""
    from esptool import cmds
    from esptool.loader import DEFAULT_TIMEOUT

    # esptool sets the time-out for each command; over RFC 2217 every change takes 0.2 s.
    port.timeout = DEFAULT_TIMEOUT
    return cmds.detect_chip(port, ROM_BAUD, connect_mode, connect_attempts=attempts)


def _differing(
    port: serial.Serial, expected: Expected, files: Sequence[FlashFile], connect_mode: ConnectMode
) -> Iterator[FlashFile]:
    from esptool import FatalError, cmds

    esp = _connect(port, connect_mode, _COMPARE_ATTEMPTS)
    if esp.secure_download_mode or esp.get_flash_encryption_enabled():
        raise FlashError(
            "the content of an encrypted flash cannot be compared",
            where=str(port.name),
            hint="use a development board without flash encryption",
        )
    cmds.attach_flash(esp)
    for file in files:
        try:
            cmds.verify_flash(esp, [(file.offset, file.data)], **expected.settings.arguments)
        except FatalError as cause:
            if "Verification failed" not in str(cause):
                raise
            yield file


def _write(
    port: serial.Serial,
    expected: Expected,
    connect_mode: ConnectMode,
    deadline: Deadline,
    force: bool,
    on_progress: OnFlash | None,
    output: EsptoolOutput,
) -> tuple[FlashedFile, ...]:
    from esptool import cmds

    esp = _connect(port, connect_mode, _ATTEMPTS)
    _check_chip(esp.CHIP_NAME, expected, str(port.name))
    if expected.use_stub:
        esp = cmds.run_stub(esp)
        esp.change_baud(FLASH_BAUD)
    cmds.attach_flash(esp)
    total = sum(len(file.data) for file in expected.files)
    before = 0
    written = []
    for file in expected.files:
        output.on_progress = _progress_of(file, before, total, deadline, on_progress)
        reports = output.writes
        cmds.write_flash(
            esp,
            [(file.offset, file.data)],
            **expected.settings.arguments,
            skip_flashed=not force,
        )
        before += len(file.data)
        written.append(FlashedFile(file.name, file.offset, len(file.data), output.writes > reports))
    return tuple(written)


def _progress_of(
    file: FlashFile, before: int, total: int, deadline: Deadline, report: OnFlash | None
) -> Advance:
    """Turns esptool's progress (compressed bytes of one file) into that of the whole build."""

    def advance(done: int, of: int) -> None:
        if deadline.expired():
            raise _OutOfTimeError
        if report is not None:
            share = len(file.data) * done // max(1, of)
            report(FlashProgress(file.name, before + share, total))

    return advance


def _check_chip(found: str, expected: Expected, where: str) -> None:
    own = found.lower().replace("-", "")
    if own != expected.chip:
        raise FlashError(
            f"the board is an {found}, the firmware is built for {expected.chip}",
            where=where,
            hint=f"attach an {expected.chip} or build for the board: idf.py set-target {own}; "
            f"of a release: --chip {own}",
        )


_EXPLANATIONS: tuple[tuple[str, str, str], ...] = (
    # text in esptool's message, our message, hint
    (
        "Wrong boot mode detected",
        "the chip did not enter its ROM loader: it booted from flash instead",
        f"the auto-reset lines do not reach GPIO0: {_BOOT_BUTTON}",
    ),
    (
        "serial TX path seems to be down",
        "the chip is in its ROM loader but does not hear us",
        "check the wire from the adapter's TX to the board's RX",
    ),
    (
        "Unexpected chip",
        "the chip is not one that esptool knows",
        "update esptool, or check that --board names the right port",
    ),
    (
        "Failed to connect",
        "no ESP32 answered in its ROM loader",
        f"check that --board names the right port, that nothing else uses it, cable and "
        f"supply; without auto-reset lines: {_BOOT_BUTTON}",
    ),
    (
        "requires chip revision",
        "the build is for other revisions of the chip",
        "flashing again cannot help: build for this revision (menuconfig, Minimum Supported "
        "Revision: CONFIG_ESP32_REV_MIN), or take another chip",
    ),
    (
        "will not fit in",
        "the build is larger than the board's flash",
        "set the flash size in menuconfig to that of the board and build again",
    ),
    (
        "MD5 of file does not match",
        "what was written reads back differently",
        "the flash chip or its supply is faulty; run again, then try another board",
    ),
    (
        "written flash region is empty",
        "nothing was written: the flash stays erased",
        "the flash chip is write protected or faulty; try another board",
    ),
    (
        "Secure Boot",
        "the board has Secure Boot enabled",
        "use a development board without Secure Boot",
    ),
    (
        "lash encryption",
        "the board has flash encryption enabled",
        "use a development board without flash encryption",
    ),
)


def explain(message: str, where: str, log: Sequence[str] = ()) -> FlashError:
    """esptool's fatal error in terms of what to do. Its own words stay in the message."""
    first = message.strip().splitlines()[0]
    for text, meaning, hint in _EXPLANATIONS:
        if text in message:
            return FlashError(f"{meaning} ({first})", where=where, hint=hint, log=log)
    return FlashError(
        f"esptool failed: {first}",
        where=where,
        hint="run again; if it stays, flash once by hand (idf.py flash) to see more",
        log=log,
    )
