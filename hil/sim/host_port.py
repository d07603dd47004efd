"""The host's side of the UART: a pty, or one TCP connection.

A port hands what the host sends to `on_data`, and takes bytes for the host without ever
blocking. Bytes for a host that has not opened the port are lost, as with a USB adapter.
"""

from __future__ import annotations

import errno
import fcntl
import os
import select
import socket
import struct
import termios
import tty
from collections.abc import Callable
from typing import Protocol

from hil.sim.loop import EDGE, READ, WRITE, Loop

OnData = Callable[[bytes], None]

_READ_BYTES = 65536
_LOCALHOST = "127.0.0.1"  # no authentication: nothing for other machines
# What a USB adapter's driver would buffer for a host that does not read.
_BACKLOG_BYTES = 65536
# struct termios2 of Linux: its rates are plain numbers, of any value.
_TCGETS2 = 0x802C542A
_TERMIOS2_BYTES = 44
_OSPEED = struct.Struct("=I")
_OSPEED_OFFSET = 40


class HostPort(Protocol):
    """What the relay needs of either kind of port."""

    name: str

    def write(self, data: bytes) -> None:
        """Bytes for the host."""

    def rate(self) -> int | None:
        """The rate that the host has set; None where a port has no such thing."""

    def pause(self, paused: bool) -> None:
        """Stops taking bytes from the host, whose writes then wait."""

    def close(self) -> None: ...


class _Stream:
    """A non-blocking descriptor with a backlog for a reader that is slow."""

    def __init__(self, loop: Loop, fd: int, on_data: OnData, on_end: Callable[[], None]) -> None:
        self._loop = loop
        self._fd = fd
        self._on_data = on_data
        self._on_end = on_end
        self._backlog = bytearray()
        self._paused = False
        os.set_blocking(fd, False)
        loop.add(fd, self._ready, READ | WRITE | EDGE)

    def write(self, data: bytes) -> None:
        while data and not self._backlog and (sent := self._send(data)):
            data = data[sent:]
        self._backlog += data[: _BACKLOG_BYTES - len(self._backlog)]

    def pause(self, paused: bool) -> None:
        self._paused = paused
        if not paused:
            self._read()

    def drop_backlog(self) -> None:
        self._backlog.clear()

    def close(self) -> None:
        self._loop.remove(self._fd)

    def _ready(self, events: int) -> None:
        if events & WRITE:
            self._flush()
        if events & ~WRITE:
            self._read()

    def _read(self) -> None:
        # Edges are reported once, so everything has to be read.
        while not self._paused:
            try:
                data = os.read(self._fd, _READ_BYTES)
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno not in (errno.EIO, errno.ECONNRESET):
                    raise
                data = b""  # a pty answers EIO while nobody has it open
            if not data:
                self._on_end()
                return
            self._on_data(data)

    def _flush(self) -> None:
        # Until the system takes no more: a full buffer alone makes it report the next edge.
        while self._backlog and (sent := self._send(bytes(self._backlog))):
            del self._backlog[:sent]

    def _send(self, data: bytes) -> int:
        try:
            return os.write(self._fd, data)
        except BlockingIOError:
            return 0
        except OSError as error:
            if error.errno not in (errno.EIO, errno.EPIPE, errno.ECONNRESET):
                raise
            return len(data)  # the host has just gone


class PtyPort:
    """A pseudo terminal; `name` is the path that the host opens."""

    def __init__(self, loop: Loop, on_data: OnData, baud: int) -> None:
        """`baud`: what a host that sets nothing finds."""
        self._master, slave = os.openpty()
        self.name = os.ttyname(slave)
        tty.setraw(slave)
        _set_rate(slave, baud)
        os.close(slave)  # held open here, the host's presence could not be seen
        self._poll = select.poll()
        self._poll.register(self._master, 0)
        self._stream = _Stream(loop, self._master, on_data, self._host_left)

    def write(self, data: bytes) -> None:
        if self._host_is_there():
            self._stream.write(data)

    def rate(self) -> int | None:
        answer = fcntl.ioctl(self._master, _TCGETS2, bytes(_TERMIOS2_BYTES))
        rate: int = _OSPEED.unpack_from(answer, _OSPEED_OFFSET)[0]
        return rate

    def pause(self, paused: bool) -> None:
        self._stream.pause(paused)

    def close(self) -> None:
        """The device vanishes; a host that has it open sees a hangup."""
        self._stream.close()
        os.close(self._master)

    def _host_is_there(self) -> bool:
        return not any(events & select.POLLHUP for _, events in self._poll.poll(0))

    def _host_left(self) -> None:
        self._stream.drop_backlog()


class TcpPort:
    """A raw TCP port for one host at a time, as ser2net offers it."""

    def __init__(
        self,
        loop: Loop,
        on_data: OnData,
        port: int,
        on_connect: Callable[[], None] | None = None,
    ) -> None:
        """`port` 0 takes a free one; `name` says which. Raises OSError if it is taken."""
        self._loop = loop
        self._on_data = on_data
        self._on_connect = on_connect
        self._listener = socket.create_server((_LOCALHOST, port))
        self._connection: socket.socket | None = None
        self._stream: _Stream | None = None
        self.port: int = self._listener.getsockname()[1]
        self.name = f"socket://{_LOCALHOST}:{self.port}"
        loop.add(self._listener.fileno(), self._accept)

    def write(self, data: bytes) -> None:
        if self._stream is not None:
            self._stream.write(data)

    def rate(self) -> int | None:
        return None

    def pause(self, paused: bool) -> None:
        if self._stream is not None:
            self._stream.pause(paused)

    def close(self) -> None:
        self.hang_up()
        self._loop.remove(self._listener.fileno())
        self._listener.close()

    def hang_up(self) -> None:
        """Ends the connection; the port stays open for the next."""
        if self._connection is not None and self._stream is not None:
            self._stream.close()
            self._connection.close()
        self._connection = self._stream = None

    def _accept(self, _events: int) -> None:
        connection, _ = self._listener.accept()
        if self._connection is not None:
            connection.close()
            return
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connection = connection
        self._stream = _Stream(self._loop, connection.fileno(), self._on_data, self.hang_up)
        if self._on_connect is not None:
            self._on_connect()


def _set_rate(fd: int, baud: int) -> None:
    code = getattr(termios, f"B{baud}", None)
    if code is not None:
        attributes = termios.tcgetattr(fd)
        attributes[4] = attributes[5] = code
        termios.tcsetattr(fd, termios.TCSANOW, attributes)
