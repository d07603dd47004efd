"""The steps that bring a board into use: flash, restart, change of rate, and leaving it."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

from hil.base.deadline import Deadline
from hil.board.artifacts import Expected
from hil.board.boot_files import compare_boot_files
from hil.board.connection import Connection
from hil.board.console import CRASHES, BoardEvent, EventKind, classify, classify_all, first_cause
from hil.board.errors import BoardResetError, FlashError, WrongIdentityError
from hil.board.flashing import OnFlash, write_flash
from hil.board.handshake import HELLO_S, shake_hands
from hil.board.identity import matches
from hil.board.recording import recording_flash
from hil.errors import FirmwareError, HilError, InfrastructureError
from hil.facts.board import BaudReport, FlashReport
from hil.link.console import ConsoleLine
from hil.link.errors import EchoError
from hil.wire.enums import RebootTarget, ResetReason
from hil.wire.replies import Identity

PROBE_S = 4.0
"""How long a board may take to show that it need not be flashed."""

RESTART_UNSEEN = "the text of the restart was lost: run with --board-baud 115200 to see it"

_GOODBYE_S = 0.5
_ECHO_S = 2.0
_RESTARTED_S = 1.0
_REBOOT_TRIES = 3


def flash_build(
    connection: Connection,
    expected: Expected,
    *,
    force: bool = False,
    on_progress: OnFlash | None = None,
) -> tuple[FlashReport, Identity | None]:
    """Writes the build, unless the board identifies itself as running it (or `force`).

    Returns who answered when nothing was written. Raises FlashError; the board is then
    restarted with whatever its flash holds.
    """
    started = time.monotonic()
    emulated = connection.write_emulated_flash(expected, force=force)
    if emulated is not None:
        seconds = time.monotonic() - started
        if any(file.written for file in emulated):
            reason = "asked for" if force else "the flash held another build"
            return FlashReport(False, reason, seconds, emulated), None
        connection.reset()
        found = shake_hands(connection, connection.within(connection.options.handshake_s))
        return FlashReport(True, "the flash holds this build already", seconds, emulated), found
    if not force:
        identity, reason = probe(connection, expected)
        if identity is not None:
            return FlashReport(True, reason, time.monotonic() - started), identity
        if connection.adapter.flash():
            return FlashReport(False, reason, time.monotonic() - started), None
    else:
        reason = "asked for"
    connection.to_boot_baud()
    mode = connection.lines.to_download()
    try:
        port = connection.serial_port
        with recording_flash(connection.recorder, port):
            files = write_flash(
                port,
                expected,
                mode,
                Deadline.after(connection.options.flash_s),
                force=force,
                on_progress=on_progress,
            )
    except BaseException as error:
        echo = None
        with suppress(InfrastructureError):  # the first error is the one to report
            connection.refresh()
            connection.reset()
            echo = _find_echo(connection) if isinstance(error, FlashError) else None
        if echo is not None:
            raise echo from error
        raise
    connection.refresh()
    return FlashReport(False, reason, time.monotonic() - started, files), None


def probe(connection: Connection, expected: Expected) -> tuple[Identity | None, str]:
    """Who answers after a reset if it is the build, else None; and why."""
    limit = connection.within(min(PROBE_S, connection.options.handshake_s))
    if connection.lines.can_reset:
        connection.reset()
    else:
        connection.mark()
    try:
        identity = shake_hands(connection, limit)
    except WrongIdentityError as error:
        return None, error.message.splitlines()[0]
    except FirmwareError:
        return None, "other firmware answers"
    except InfrastructureError as error:
        if connection.port.lost is not None or isinstance(error, EchoError):
            raise
        return None, error.message.splitlines()[0]
    if not matches(identity, expected):
        same = identity.build_id == expected.build_id
        return None, f"the board runs another {'network' if same else 'build'}"
    compared = compare_boot_files(connection, expected)
    if compared.differing:
        return None, f"the flash holds another {' and '.join(compared.differing)}"
    if compared.in_loader:
        connection.reset()
        identity = shake_hands(connection, connection.within(connection.options.handshake_s))
    note = ""
    if compared.problem:
        note = f" (bootloader and partition table not compared: {compared.problem})"
    return identity, f"the board runs this build already{note}"


def _find_echo(connection: Connection) -> EchoError | None:
    """Whether the line returns what is sent, which keeps esptool from being answered, too."""
    try:
        connection.channel.connect(connection.within(HELLO_S))
    except EchoError as error:
        return error
    except HilError:
        return None
    return None


def reboot(connection: Connection, before: Identity, deadline: Deadline) -> Identity:
    """Restarts the board by command; who answers then. Raises if it did not restart."""
    connection.mark()
    for _ in range(_REBOOT_TRIES):
        acknowledged = connection.channel.reboot(RebootTarget.APP, deadline)
        # Without an acknowledgement it may have restarted all the same: the boot id tells.
        if acknowledged is not None or not _still_runs(connection, before):
            break
    connection.to_boot_baud()
    return shake_hands(connection, deadline, accept=lambda after: after.boot_id != before.boot_id)


def _still_runs(connection: Connection, before: Identity) -> bool:
    """Whether the board answers at this rate without having restarted."""
    with suppress(HilError):
        after = connection.channel.connect(connection.within(_RESTARTED_S))
        return after.boot_id == before.boot_id
    return False


def leave_alone(
    connection: Connection,
    before: Identity,
    seconds: float,
    *,
    restart: bool,
    until: Callable[[str], bool] | None,
) -> list[str]:
    """Says nothing to the board for so long, from its start on or from now; its console lines.

    `until`: ends the wait at a line that it accepts. Raises BoardResetError where the board crashes
    meanwhile.
    """
    if not restart:
        # Silence brings the board to the rate at which it starts: be there, and hear it.
        report = change_baud(connection, before, connection.options.boot_baud)
        if not report.changed and before.capabilities.baud:
            raise InfrastructureError(
                f"the board does not go to its boot rate: {report.problem}",
                where=connection.where,
                hint="see Board.set_baud",
            )
        connection.mark()
    elif connection.lines.can_reset:
        connection.reset()
    else:
        connection.mark()
        connection.channel.reboot(RebootTarget.APP, connection.within(_RESTARTED_S))
        connection.to_boot_baud()

    def ends(line: ConsoleLine) -> bool:
        return is_crash(line.text) or (until is not None and until(line.text))

    last = connection.channel.listen(connection.within(seconds), until=ends)
    if last is not None and is_crash(last.text):
        connection.collect_crash_text()
    text = connection.text_since_mark
    event = first_cause(event for event in classify_all(text) if event.kind in CRASHES)
    if event is not None:
        doing = "working without a host"
        raise BoardResetError(doing, event, where=connection.where, console=text)
    return text


def is_crash(text: str) -> bool:
    """Whether a line says that the firmware cannot go on."""
    event = classify(text)
    return event is not None and event.kind in CRASHES


def change_baud(connection: Connection, identity: Identity, baud: int) -> BaudReport:
    """Changes the rate, and proves the outcome with an echo whichever rate it is.

    Raises InfrastructureError when the board is lost on the way.
    """
    current = connection.port.baud
    if baud == current:
        return BaudReport(baud, current)
    if not identity.capabilities.baud:
        return BaudReport(baud, current, "the board cannot change its rate")
    channel = connection.channel
    limit = connection.within(3 * connection.options.request_s)
    try:
        channel.set_baud(baud, limit)
    except HilError as error:
        if connection.port.lost is not None or isinstance(error, EchoError):
            raise
        channel.echo(b"?", connection.within(_ECHO_S))  # at the old rate it must still work
        return BaudReport(baud, connection.port.baud, error.message.splitlines()[0])
    return BaudReport(baud, baud)


def find_silent_restart(connection: Connection, before: Identity) -> BoardEvent | None:
    """After a wait without an answer: did the board restart, and why?

    At a rate other than that of the ROM its text arrives garbled, so the console may not tell.
    The boot id does.
    """
    if connection.port.lost is not None:
        return None
    with suppress(HilError):
        connection.to_boot_baud()
        after = connection.channel.connect(connection.within(_RESTARTED_S))
        if after.boot_id != before.boot_id:
            return restarted(before, after)
    return None


def restarted(before: Identity, after: Identity) -> BoardEvent:
    """The event of a restart of which the console told nothing."""
    reason = ResetReason.name_of(after.reset_reason)
    text = f"boot {after.boot_count} after boot {before.boot_count}"
    return BoardEvent(EventKind.RESET, text, RESTART_UNSEEN, f"reset reason {reason}")


def rejoin(connection: Connection, before: Identity, silence_s: float, deadline: Deadline) -> None:
    """Meets a board again that may have gone back to the boot rate, as it was not asked anything.

    Raises as `shake_hands`, and BoardResetError where the board has started anew meanwhile.
    """
    rate = connection.port.baud
    idle_s = before.idle_ms / 1000
    if silence_s >= idle_s:
        connection.to_boot_baud()
    rates = (connection.options.boot_baud, rate)
    identity = shake_hands(connection, deadline, rates=rates)
    if identity.boot_id != before.boot_id:
        text = connection.text_since_mark
        event = first_cause(classify_all(text)) or restarted(before, identity)
        doing = "nothing was asked of it"
        raise BoardResetError(doing, event, where=connection.where, console=text)
    report = change_baud(connection, identity, rate)
    if not report.changed:
        connection.channel.session.note_rate_missed()


def leave_running(connection: Connection, *, connected: bool) -> None:
    """Restarts the board so that it runs as if nobody had been there, as far as that goes."""
    with suppress(HilError):  # nothing depends on it: the next run starts with a reset
        if connection.lines.can_reset:
            connection.reset()
        elif connected:
            connection.channel.reboot(RebootTarget.APP, connection.within(_GOODBYE_S))
