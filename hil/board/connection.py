"""The open port of a board: byte stream, reset lines, and what the console tells meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from hil.base.deadline import Deadline
from hil.board.adapter import Adapter
from hil.board.artifacts import Expected
from hil.board.console import ENDS_A_REQUEST, BoardEvent, EventKind, classify
from hil.board.options import BoardOptions
from hil.board.watched_port import GarbleWatch, WatchedPort
from hil.errors import HilError, InfrastructureError
from hil.facts.board import FlashedFile
from hil.link.channel import Channel
from hil.link.console import ConsoleLine
from hil.link.lent_line import LentLine
from hil.link.recording import Kind, Recorder, RecordingTransport, error_facts
from hil.link.transport import SerialTransport, Transport

if TYPE_CHECKING:
    import serial

OpenPort = Callable[[str, int], "Transport"]

_RETRY_OPEN_S = 0.1
_CRASH_TEXT_S = 1.0
_USUAL_RATES = (921_600, 460_800, 230_400)


class Connection:
    """Port, channel and reset lines of one board. Opened by `open`, ended by `close`.

    `recorder` keeps all that passes; it is closed with the connection.
    """

    def __init__(
        self,
        adapter: Adapter,
        options: BoardOptions,
        open_port: OpenPort,
        recorder: Recorder | None = None,
    ) -> None:
        self.adapter = adapter
        self.options = options
        self.recorder = recorder
        self.clock = adapter.clock
        self.port = WatchedPort(adapter.where, options.boot_baud)
        self.channel: Channel = Channel(
            self._recorded(self.port),
            baud=options.boot_baud,
            clock=self.clock,
            on_console=self._on_console,
        )
        self.lines = adapter.reset_lines(lambda: self.serial_port)
        self._open_port = open_port
        self._mark = 0

    @property
    def where(self) -> str:
        return self.adapter.where

    @property
    def device(self) -> str:
        """The serial port that is open; empty where there is none (a replay, an emulator)."""
        inner = self.port.inner if self.port.is_open else None
        return inner.name if isinstance(inner, SerialTransport) else ""

    @property
    def serial_port(self) -> serial.Serial:
        """pyserial's object, for esptool and the reset lines."""
        inner = self.port.inner
        if not isinstance(inner, SerialTransport):
            raise InfrastructureError(
                "this board has no serial port", where=self.where, hint="attach a real one"
            )
        return inner.port

    def within(self, seconds: float) -> Deadline:
        """So many seconds from now, by the clock of this board."""
        return Deadline.after(seconds, self.clock)

    def note(self, text: str) -> bool:
        """The test that begins; whether the board has been restarted for it."""
        if self.recorder is not None:
            self.recorder.note(text)
        return self.adapter.note(text)

    def write_emulated_flash(
        self, expected: Expected, *, force: bool
    ) -> tuple[FlashedFile, ...] | None:
        """Writes what an emulated chip's flash does not hold; None: the chip is none."""
        files = self.adapter.write_flash(expected, force=force)
        if files is not None and any(file.written for file in files):
            self._record(Kind.FLASHED, error=None)
            self.reopen(self.within(self.options.handshake_s))
        return files

    def open(self) -> None:
        """Opens the port. Raises InfrastructureError that says why it cannot be."""
        baud = self.options.boot_baud
        try:
            inner = self._open_port(self.adapter.url, baud)
        except InfrastructureError as error:
            if self.recorder is not None:
                self.recorder.open_failed(error)
            raise
        self.port.attach(inner, baud)
        if self.recorder is not None:
            self.recorder.opened(inner.name, can_reset=self.lines.can_reset)

    def check_rate(self) -> None:
        """Raises UsageError where the port does not take the rate that the link is to run at."""
        if self.device:
            self.port.inner.set_baud(self.options.baud)
            self.port.inner.set_baud(self.options.boot_baud)

    def reopen(self, deadline: Deadline) -> None:
        """Opens the port anew; waits for it where it has vanished (unplugged, re-enumerated)."""
        self.port.close()
        while True:
            try:
                self.open()
                return
            except InfrastructureError:
                if deadline.expired():
                    raise
            # Nothing tells when a port comes back, so this has to look again.
            self.adapter.sleep(deadline.capped(_RETRY_OPEN_S))

    def refresh(self) -> None:
        """After esptool, which may have closed the port or opened it anew."""
        port = self.serial_port
        self.port.attach(SerialTransport(port, self.port.inner.name), self.port.baud)
        if not port.is_open:
            self.open()

    def reset(self) -> None:
        """Restarts the board into its firmware, at the rate at which it starts."""
        self.to_boot_baud()
        self.channel.listen(self.within(self.adapter.settle_s))  # what came before the reset
        self.mark()
        try:
            self.lines.to_app()
        except InfrastructureError as error:
            self._record(Kind.RESET_FAILED, **error_facts(error))
            raise
        except OSError as error:
            self.port.lost = InfrastructureError(
                f"the reset lines cannot be set: {error}",
                where=self.where,
                hint="the adapter was unplugged: check the cable, then run again",
            )
            self._record(Kind.RESET_FAILED, **error_facts(self.port.lost))
            raise self.port.lost from error
        self._record(Kind.RESET, can_reset=self.lines.can_reset)

    def _record(self, kind: Kind, **facts: Any) -> None:
        if self.recorder is not None:
            self.recorder.add_json(kind, **facts)

    def to_boot_baud(self) -> None:
        """Our side only; what a board that starts expects."""
        self.channel.apply_baud(self.options.boot_baud)

    def try_next_baud(self, rates: Sequence[int] = ()) -> None:
        """Our side only: the next rate at which the board may be.

        Without `rates` those at which an earlier run may have left it, where nobody can reset it;
        otherwise it is at the boot rate.
        """
        if not rates and not self.lines.can_reset:
            rates = tuple(dict.fromkeys((self.options.boot_baud, self.options.baud, *_USUAL_RATES)))
        if rates:
            here = rates.index(self.port.baud) if self.port.baud in rates else -1
            self.channel.apply_baud(rates[(here + 1) % len(rates)])

    # ---- console

    def mark(self) -> None:
        """Text and alarms from here on belong to what comes next."""
        self._mark = len(self.channel.console)
        self.port.alarm = None

    @property
    def text_since_mark(self) -> list[str]:
        return [line.text for line in self.channel.console[self._mark :]]

    @contextmanager
    def watched(self, find_restart: Callable[[], BoardEvent | None]) -> Iterator[None]:
        """Within, a crash or a reset ends the wait for an answer with `BoardAlarm`.

        `find_restart` is asked where the text of a reset may have arrived garbled.
        """
        self.mark()
        garble = GarbleWatch(self.channel.stats)

        def suspicion() -> BoardEvent | None:
            if self.port.baud == self.options.boot_baud:
                return None  # the text of a reset would be readable
            if not garble.suspects(self.channel.stats, self.clock()):
                return None
            baud = self.port.baud
            event = find_restart()
            if event is None:
                self.channel.apply_baud(baud)
            return event

        self.port.suspicion = suspicion
        self.port.armed = True
        try:
            yield
        finally:
            self.port.armed = False

    def collect_crash_text(self) -> None:
        """Reads on until the board restarts or a second is over: registers and backtrace."""
        if any(is_restart(text) for text in self.text_since_mark):
            return
        self.channel.listen(self.within(_CRASH_TEXT_S), until=lambda line: is_restart(line.text))

    @contextmanager
    def lent(self) -> Iterator[LentLine]:
        """The line without its session, for tests of the protocol. No recording keeps what passes.

        Afterwards both ends are in step again: nothing is under way, and what the board counted
        meanwhile is none of the session's.
        """
        channel, baud = self.channel, self.port.baud
        line = LentLine(
            self.port,
            self.clock,
            self.options.request_s,
            self.options.image_s,
            channel.add_console,
        )
        try:
            yield line
        except BaseException:
            with suppress(HilError):  # what failed first is told
                line.settle()
            raise
        else:
            line.settle()
        finally:
            if self.port.baud != baud:
                channel.apply_baud(baud)
            if line.notice is not None:
                channel.session.forgive(line.notice)

    def close(self) -> None:
        self.port.close()
        if self.recorder is not None:
            self.recorder.close()

    def _recorded(self, port: Transport) -> Transport:
        if self.recorder is None:
            return port
        return RecordingTransport(port, self.recorder)

    def _on_console(self, line: ConsoleLine) -> None:
        event = classify(line.text)
        if event is not None and event.kind in ENDS_A_REQUEST and self.port.alarm is None:
            self.port.alarm = event


def is_restart(text: str) -> bool:
    """Whether this is the line with which the ROM starts."""
    event = classify(text)
    return event is not None and (event.kind is EventKind.RESET or "rst:0x" in event.text)
