"""A recorded board: what `--record` kept answers in its place, without any hardware."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from hil.base.deadline import Clock, Deadline
from hil.board.artifacts import Expected
from hil.board.reset import ConnectMode, ModemLines, ResetLines
from hil.errors import InfrastructureError
from hil.facts.board import TimeBase
from hil.link.recorded_events import events_of
from hil.link.recording import Kind, read_recording
from hil.link.replay import ReplayTransport
from hil.link.replay_script import Script

if TYPE_CHECKING:
    from hil.link.transport import Transport

PREFIX = "replay:"


class ReplayAdapter:
    """`hil.board.adapters.Adapter` and `OwnStream` of a recording.

    Raises UsageError for a file that is no recording.
    """

    lock_name: str | None = None  # a file can be read by many

    def __init__(self, path: Path) -> None:
        from hil.board.recorded_build import unpack_build

        self.url = self.where = f"{PREFIX}{path}"
        records = read_recording(path)
        header = next((r.facts for r in records if r.kind is Kind.HEADER), {})
        build = next((r.data for r in records if r.kind is Kind.BUILD), None)
        opened = next((r.facts for r in records if r.kind is Kind.OPENED), {})
        self.expected: Expected | None = None if build is None else unpack_build(build, path)
        self._script = Script(events_of(records))
        base = header.get("time_base")  # recordings of before had real boards alone
        self.time_base: TimeBase = next((b for b in get_args(TimeBase) if b == base), "real")
        self._can_reset = bool(opened.get("can_reset", False))
        self._transport = ReplayTransport(self._script, self.where, hint=_hint(header))
        self.clock: Clock = self._transport.clock
        self.look: Clock = self._transport.clock.look
        self.sleep: Callable[[float], None] = self._transport.clock.sleep

    @property
    def arrived_s(self) -> float:
        return self._transport.clock.now

    def start(self, deadline: Deadline) -> None:
        """The recording was read."""

    def open_stream(self, url: str, baud: int) -> Transport:
        """The recorded board's byte stream; InfrastructureError where it could not be opened."""
        self._transport.open()
        return self._transport

    def reset_lines(self, port: Callable[[], ModemLines]) -> ResetLines:
        return _RecordedLines(self._transport, self._script, self._can_reset, self.where)

    def note(self, text: str) -> bool:
        """The test that begins: its part of the recording is next."""
        return self._transport.note(text)

    def flash(self) -> bool:
        """Goes on behind where the recorded board was flashed; False where it was not."""
        return self._transport.flash()

    def default_firmware(self, say: Callable[[str], None]) -> Path | None:
        return None  # `expected` holds what is known of the build

    def close(self) -> None:
        """Nothing was started."""


class _RecordedLines:
    def __init__(
        self, transport: ReplayTransport, script: Script, can_reset: bool, where: str
    ) -> None:
        self.can_reset = can_reset
        self.can_load = False
        self._transport = transport
        self._script = script
        self._where = where

    def to_app(self) -> None:
        if self.can_reset:
            self.can_reset = self._transport.reset()

    def to_download(self) -> ConnectMode:
        failed = self._script.flash_error()
        if failed:
            raise InfrastructureError(
                f"flashing failed when this was recorded: {failed}",
                where=self._where,
                hint="the recording holds esptool's conversation up to there",
            )
        raise InfrastructureError(
            "a recording cannot be flashed",
            where=self._where,
            hint="leave out --firmware and --board-flash always: the recording knows its build",
        )


def _hint(header: dict[str, object]) -> str:
    command = header.get("command")
    words = [str(word) for word in command] if isinstance(command, list) else []
    if words:
        words[0] = Path(words[0]).name
    return "replay with the tests, photographs and options of the recording" + (
        f": {shlex.join(words)}" if words else ", or record again"
    )
