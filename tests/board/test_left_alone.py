"""A board that is left to itself: from a restart on, or by the silence of its host."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hil.board import Board
from hil.board.artifacts import read_expected
from hil.board.errors import BoardResetError
from hil.board.opening import open_adapter, open_board
from hil.board.options import BoardOptions
from hil.board.sim import SimAdapter
from hil.errors import NotAskedError
from hil.sim import firmware
from hil.sim.options import SimOptions
from hil.wire.enums import ImageSource

OPTIONS = BoardOptions(handshake_s=60.0, image_s=60.0)  # what only a hang reaches
LONG_S = 60.0
FROM_CAMERA = "samples come from the camera until a host says hello"


def ends_with(wanted: str) -> Callable[[str], bool]:
    return lambda text: text.endswith(wanted)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("alone")


@pytest.fixture(scope="module")
def board(folder: Path) -> Iterator[Board]:
    """A board with a camera; what is said is kept."""
    options = BoardOptions(handshake_s=60.0, image_s=60.0, record=folder / "alone.rec")
    sim = SimOptions(flash_file=folder / "flash.bin", camera="synthetic")
    with open_adapter(SimAdapter(sim), read_expected(firmware.build()), options) as board:
        yield board


def test_a_board_left_alone_starts_and_works_on_its_camera(board: Board) -> None:
    before = board.identity.boot_id
    lines = board.left_alone(LONG_S, until=ends_with(FROM_CAMERA))
    assert any(line.startswith("rst:0x1") for line in lines)
    assert lines[-1].endswith(FROM_CAMERA)
    assert board.identity.boot_id != before
    assert board.identity.image_source is ImageSource.INJECTED  # hello was said again
    assert board.baud == OPTIONS.baud
    assert board.handshakes[-1][0] == "left alone"
    assert board.echo(b"here") == b"here"


def test_a_silent_host_does_not_restart_the_board(board: Board) -> None:
    simulated = board.simulated
    assert simulated is not None
    board.set_baud(OPTIONS.boot_baud)
    before = board.identity.boot_id
    captures = simulated.status()["captures"]
    simulated.skip(board.identity.idle_ms / 1000 + 1.0)
    board.left_alone(0.1, restart=False)
    assert board.identity.boot_id == before
    assert simulated.status()["captures"] > captures
    assert board.baud == OPTIONS.baud


def test_a_board_that_crashes_alone_is_told(board: Board) -> None:
    simulated = board.simulated
    assert simulated is not None
    board.set_baud(OPTIONS.boot_baud)
    simulated.crash("abort")  # in the next inference, which is the camera's
    simulated.skip(board.identity.idle_ms / 1000 + 1.0)
    with pytest.raises(BoardResetError, match="while working without a host: abort"):
        board.left_alone(LONG_S, restart=False)
    board.recover()


def test_a_recording_is_not_left_alone(board: Board, folder: Path) -> None:
    board.close()
    with open_board(f"replay:{folder / 'alone.rec'}", options=OPTIONS) as replayed:
        assert replayed.simulated is None
        with pytest.raises(NotAskedError, match="a recording cannot be left alone"):
            replayed.left_alone(1.0)
