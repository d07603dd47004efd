"""Reset lines: how a board is restarted from outside.

Auto-reset circuit of ESP32 boards (esptool documentation, "Boot Mode Selection",
"Automatic Bootloader"): RTS pulls EN, DTR pulls GPIO0, each through a transistor
that the other line disables, so setting both changes nothing.

    DTR  RTS   EN  GPIO0
     0    0     1    1     runs
     1    1     1    1     runs
     0    1     0    1     held in reset
     1    0     1    0     runs; starts the ROM loader if it leaves reset now
"""

from __future__ import annotations

import errno
import time
from collections.abc import Callable
from typing import Literal, Protocol

Sleep = Callable[[float], None]

# What ioctl(TIOCMBIS) answers on a terminal without such lines.
_NO_MODEM_LINES = {errno.ENOTTY, errno.EINVAL}

EN_HOLD_S = 0.1
USB_SETTLE_S = 0.2

ConnectMode = Literal["default-reset", "no-reset"]
"""esptool's name for who brings the chip into its ROM loader: esptool, or we did."""


class ResetLines(Protocol):
    """What a board adapter offers to restart the chip."""

    @property
    def can_reset(self) -> bool:
        """Whether `to_app` has an effect."""

    @property
    def can_load(self) -> bool:
        """Whether `to_download` brings the chip into its loader without a person's help."""

    def to_app(self) -> None:
        """Restarts the chip so that it runs its firmware."""

    def to_download(self) -> ConnectMode:
        """Brings the chip into the ROM loader, or leaves that to esptool."""


class ModemLines(Protocol):
    """The part of `serial.Serial` that resets need."""

    dtr: bool
    rts: bool


class SerialResetLines:
    """The classic circuit on a serial port, local or over RFC 2217.

    `usb_jtag`: the port is the chip's own USB-serial-JTAG peripheral, which goes away
    during the reset and needs a moment to come back.
    """

    def __init__(
        self,
        port: Callable[[], ModemLines],
        *,
        usb_jtag: bool = False,
        sleep: Sleep = time.sleep,
    ) -> None:
        self.can_reset = True  # until the port turns out to have no modem lines
        self._port = port
        self._usb_jtag = usb_jtag
        self._sleep = sleep

    @property
    def can_load(self) -> bool:
        return self.can_reset

    def to_app(self) -> None:
        """Pulses EN with GPIO0 high, as esptool's HardReset does.

        On a port without modem lines (a pty) nothing happens, and `can_reset` tells so.
        """
        port = self._port()
        try:
            port.dtr = False
        except OSError as error:
            if error.errno not in _NO_MODEM_LINES:
                raise
            self.can_reset = False
            return
        port.rts = True
        self._sleep(USB_SETTLE_S if self._usb_jtag else EN_HOLD_S)
        port.rts = False
        if self._usb_jtag:
            self._sleep(USB_SETTLE_S)

    def to_download(self) -> ConnectMode:
        """Left to esptool: it tries several timings and checks each with a sync."""
        return "default-reset" if self.can_reset else "no-reset"


class NoResetLines:
    """A byte stream alone. Only the firmware itself, or a person, can restart the board."""

    can_reset = can_load = False

    def to_app(self) -> None:
        """Nothing to pull."""

    def to_download(self) -> ConnectMode:
        """The user holds BOOT while pressing EN; esptool then syncs."""
        return "no-reset"
