"""`hil live`: a page of this machine that shows what a board sees and answers."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from hil.cli.common import add_board_arguments, open_bench, run_options
from hil.errors import ExitCode

if TYPE_CHECKING:
    import bottle
    from rich.console import Console

    from hil.live.feed import Feed
    from hil.live.watch import Watch
    from hil.run.options import RunOptions

_MOST_PER_S = 5.0
_LAST_WORDS_S = 0.3


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--fps",
        type=_rate,
        default=_MOST_PER_S,
        metavar="N",
        help=f"at most so many frames a second (default {_MOST_PER_S:g}); the link allows fewer",
    )
    add_port(parser)
    add_board_arguments(parser)


def add_port(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--port",
        type=_port,
        metavar="N",
        help="of this machine (default 8765, or a free one where that is taken)",
    )


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Ends with Ctrl-C, or with the first cause of a board that stays lost."""
    from hil.live.app import live_app
    from hil.live.encode import about
    from hil.live.feed import Feed
    from hil.live.server import check_port
    from hil.live.watch import Watch, check_watchable

    options = _with_camera(run_options(arguments), console)
    options.check()
    check_port(arguments.port)  # as the next: known before a board is touched
    if options.network is not None:
        from hil.board.artifacts import read_model

        check_watchable(read_model(options.network, options.declared).contract)
    with open_bench(options, console) as bench:
        board = bench.ready_board()
        contract = bench.needed_model.contract
        feed = Feed()
        watch = Watch(board, contract, feed, most_per_s=arguments.fps)
        app = live_app(feed, about(board, contract, options.board))
        with serving(app, arguments.port, console):
            return _watch(watch, feed)


@contextlib.contextmanager
def serving(app: bottle.Bottle, port: int | None, console: Console) -> Iterator[None]:
    """Within, the page is there, and the terminal says where."""
    from hil.live.server import Server

    with Server(app, port) as server:
        console.print(f"[bold]{server.url}[/]  (this machine alone; Ctrl-C ends it)")
        yield


def _watch(watch: Watch, feed: Feed) -> int:
    import time

    try:
        watch.run()
    except KeyboardInterrupt:
        return int(ExitCode.PASSED if watch.first_cause is None else watch.first_cause.exit_code)
    except BaseException as error:
        feed.end(error)
        time.sleep(_LAST_WORDS_S)  # in which open pages are told
        raise
    return int(ExitCode.PASSED)


def _with_camera(options: RunOptions, console: Console) -> RunOptions:
    """The simulated board sees camhil's own photographs where nobody gave it something else."""
    from hil.base.resources import find

    if options.board != "sim" or options.sim_camera is not None:
        return options
    text = "the simulated camera sees camhil's photographs; others: --sim-camera FOLDER|VIDEO"
    console.print(text, style="dim", markup=False)
    return replace(options, sim_camera=find("fixtures") / "photos")


def _rate(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.01 <= value <= 100.0:
        raise argparse.ArgumentTypeError(f"{text} is no number from 0.01 to 100")
    return value


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 <= int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"{text} is no port from 0 to 65535")
    return int(text)
