"""`python -m hil.sim`: runs a simulated board until it is stopped.

Prints where the board is and serves it. `hil.sim.process.SimProcess` starts it with --json
and --lifeline; by hand, end it with Ctrl-C.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from hil.base.command import Parser
from hil.base.host_error import host_errors
from hil.base.scratch import ScratchFolder
from hil.errors import HilError, InfrastructureError
from hil.sim import options as sim_options
from hil.sim.board import Board
from hil.sim.control import ControlServer
from hil.sim.engines import check_engine
from hil.sim.flash import open_flash
from hil.sim.host_port import HostPort, PtyPort, TcpPort
from hil.sim.loop import Loop
from hil.sim.options import SimOptions
from hil.sim.uart import DEFAULT_BAUD


def main(argv: list[str] | None = None) -> int:
    """Runs the board; the exit code."""
    arguments = _parser().parse_args(argv)
    # SIGTERM ends the loop through an exception, so that everything is closed.
    signal.signal(signal.SIGTERM, _terminate)
    try:
        with host_errors("the simulated board cannot run"):
            _serve(arguments, sim_options.from_arguments(arguments))
    except HilError as error:
        if arguments.json:
            problem = {"message": error.message, "where": error.where, "hint": error.hint}
            print(json.dumps({"kind": error.kind, **problem}), flush=True)
        else:
            print(error, file=sys.stderr)
        return int(error.exit_code)
    except KeyboardInterrupt:
        return 0
    return 0


def _serve(arguments: argparse.Namespace, options: SimOptions) -> None:
    check_engine(options.engine)  # before the port is there: later it would only vanish
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(ScratchFolder("camhil-sim-")).path
        flash = stack.enter_context(contextlib.closing(open_flash(options.flash_file, folder)))
        loop = stack.enter_context(contextlib.closing(Loop()))
        board = _make_board(loop, arguments, options, flash)
        stack.callback(board.close)
        if arguments.link is not None:
            stack.callback(arguments.link.unlink, missing_ok=True)
        path = arguments.control or folder / "control.sock"
        stack.enter_context(contextlib.closing(ControlServer(loop, path, board)))
        if arguments.lifeline:
            loop.add(sys.stdin.fileno(), lambda _events: loop.stop())
        if options.start != "off":
            board.power(True, download=options.start == "download")
        _announce(arguments.json, {**board.status(), "control": str(path)})
        loop.run()


def _make_board(
    loop: Loop, arguments: argparse.Namespace, options: SimOptions, flash: Any
) -> Board:
    board: Board

    def take(data: bytes) -> None:
        board.uart.from_host(data)

    def open_port() -> HostPort:
        try:
            if arguments.tcp is not None:
                return TcpPort(loop, take, arguments.tcp)
            if arguments.rfc2217 is not None:
                from hil.sim.rfc2217 import AutoReset, Rfc2217Port

                circuit = AutoReset(
                    lambda: board.hold_in_reset(),
                    lambda download: board.reset(download=download),
                )
                return Rfc2217Port(loop, take, arguments.rfc2217, DEFAULT_BAUD, circuit)
        except OSError as error:
            raise InfrastructureError(
                f"cannot listen: {os.strerror(error.errno or 0)}",
                where=f"TCP port {arguments.tcp or arguments.rfc2217}",
                hint="use another port; 0 takes a free one",
            ) from error
        port = PtyPort(loop, take, DEFAULT_BAUD)
        if arguments.link is not None:
            arguments.link.unlink(missing_ok=True)
            arguments.link.symlink_to(port.name)
        return port

    board = Board(loop, options, flash, open_port)
    return board


def _announce(as_json: bool, status: dict[str, Any]) -> None:
    if as_json:
        print(json.dumps(status), flush=True)
        return
    for key in ("port", "control", "flash_file"):
        print(f"{key.replace('_', ' '):<11} {status[key]}")
    print("stop with Ctrl-C", flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="python -m hil.sim", description="A simulated ESP32 board on a serial port."
    )
    sim_options.add_arguments(parser)
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--link", type=Path, metavar="PATH", help="symlink to the pty, kept current")
    where.add_argument("--tcp", type=_tcp_port, metavar="PORT", help="raw TCP instead of a pty")
    where.add_argument(
        "--rfc2217",
        type=_tcp_port,
        metavar="PORT",
        help="RFC 2217 instead of a pty: DTR and RTS work",
    )
    parser.add_argument("--control", type=Path, metavar="PATH", help="Unix socket for control")
    parser.add_argument("--json", action="store_true", help="announce the board as one JSON line")
    parser.add_argument("--lifeline", action="store_true", help="end when stdin ends")
    return parser


def _tcp_port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 0xFFFF:
        raise argparse.ArgumentTypeError(f"{port} is no TCP port: give 0 to 65535")
    return port


def _terminate(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
