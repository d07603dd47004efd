"""What an adapter is: where a board's byte stream is, and how the board is restarted.

What travels over the stream is the same for all.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from hil.base.deadline import Clock, Deadline
from hil.board.artifacts import Expected
from hil.board.reset import ModemLines, NoResetLines, ResetLines
from hil.facts.board import FlashedFile, TimeBase
from hil.link.transport import Transport, open_serial

if TYPE_CHECKING:
    from hil.sim.process import SimProcess

Say = Callable[[str], None]
"""Told, in a few words, what takes time."""


class Adapter:
    """One board, before its port is opened; by default a serial port without reset lines.

    Attributes:
        where: the board's name in messages.
        lock_name: what is locked against other processes; None when nobody else can reach it.
        time_base: what its times mean.
        native_usb: the port is the chip's own USB, where its UART0 is not heard.
        emulated: the chip is: its line has no rate, and it can be started anew.
        replays: the answers are those of a recording, not always in its order.
        settle_s: how long what a board has sent may be on its way to the host.
        expected: the build that it knows of.
        clock, look, sleep: the clock of the link, the one that a test sees, and how to wait.
    """

    where: str
    lock_name: str | None = None
    time_base: TimeBase = "real"
    native_usb = False
    emulated = False
    replays = False
    settle_s = 0.02  # USB adapters collect bytes for up to 16 ms
    expected: Expected | None = None
    clock: Clock = time.monotonic
    look: Clock = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    @property
    def url(self) -> str:
        """What `open_stream` opens. Valid after `start`."""
        return self.where

    @property
    def simulated(self) -> SimProcess | None:
        """The simulated board that this has started: its switches. None for others."""
        return None

    @property
    def in_order(self) -> bool:
        """Whether all that was asked before this test is what the recorded run had asked."""
        return True

    @property
    def arrived_s(self) -> float:
        """When what has just been received arrived."""
        return self.clock()

    def start(self, deadline: Deadline) -> None:
        """Brings up what is behind the port, if it has to be brought up."""

    def open_stream(self, url: str, baud: int) -> Transport:
        """The byte stream. Raises InfrastructureError where it cannot be opened."""
        return open_serial(url, baud)

    def reset_lines(self, port: Callable[[], ModemLines]) -> ResetLines:
        """How the board is restarted; `port` gives the port that is open at the time."""
        return NoResetLines()

    def default_firmware(self, say: Say) -> Path | None:
        """A build for this board when the user names none; None: there is no such thing."""
        return None

    def note(self, text: str) -> bool:
        """Told which test begins; whether the board has been restarted for that."""
        return False

    def flash(self) -> bool:
        """Stands for writing the build where there is no serial port; whether that can be."""
        return False

    def write_flash(self, expected: Expected, *, force: bool) -> tuple[FlashedFile, ...] | None:
        """Writes what is not in an emulated chip's flash; None: the chip is none.

        Where it wrote, the stream has to be opened anew.
        """
        return None

    def put_flash(self, offset: int, data: bytes) -> bool:
        """Writes into a flash that is a file here, while the firmware may run; whether it is.

        The firmware sees it after the next reset.
        """
        return False

    def read_flash(self, offset: int, size: int) -> bytes | None:
        """What the flash holds there, where it can be looked at while the firmware runs."""
        return None

    def close(self) -> None:
        """Takes down what `start` brought up."""
