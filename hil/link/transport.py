"""Serial ports behind four methods, with errors that say what to do.

`open_serial` takes what pyserial's `serial_for_url` takes: a device path, `rfc2217://host:port`
or `socket://host:port`.
"""

from __future__ import annotations

import contextlib
import errno
import os
import select
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, Protocol

from hil.errors import InfrastructureError, UsageError
from hil.link.sharing import other_users, port_failed

if TYPE_CHECKING:
    import serial

_WRITE_TIMEOUT_S = 10.0
_NETWORK_READ_S = 0.02  # one blocking read where the operating system cannot wait for us


class Transport(Protocol):
    """A bidirectional byte stream to a board."""

    @property
    def name(self) -> str:
        """The port, for messages."""

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        """What has arrived, up to `max_bytes`; waits up to `timeout_s` for the first byte."""

    def write(self, data: bytes) -> None:
        """Hands all of `data` to the operating system; may wait while its buffer is full."""

    def set_baud(self, baud: int) -> None:
        """Changes the rate once everything written has left."""

    def close(self) -> None: ...


def open_serial(
    url: str,
    baud: int,
    *,
    dtr: bool | None = None,
    rts: bool | None = None,
    write_timeout_s: float = _WRITE_TIMEOUT_S,
) -> SerialTransport:
    """Opens a port exclusively. `dtr` and `rts` are set before, so that no pulse resets a board.

    Raises `InfrastructureError` where the port is missing, busy, not permitted or not reachable,
    and `UsageError` for a URL or a rate that cannot be used.
    """
    import serial

    try:
        port = serial.serial_for_url(url, baudrate=baud, do_not_open=True, timeout=_NETWORK_READ_S)
        if not url.startswith("rfc2217://"):  # which refuses the option
            port.write_timeout = write_timeout_s
        if "://" not in url:
            port.exclusive = True
        if dtr is not None:
            port.dtr = dtr
        if rts is not None:
            port.rts = rts
        port.open()
        if "://" not in url:
            _claim(port.fileno(), exclusively=True)
        if url.startswith("socket://"):
            _send_at_once(port.fileno())
    except ValueError as error:
        raise UsageError(
            f"{url} at {baud} baud: {error}",
            hint="Give a device path, rfc2217://host:port or socket://host:port, and a rate "
            "that the adapter supports.",
        ) from error
    except (serial.SerialException, OSError) as error:
        _raise_open_error(url, error)
    return SerialTransport(port, url)


