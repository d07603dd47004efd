"""The parts of a fault that live in the running simulated board. Imported by it alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from hil_lab.faults.fault import BoardAction, EnginePatch, LinkPatch
from hil_lab.faults.registry import find_fault

if TYPE_CHECKING:
    from hil.sim.board import Board
    from hil.sim.engine import Engine
    from hil.sim.loop import Loop

    Filter = Callable[[bytes], bytes]

_DELIMITER = b"\0"


def install(fault_id: str, board: Board, loop: Loop) -> None:
    """Puts the fault's link filters and actions onto the board's UART."""
    fault = find_fault(fault_id)
    for patch in fault.parts(LinkPatch):
        if patch.to_board is not None:
            board.uart.filters_to_board.append(patch.to_board())
        if patch.to_host is not None:
            board.uart.filters_to_host.append(patch.to_host())
    for action in fault.parts(BoardAction):
        board.uart.filters_to_board.append(watch(action, board, loop))


def wrap_engine(fault_id: str, engine: Engine) -> Engine:
    """The engine as the fault leaves it."""
    for patch in find_fault(fault_id).parts(EnginePatch):
        engine = patch.wrap(engine)
    return engine


def watch(action: BoardAction, board: Board, loop: Loop) -> Filter:
    """Counts frames, changes none, and acts when it is time."""
    left = action.at_frame
    inside = False

    def act() -> None:
        action.do(board, loop)

    def watch(data: bytes) -> bytes:
        nonlocal left, inside
        if left <= 0:
            return data
        *ended, rest = data.split(_DELIMITER)
        for piece in ended:
            left -= inside or bool(piece)
            inside = False
        inside = inside or bool(rest)
        if left <= 0:
            loop.later(0, act)  # not from within the UART that it may close
        return data

    return watch
