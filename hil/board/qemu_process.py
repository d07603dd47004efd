"""Runs an emulator: a process with a UART and a control connection, and nothing left behind.

Both connections are made here and inherited, so no port is open to others and none can be
taken. The UART's is TCP: QEMU writes it byte by byte, and a Unix socket holds only some 280
such writes before bytes of a slow reader are lost, a TCP socket some megabytes.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from hil.base.deadline import Deadline
from hil.board.errors import with_console
from hil.board.qmp import Qmp, QmpClosedError, QmpError
from hil.errors import InfrastructureError

WHERE = "emulated ESP32"
_START_S = 20.0
_ANSWER_S = 10.0
_STOP_S = 2.0
_TAIL_BYTES = 4096
_WRITE_S = 10.0
_HINT = "run again; if it stays, update QEMU: see Emulated ESP32 in docs/boards.md"

# The emulator must not outlive us, however we end: run as a child that asks the kernel for it.
_WITH_US = (
    "import ctypes, os, sys\n"
    "ctypes.CDLL(None).prctl(1, 9)\n"  # PR_SET_PDEATHSIG, SIGKILL
    "os.getppid() == int(sys.argv[1]) or sys.exit(1)\n"
    "os.execv(sys.argv[2], sys.argv[2:])\n"
)


class Emulator:
    """A running emulator whose chip waits for `reset` before its first instruction."""

    def __init__(self, program: Path, arguments: Sequence[str], log: Path) -> None:
        """Starts it with `arguments`; what it prints goes to `log`.

        Raises InfrastructureError, with what it printed, when it does not come up.
        """
        self._log = log
        self.uart, uart = _tcp_pair()
        control, qmp = socket.socketpair()
        self._qmp = Qmp(control)
        command = [
            *_tied_to_us(),
            str(program),
            *arguments,
            *("-chardev", f"socket,id=uart0,fd={uart.fileno()}", "-serial", "chardev:uart0"),
            *("-chardev", f"socket,id=qmp0,fd={qmp.fileno()}"),
            *("-mon", "chardev=qmp0,mode=control", "-S"),
        ]
        with uart, qmp, log.open("wb") as output:
            try:
                self._process = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    pass_fds=(uart.fileno(), qmp.fileno()),
                    start_new_session=True,  # Ctrl-C is for the tests, which then stop the board
                )
            except OSError as cause:
                self.uart.close()
                self._qmp.close()
                raise InfrastructureError(
                    f"the emulator cannot be started: {cause.strerror}",
                    where=str(program),
                    hint="check that the program is executable",
                ) from cause
        try:
            self._ask("starting", self._qmp.begin, _START_S)
        except BaseException:
            self.stop()
            raise

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def runs(self) -> bool:
        return self._process.poll() is None

    def answers(self) -> bool:
        """Whether it runs and does not hang."""
        try:
            self._qmp.execute("query-status", Deadline.after(_STOP_S))
        except QmpError:
            return False
        return self.runs

    @property
    def output(self) -> tuple[str, ...]:
        """The last lines that it printed."""
        try:
            with self._log.open("rb") as stream:
                stream.seek(max(0, os.fstat(stream.fileno()).st_size - _TAIL_BYTES))
                return tuple(stream.read().decode("utf-8", "replace").splitlines())
        except OSError:
            return ()

    def reset(self) -> None:
        """Resets the chip and lets it run."""

        def restart(limit: Deadline) -> None:
            self._qmp.execute("system_reset", limit)
            self._qmp.execute("cont", limit)

        self._ask("resetting the chip", restart, _ANSWER_S)

    def ended(self) -> InfrastructureError:
        """Why it is gone, as an error; it has closed a connection."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_STOP_S)
        code = self._process.returncode
        if code is None:
            how = "closed its connection"
        elif code < 0:
            how = f"was killed by {signal.Signals(-code).name}"
        else:
            how = f"ended with exit code {code}"
        return self._error(f"the emulator {how}")

    def stop(self) -> None:
        """Ends it. May be called twice."""
        if self.runs:
            try:
                self._qmp.execute("quit", Deadline.after(_STOP_S))
                self._process.wait(_STOP_S)
            except (QmpError, subprocess.TimeoutExpired):
                self._process.kill()
                self._process.wait()
        self.uart.close()
        self._qmp.close()

    def _ask(self, doing: str, ask: Callable[[Deadline], None], seconds: float) -> None:
        try:
            ask(Deadline.after(seconds))
        except QmpClosedError as cause:
            raise self.ended() from cause
        except QmpError as cause:
            raise self._error(f"the emulator hangs while {doing}: {cause}") from cause

    def _error(self, message: str) -> InfrastructureError:
        said = with_console(message, self.output, "it said")
        return InfrastructureError(said, where=WHERE, hint=_HINT)


class EmulatedUart:
    """`hil.link.transport.Transport` of an emulator. Closing it leaves the emulator as it is."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._stream = emulator.uart
        self._stream.settimeout(_WRITE_S)

    @property
    def name(self) -> str:
        return WHERE

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        try:
            # Rounded up: waking before a timer runs out would only wait again.
            ready = select.poll()
            ready.register(self._stream, select.POLLIN)
            if not ready.poll(-int(-1000 * timeout_s // 1)):
                return b""
            data = self._stream.recv(max_bytes)
        except OSError as cause:
            raise self._emulator.ended() from cause
        if not data:
            raise self._emulator.ended()
        return data

    def write(self, data: bytes) -> None:
        try:
            self._stream.sendall(data)
        except TimeoutError as cause:
            raise InfrastructureError(
                f"the emulated UART took no more bytes for {_WRITE_S:g} s",
                where=WHERE,
                hint="the firmware does not read, or the emulator hangs",
            ) from cause
        except OSError as cause:
            raise self._emulator.ended() from cause

    def set_baud(self, baud: int) -> None:
        """The emulated UART carries bytes at any rate of ours."""

    def close(self) -> None:
        """The emulator may be opened again."""


def _tied_to_us() -> list[str]:
    if sys.platform != "linux":
        return []
    return [sys.executable, "-ISc", _WITH_US, str(os.getpid())]


def _tcp_pair() -> tuple[socket.socket, socket.socket]:
    """Two connected ends, ours first; nobody else can have connected in between."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        ours = socket.create_connection(server.getsockname())
        while True:
            theirs, peer = server.accept()
            if peer == ours.getsockname():
                break
            theirs.close()
    for end in (ours, theirs):
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return ours, theirs
