"""A port that tells when nothing is to be hoped for: it failed, or the board did."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from hil.board.console import BoardEvent
from hil.errors import InfrastructureError
from hil.link.sharing import port_failed
from hil.link.stats import LinkStats
from hil.link.transport import Transport

GARBLED_BYTES = 64
GARBLED_S = 1.0
_LOOK_AGAIN_S = 0.25


_TERMINAL_ERRORS: tuple[type[Exception], ...] = ()
with suppress(ImportError):  # Windows
    import termios

    _TERMINAL_ERRORS = (termios.error,)


class BoardAlarm(Exception):  # noqa: N818  (not an error by itself: ends a wait)
    """The console reported something after which no answer comes."""

    def __init__(self, event: BoardEvent) -> None:
        super().__init__(str(event))
        self.event = event


class GarbleWatch:
    """Suspects that the board restarted: garbled bytes, and since then not one good frame.

    ROM and bootloader print at their own rate, which at another rate arrives as damage, at
    least `GARBLED_BYTES` of it. Pure; asks for one check, then is content.
    """

    def __init__(self, stats: LinkStats) -> None:
        self._good = stats
        self._since: float | None = None
        self._asked = False

    def suspects(self, stats: LinkStats, now: float) -> bool:
        """Whether to check now, given the counters of the link."""
        good = self._good
        if stats.frames_in != good.frames_in:
            self._good, self._since = stats, None
        elif self._since is None and stats.damaged != good.damaged:
            new = stats.since(good)
            if new.bytes_in - new.console_bytes >= GARBLED_BYTES:
                self._since = now
        due = self._since is not None and now - self._since >= GARBLED_S
        asks, self._asked = due and not self._asked, due or self._asked
        return asks


class WatchedPort:
    """A `hil.link.transport.Transport` that can be exchanged, and that ends waits on alarm.

    The alarm is raised by the read after the one that brought the line, so that what came
    together with it (a backtrace) is not lost. `lost` is the error that the port failed with,
    `baud` its rate. `suspicion` is asked before each read while `armed`.
    """

    def __init__(self, name: str, baud: int) -> None:
        self.name = name
        self.baud = baud
        self.lost: InfrastructureError | None = None
        self.armed = False
        self.alarm: BoardEvent | None = None
        self.suspicion: Callable[[], BoardEvent | None] = lambda: None
        self._inner: Transport | None = None

    @property
    def is_open(self) -> bool:
        return self._inner is not None

    @property
    def inner(self) -> Transport:
        """What is open at the moment. Raises InfrastructureError if nothing is."""
        if self._inner is None:
            raise self.lost or InfrastructureError(
                "the port is closed", where=self.name, hint="open the board again"
            )
        return self._inner

    def attach(self, inner: Transport, baud: int) -> None:
        self._inner = inner
        self.baud = baud
        self.lost = None

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        if self.armed:
            self.armed = False  # looking into a suspicion reads, too
            alarm = self.alarm or self.suspicion()
            self.armed = True
            if alarm is not None:
                raise BoardAlarm(alarm)
            timeout_s = min(timeout_s, _LOOK_AGAIN_S)
        with self._noting_loss():
            return self.inner.read(max_bytes, timeout_s)

    def write(self, data: bytes) -> None:
        with self._noting_loss():
            self.inner.write(data)

    def set_baud(self, baud: int) -> None:
        with self._noting_loss():
            self.inner.set_baud(baud)
        self.baud = baud

    def close(self) -> None:
        inner, self._inner = self._inner, None
        if inner is not None:
            inner.close()

    @contextmanager
    def _noting_loss(self) -> Iterator[None]:
        try:
            yield
        except InfrastructureError as error:
            self.lost = error
            raise
        except _TERMINAL_ERRORS as error:  # of tcdrain, which pyserial passes on as it is
            self.lost = port_failed(self.name, error)
            raise self.lost from error
