"""From `--board` and `--firmware` to a board that answers."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from hil.base.deadline import Deadline
from hil.base.host_error import host_errors
from hil.board.adapter import Adapter, Say
from hil.board.adapters import PORT_KINDS, find_adapter
from hil.board.artifacts import Expected, ExpectedModel, read_expected
from hil.board.board import Board
from hil.board.connection import Connection, OpenPort
from hil.board.flashing import OnFlash
from hil.board.identity import check_model_of
from hil.board.lock import PortLock
from hil.board.options import EMULATED_HANDSHAKE_S, BoardOptions, FlashMode
from hil.board.ports import Lister, find_one_board
from hil.board.recording import start_recording
from hil.board.spec import parse_board_spec
from hil.board.telling_apart import flash_told
from hil.errors import UsageError


def _quiet(_: str) -> None:
    """The default of `progress`."""


def open_board(
    spec: str,
    *,
    firmware: Path | None = None,
    network: ExpectedModel | None = None,
    options: BoardOptions | None = None,
    progress: Say = _quiet,
    on_flash: OnFlash | None = None,
    lister: Lister | None = None,
) -> Board:
    """A board that is flashed, answers, and is the one to be tested. Close it after use.

    `spec`: see `hil.board.spec`. `firmware`: build directory with `flasher_args.json`; the
    simulated board has one of its own. `network`: takes the place of the one in `firmware`.
    `progress` is told what takes time, `on_flash` how far flashing is. `lister` replaces the list
    of serial ports.

    Raises UsageError for a specification or a build that cannot be used, before any port is
    touched; InfrastructureError when there is no such board, it is in use, cannot be flashed,
    does not answer, or is another one; FirmwareError when it could not load its model.
    """
    options = options or BoardOptions()
    parsed = parse_board_spec(spec)
    expected = None if firmware is None else read_expected(firmware)
    if expected is not None and network is not None:
        expected = expected.with_network(network)
    adapter = find_adapter(parsed, options, lister)
    with host_errors("the board cannot be opened"):
        return open_adapter(adapter, expected, options, progress=progress, on_flash=on_flash)


def open_adapter(
    adapter: Adapter,
    expected: Expected | None,
    options: BoardOptions,
    *,
    progress: Say = _quiet,
    on_flash: OnFlash | None = None,
    open_port: OpenPort | None = None,
) -> Board:
    """As `open_board`, for an adapter and a build that are at hand."""
    if adapter.emulated:
        patience = max(options.handshake_s, EMULATED_HANDSHAKE_S)
        options = dataclasses.replace(options, handshake_s=patience)
    expected = expected or adapter.expected
    if expected is None:
        built = adapter.default_firmware(progress)
        expected = None if built is None else read_expected(built)
    if expected is None and options.flash != "never":
        raise _no_build(adapter.where)
    with ExitStack() as undo:
        lock = None
        if adapter.lock_name is not None:
            lock = undo.enter_context(PortLock(adapter.lock_name))
        undo.callback(adapter.close)
        adapter.start(Deadline.after(options.handshake_s))
        recorder = None
        if options.record is not None:
            recorder = start_recording(options.record, adapter.where, expected, adapter.time_base)
        connection = Connection(adapter, options, open_port or adapter.open_stream, recorder)
        undo.callback(connection.close)
        connection.open()
        connection.check_rate()
        board = Board(connection, options, expected, lock)
        undo.pop_all()
    with ExitStack() as undo:
        undo.callback(board.close)
        with flash_told(board.flash_record):
            _bring_up(board, options, progress, on_flash, compare=expected is not None)
        undo.pop_all()
    return board


def check_build(
    spec: str,
    firmware: Path | None,
    flash: FlashMode,
    lister: Lister | None = None,
    *,
    to_flash: bool = False,
) -> None:
    """Raises UsageError where a port is to be flashed, and nobody said with what.

    InfrastructureError for `auto` without a board. `to_flash`: nothing else is wanted.
    """
    parsed = parse_board_spec(spec)
    if firmware is None and flash != "never" and parsed.kind in PORT_KINDS:
        where = find_one_board(lister).path if parsed.kind == "auto" else parsed.text
        raise _no_build(where, to_flash=to_flash)


def check_model(
    spec: str, firmware: Path | None, options: BoardOptions, model: ExpectedModel
) -> None:
    """Raises UsageError for a model that the build does not have, where there is a build.

    A recording's is looked at when it is opened, and what is on a board when it answers.
    """
    parsed = parse_board_spec(spec)
    if firmware is None and parsed.kind == "sim":
        firmware = find_adapter(parsed, options).default_firmware(_quiet)
    if firmware is not None:
        check_model_of(read_expected(firmware), model)


def _no_build(where: str, *, to_flash: bool = False) -> UsageError:
    instead = ", or use what is on the board with --board-flash never"
    return UsageError(
        "which firmware is to be flashed?" if to_flash else "which firmware is to be tested?",
        where=where,
        hint=f"give its build directory with --firmware DIR{'' if to_flash else instead}",
    )


def _bring_up(
    board: Board,
    options: BoardOptions,
    progress: Callable[[str], None],
    on_flash: OnFlash | None,
    *,
    compare: bool,
) -> None:
    users = board.other_users
    if users:
        progress(f"{board.where}: {users} has the port open, too: what it reads is lost here")
    if options.flash != "never":
        progress(f"{board.where}: looking for build {board.expected.build_id.hex()[:12]}")
        report = board.flash(force=options.flash == "always", on_progress=on_flash)
        if report.skipped:
            progress(f"{board.where}: {report.reason}")
            return
        if report.files:
            written = f"{report.written_bytes} bytes in {report.seconds:.1f} s"
            progress(f"{board.where}: flashed {written} ({report.reason})")
    board.connect()
    if options.flash == "never" and compare:
        problem = board.check_boot_files()
        if problem:
            progress(f"{board.where}: bootloader and partition table not compared: {problem}")
