"""RFC 2217: a serial port over TCP with its modem lines, so that DTR and RTS reach the board."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import serial.rfc2217

from hil.sim.host_port import OnData, TcpPort
from hil.sim.loop import Loop

_IAC = b"\xff"


class AutoReset:
    """The circuit of ESP32 boards: RTS pulls EN, DTR pulls GPIO0, both together neither.

    When DTR follows while RTS is asserted, EN is still low: a capacitor holds it until RTS
    is released, which is what esptool's classic sequence relies on.
    """

    def __init__(self, hold: Callable[[], None], release: Callable[[bool], None]) -> None:
        """`hold`: EN goes low. `release(download)`: EN goes high with GPIO0 as it is then."""
        self._hold = hold
        self._release = release
        self._dtr = self._rts = False
        self._en_low = False

    def set_dtr(self, asserted: bool) -> None:
        self._dtr = asserted
        self._update()

    def set_rts(self, asserted: bool) -> None:
        self._rts = asserted
        self._update()

    def _update(self) -> None:
        low = self._rts and (not self._dtr or self._en_low)
        if low and not self._en_low:
            self._hold()
        elif self._en_low and not low:
            self._release(self._dtr)
        self._en_low = low


class _Lines:
    """The serial port that pyserial's server side thinks it controls."""

    def __init__(self, circuit: AutoReset, baud: int) -> None:
        self._circuit = circuit
        self.baudrate = baud
        self.bytesize = 8
        self.parity = serial.PARITY_NONE
        self.stopbits = 1
        self.xonxoff = self.rtscts = self.break_condition = False
        self.cts = self.dsr = self.ri = self.cd = False

    @property
    def dtr(self) -> bool:
        raise NotImplementedError("the server only sets DTR")

    @dtr.setter
    def dtr(self, asserted: bool) -> None:
        self._circuit.set_dtr(asserted)

    @property
    def rts(self) -> bool:
        raise NotImplementedError("the server only sets RTS")

    @rts.setter
    def rts(self, asserted: bool) -> None:
        self._circuit.set_rts(asserted)

    def reset_input_buffer(self) -> None:
        """Nothing is buffered here."""

    def reset_output_buffer(self) -> None:
        """Nothing is buffered here."""


class Rfc2217Port:
    """A TCP port that speaks RFC 2217, for one host at a time."""

    def __init__(
        self, loop: Loop, on_data: OnData, port: int, baud: int, circuit: AutoReset
    ) -> None:
        self._on_data = on_data
        self._baud = baud
        self._circuit = circuit
        self._tcp = TcpPort(loop, self._receive, port, on_connect=self._connected)
        self._lines = _Lines(circuit, baud)
        self._manager: Any = None
        self.name = f"rfc2217://127.0.0.1:{self._tcp.port}"

    def write(self, data: bytes) -> None:
        self._tcp.write(data.replace(_IAC, _IAC * 2))

    def rate(self) -> int | None:
        return self._lines.baudrate

    def pause(self, paused: bool) -> None:
        self._tcp.pause(paused)

    def close(self) -> None:
        self._tcp.close()

    def _connected(self) -> None:
        self._lines = _Lines(self._circuit, self._baud)
        # Sends its options at once, through the port's own write.
        manager: Any = serial.rfc2217.PortManager
        self._manager = manager(self._lines, self._tcp)

    def _receive(self, data: bytes) -> None:
        if self._manager is not None:
            plain = b"".join(self._manager.filter(data))
            if plain:
                self._on_data(plain)
