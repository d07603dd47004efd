"""The UART between host and program: a relay that can be slow and noisy.

With neither pacing nor noise it only moves bytes. A rate on the host's side that differs
from the board's garbles them. A program that is not there reads nothing.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable

from hil.sim.host_port import HostPort
from hil.sim.line import Garbler, Noise, NoiseRates, Pacer, rates_match
from hil.sim.loop import Loop, Timer

DEFAULT_BAUD = 115_200
_READ_BYTES = 65536
# How finely a paced line delivers: the time of one batch.
_BATCH_S = 0.001
# The buffer of a serial driver: a host that writes more has to wait for the line.
_PACED_QUEUE_BYTES = 4096
# A chip's transmitter holds little more: what a program has not handed over may be overtaken.
_FIFO_BYTES = 256
# After set-baud is acknowledged, host and board switch at their own pace.
_SWITCH_GRACE_S = 0.02


class Uart:
    """Connects a host port with one end of the running program's socket pair."""

    def __init__(self, loop: Loop, noise: NoiseRates, pacing: int | None) -> None:
        """`pacing`: bits per second of the line, None: no limit; once the program has changed
        its rate, a paced line has that rate."""
        self._loop = loop
        self.baud = DEFAULT_BAUD
        self._pacing = pacing
        self._host: HostPort | None = None
        self._program: socket.socket | None = None
        self._program_waits = False  # for the line: nothing is taken from it
        self._autobaud = False
        self._garbler = Garbler(noise.seed)
        self._mismatch: tuple[int, int] | None = None
        self._held = bytearray()
        self._hold: Timer | None = None
        self._to_board = _Direction(loop, pacing, self._deliver_to_board)
        self._to_host = _Direction(loop, pacing, self._deliver_to_host)
        self.set_noise(noise)
        self.overrun_bytes = 0
        # The rate of the program now, 0 where that is not known. It may be ahead of `set_baud`:
        # an interpreter that holds Python's lock keeps the program from telling.
        self.program_baud: Callable[[], int] = lambda: 0
        # Seeded faults change bytes here; empty on a sound board.
        self.filters_to_board: list[Callable[[bytes], bytes]] = []
        self.filters_to_host: list[Callable[[bytes], bytes]] = []

    def connect_host(self, host: HostPort | None) -> None:
        """The port that the host uses from now on; None while the board is unplugged."""
        self._host = host

    def attach(self, *, autobaud: bool = False) -> socket.socket:
        """A program starts; returns its end. `autobaud`: the ROM loader takes any rate, and
        esptool has no answer to lost bytes, so that the line has no noise then."""
        self.detach()
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        self._program = ours
        self._autobaud = autobaud
        self._to_board.noisy = self._to_host.noisy = not autobaud
        self._listen_to_program()
        return theirs

    def detach(self) -> None:
        """The program is gone; what it wrote before still reaches the host."""
        self._drain_program()
        self._close_program()

    def reset(self) -> None:
        """The chip resets, and its UART with it."""
        self.detach()
        self._to_board.clear()
        self._held.clear()
        if self._hold is not None:
            self._loop.cancel(self._hold)
            self._hold = None
        if self._host is not None:
            self._host.pause(False)  # what it still has goes to a chip in reset
        self._autobaud = False
        self.baud = DEFAULT_BAUD
        if self._pacing is not None:
            self._set_pace(self._pacing)

    def set_baud(self, baud: int) -> None:
        """The program switched; what it wrote before goes out at the old rate."""
        self._drain_program()
        self.baud = baud
        self._set_pace(baud)
        if self._hold is not None:
            self._release()

    def _catch_up(self) -> None:
        baud = self.program_baud()
        if baud not in (0, self.baud) and not self._autobaud:
            self.set_baud(baud)

    def set_noise(self, noise: NoiseRates) -> None:
        """The line's quality from now on."""
        self._deaf_above, self._mute_above = noise.deaf_above, noise.mute_above
        for direction, name in ((self._to_board, "to board"), (self._to_host, "to host")):
            direction.noise = None if noise.quiet else Noise(noise, name)

    def print(self, text: str) -> None:
        """Sends text of ROM, bootloader or panic handler, behind what the program wrote."""
        self._drain_program()
        self._send_to_host(text.encode())

    def from_host(self, data: bytes) -> None:
        """Takes what the host wrote."""
        if self._program is None or self._host is None:
            return
        self._catch_up()
        if self._hold is not None:
            self._held += data
        elif self._rates_match():
            self._send_to_board(data)
        elif self._mismatch == (self._host.rate(), self.baud):
            self._send_to_board(self._garbler.feed(data))
        else:
            self._held += data
            self._host.pause(True)
            self._hold = self._loop.later(_SWITCH_GRACE_S, self._release)

    def _release(self) -> None:
        """Sends what was held until both sides had the time to switch their rates."""
        if self._hold is None:
            return
        self._loop.cancel(self._hold)
        self._hold = None
        data = bytes(self._held)
        self._held.clear()
        if self._host is None:
            return
        self._catch_up()
        if not self._rates_match():
            self._mismatch = (self._host.rate() or 0, self.baud)
            data = self._garbler.feed(data)
        self._send_to_board(data)
        self._host.pause(False)

    def _send_to_board(self, data: bytes) -> None:
        data = self._filtered(data, self.filters_to_board)
        self._to_board.send(self._garbler.feed(data) if self._fails(self._deaf_above) else data)
        if self._host is not None and self._to_board.queued > _PACED_QUEUE_BYTES:
            self._host.pause(True)

    def _filtered(self, data: bytes, filters: list[Callable[[bytes], bytes]]) -> bytes:
        if not self._autobaud:
            for change in filters:
                data = change(data)
        return data

    def _send_to_host(self, data: bytes) -> None:
        data = self._filtered(data, self.filters_to_host)
        good = self._rates_match() and not self._fails(self._mute_above)
        self._to_host.send(data if good else self._garbler.feed(data))

    def _fails(self, above: int | None) -> bool:
        """Whether one direction of the line does not work at the board's rate."""
        return above is not None and self.baud > above and not self._autobaud

    def _deliver_to_board(self, data: bytes) -> None:
        if self._program is None:
            return
        try:
            sent = self._program.send(data)
        except BlockingIOError:
            sent = 0
        except (BrokenPipeError, ConnectionResetError):
            return  # it has just ended
        self.overrun_bytes += len(data) - sent
        if self._host is not None and self._pacing and self._hold is None:
            was_full = self._to_board.queued + len(data) > _PACED_QUEUE_BYTES
            if was_full and self._to_board.queued <= _PACED_QUEUE_BYTES:
                self._host.pause(False)

    def _deliver_to_host(self, data: bytes) -> None:
        if self._host is not None:
            self._host.write(data)
        if self._program_waits and self._to_host.queued < _FIFO_BYTES:
            self._listen_to_program()

    def _listen_to_program(self) -> None:
        self._program_waits = False
        if self._program is not None:
            self._loop.add(self._program.fileno(), lambda _events: self._on_program())

    def _on_program(self) -> None:
        """Moves what the program wrote; a paced line takes it as it has room."""
        if self._pacing is None:
            self._drain_program()
            return
        self._take_from_program(_FIFO_BYTES)
        if self._program is not None and self._to_host.queued >= _FIFO_BYTES:
            self._loop.remove(self._program.fileno())
            self._program_waits = True

    def _drain_program(self) -> None:
        """Moves all that the program wrote."""
        while self._take_from_program(_READ_BYTES) == _READ_BYTES:
            pass  # there may be more

    def _take_from_program(self, size: int) -> int:
        if self._program is None:
            return 0
        try:
            data = self._program.recv(size)
        except BlockingIOError:
            return 0
        except ConnectionResetError:
            data = b""
        if data:
            self._send_to_host(data)
        else:
            self._close_program()
        return len(data)

    def _close_program(self) -> None:
        if self._program is not None:
            self._loop.remove(self._program.fileno())
            self._program.close()
            self._program = None
            self._program_waits = False

    def _rates_match(self) -> bool:
        rate = self._host.rate() if self._host is not None else None
        if rate is None:
            return True
        if self._autobaud:
            self._set_pace(rate)
            return True
        return rate == self.baud or rates_match(rate, self.baud)

    def _set_pace(self, baud: int) -> None:
        self._to_board.set_pace(baud)
        self._to_host.set_pace(baud)


class _Direction:
    """Noise, then pacing, then delivery."""

    def __init__(self, loop: Loop, pacing: int | None, deliver: Callable[[bytes], None]) -> None:
        self._loop = loop
        self._deliver = deliver
        self._paced = pacing is not None
        self._pacer = Pacer(pacing or DEFAULT_BAUD)
        self._waiting = False
        self.noise: Noise | None = None
        self.noisy = True

    @property
    def queued(self) -> int:
        return self._pacer.queued

    def send(self, data: bytes) -> None:
        if self.noise is not None and self.noisy:
            data = self.noise.feed(data)
        if self._paced:
            self._pacer.push(data, time.monotonic())
            self._schedule()
        elif data:
            self._deliver(data)

    def set_pace(self, baud: int) -> None:
        if self._paced:
            self._pacer.set_baud(baud)

    def clear(self) -> None:
        self._pacer.clear()

    def _schedule(self) -> None:
        when = self._pacer.next_due(_BATCH_S)
        if when is not None and not self._waiting:
            self._waiting = True
            self._loop.at(when, self._tick)

    def _tick(self) -> None:
        self._waiting = False
        data = self._pacer.due(time.monotonic())
        if data:
            self._deliver(data)
        self._schedule()
