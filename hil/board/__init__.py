"""A board, simulated or real: locking, flashing, handshake, inferences, recovery.

Knows no network and judges no answer. `open_board` is the way in; see docs/boards.md.
Importing this package is cheap, the names below are loaded when they are used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hil.board.board import Board
    from hil.board.opening import open_board
    from hil.board.request import Ask

__all__ = ["Ask", "Board", "open_board"]

_HOMES = {"Ask": "hil.board.request", "Board": "hil.board.board", "open_board": "hil.board.opening"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_HOMES[name]), name)
