"""The board of a new project."""

from __future__ import annotations

from hil.board.spec import parse_board_spec
from hil.errors import UsageError

SIM = "sim"
_REPLAY = "replay"


def check_board(board: str) -> None:
    """Raises UsageError for what names no board that a project may have."""
    if parse_board_spec(board).kind == _REPLAY:
        raise UsageError(
            "a recording is no board for a project",
            where="--board",
            hint=f"leave it out here; later: pytest --board {board}",
        )


def needs_firmware(board: str) -> bool:
    """Whether it is flashed with a build for a chip."""
    return parse_board_spec(board).kind != SIM