class SerialTransport:
    """A `Transport` over an open pyserial port, which is `port`."""

    def __init__(self, port: serial.Serial, name: str) -> None:
        self.port = port
        self.name = name
        self._descriptor: int | None = None
        # rfc2217 has no file to wait for; Windows has no poll.
        if hasattr(select, "poll"):
            with contextlib.suppress(AttributeError, OSError):
                self._descriptor = port.fileno()
                self._poll = select.poll()
                self._poll.register(self._descriptor, select.POLLIN)

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        with self._errors():
            if self._descriptor is None:
                return self._read_in_slices(max_bytes, timeout_s)
            # Rounded up: waking before a timer runs out would only wait again.
            if not self._poll.poll(-int(-1000 * timeout_s // 1)):
                return b""
            try:
                # One call for all that waits; pyserial would wait for the last byte asked for.
                data = os.read(self._descriptor, max_bytes)
            except (BlockingIOError, InterruptedError):
                return b""
            if not data and self._has_ended():
                raise ConnectionResetError(errno.ECONNRESET, "the other end closed it")
            return data  # nothing: another reader of the port was faster

    def write(self, data: bytes) -> None:
        import serial

        try:
            with self._errors():
                if self._descriptor is not None:
                    # One call as a rule; where the port is full, pyserial waits for it.
                    with contextlib.suppress(BlockingIOError, InterruptedError):
                        data = data[os.write(self._descriptor, data) :]
                while data:
                    # Most ports write all of it, and some do not say how much.
                    sent = self.port.write(data)
                    if sent == 0:
                        raise serial.SerialTimeoutException("Write timeout")
                    data = data[len(data) if sent is None else sent :]
        except serial.SerialTimeoutException as error:
            raise InfrastructureError(
                f"the port took no more bytes for {self.port.write_timeout:g} s",
                hint="The other end does not read: is the board held in reset, is flow control "
                "switched on, is the simulated board stopped?",
                where=self.name,
            ) from error

    def set_baud(self, baud: int) -> None:
        with self._errors():
            self.port.flush()
            before = self.port.baudrate
            try:
                self.port.baudrate = baud
            except Exception as error:
                if not _refuses_a_value(error):
                    raise
                self.port.baudrate = before
                raise UsageError(
                    f"the port cannot run at {baud} baud: {error}",
                    hint="Choose a rate that the adapter supports.",
                    where=self.name,
                ) from error

    def close(self) -> None:
        if "://" not in self.name and self.port.is_open:
            # A pseudo terminal stays claimed when it is closed, a serial port does not.
            _claim(self.port.fileno(), exclusively=False)
        self._descriptor = None  # its number may be another file's soon
        self.port.close()

    def _has_ended(self) -> bool:
        """Whether a read that gave nothing is the end of the stream."""
        assert self._descriptor is not None
        if not os.isatty(self._descriptor):
            return True
        ended = select.POLLHUP | select.POLLERR | select.POLLNVAL
        return any(events & ended for _, events in self._poll.poll(0))

    def _read_in_slices(self, max_bytes: int, timeout_s: float) -> bytes:
        end = time.monotonic() + timeout_s
        while True:
            waiting = self.port.in_waiting
            if not waiting and timeout_s <= 0:
                return b""
            data = bytes(self.port.read(min(max(1, waiting), max_bytes)))
            if data or time.monotonic() >= end:
                return data

    @contextlib.contextmanager
    def _errors(self) -> Iterator[None]:
        import serial

        try:
            yield
        except serial.SerialTimeoutException:
            raise
        except (serial.SerialException, OSError) as error:
            raise port_failed(self.name, error) from error


def _claim(descriptor: int, *, exclusively: bool) -> None:
    """Whether others may open the port, too; pyserial's lock only keeps out those who ask for it.

    Root may open it all the same.
    """
    try:
        import fcntl
        import termios
    except ImportError:  # Windows opens a port only once
        return
    with contextlib.suppress(OSError):  # no terminal
        fcntl.ioctl(descriptor, termios.TIOCEXCL if exclusively else termios.TIOCNXCL)


def _refuses_a_value(error: Exception) -> bool:
    """Whether the port is there and does not take a setting.

    Of a rate pyserial tells that as ValueError, or passes on what ioctl and tcsetattr raise.
    """
    number = error.args[0] if error.args else None
    return isinstance(error, ValueError) or number == errno.EINVAL


def _send_at_once(descriptor: int) -> None:
    """Switches off Nagle's algorithm, which holds small frames back until the last is confirmed."""
    port = socket.socket(fileno=descriptor)
    port.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    port.detach()


def _raise_open_error(url: str, error: Exception) -> NoReturn:
    code = _errno_of(error)
    text = str(error).lower()
    if code == errno.ENOENT or "no such file" in text:
        message, hint = "no such port", _ports_hint()
    elif code == errno.EACCES or "permission denied" in text:
        message, hint = "no permission to open the port", _permission_hint(url)
    elif code in (errno.EBUSY, errno.EAGAIN) or "exclusively lock" in text:
        users = other_users(url)
        message = f"the port is in use by {users or 'another program'}"
        hint = "Close it, then run again."
        if not users:
            hint = f"Close the program that uses it (a serial monitor?); `fuser {url}` names it."
    elif code == errno.ECONNREFUSED or "refused" in text:
        message = "the connection was refused"
        hint = "Is the serial server (ser2net, esp_rfc2217_server) running on that port?"
    else:
        message = f"the port cannot be opened: {error}"
        hint = "Check host name and port number." if "://" in url else _ports_hint()
    raise InfrastructureError(message, hint=hint, where=url) from error


def _errno_of(error: BaseException | None) -> int | None:
    """The errno of an exception or of what it was raised from."""
    while error is not None:
        code = getattr(error, "errno", None)
        if code is not None:
            return int(code)
        error = error.__cause__ or error.__context__
    return None


def _ports_hint() -> str:
    from serial.tools import list_ports

    ports = sorted(port.device for port in list_ports.comports())
    if not ports:
        return "This machine has no serial port: plug the board in, or use the board `sim`."
    return f"Ports of this machine: {', '.join(ports)}."


def _permission_hint(url: str) -> str:
    try:
        group = Path(url).group()
    except (OSError, KeyError, NotImplementedError):
        return "Ask the administrator for access to the port."
    return f"Join its group and log in again: sudo usermod -aG {group} $USER"
