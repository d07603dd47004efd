"""A recorded board: what `--record` kept answers in its place, without any hardware."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import get_args

from hil.board.adapter import Adapter
from hil.board.recording import unpack_build
from hil.board.reset import ConnectMode, ModemLines, ResetLines
from hil.errors import InfrastructureError
from hil.facts.board import TimeBase
from hil.link.recorded_events import events_of
from hil.link.recording import Kind, read_recording
from hil.link.replay import ReplayTransport
from hil.link.replay_script import Script
from hil.link.transport import Transport

PREFIX = "replay:"


class ReplayAdapter(Adapter):
    """Adapter of a recording. Raises UsageError for a file that is no recording."""

    replays = True
    can_load = False  # it is its own reset lines: those that were recorded

    def __init__(self, path: Path) -> None:
        self.where = f"{PREFIX}{path}"
        records = read_recording(path)
        header = next((r.facts for r in records if r.kind is Kind.HEADER), {})
        build = next((r.data for r in records if r.kind is Kind.BUILD), None)
        opened = next((r.facts for r in records if r.kind is Kind.OPENED), {})
        if build is not None:
            self.expected = unpack_build(build, path)
        self._script = Script(events_of(records))
        base = header.get("time_base")  # recordings of before had real boards alone
        self.time_base = next((b for b in get_args(TimeBase) if b == base), "real")
        self.can_reset = bool(opened.get("can_reset", False))
        self._transport = ReplayTransport(self._script, self.where, hint=_hint(header))
        self.clock = self._transport.clock
        self.look = self._transport.clock.look
        self.sleep = self._transport.clock.sleep

    @property
    def in_order(self) -> bool:
        return self._script.in_order()

    @property
    def arrived_s(self) -> float:
        return self._transport.clock.now

    def open_stream(self, url: str, baud: int) -> Transport:
        """The recorded board's byte stream; InfrastructureError where it could not be opened."""
        self._transport.open()
        return self._transport

    def reset_lines(self, port: Callable[[], ModemLines]) -> ResetLines:
        return self

    def to_app(self) -> None:
        if self.can_reset:
            self.can_reset = self._transport.reset()

    def to_download(self) -> ConnectMode:
        failed = self._script.flash_error()
        if failed:
            raise InfrastructureError(
                f"flashing failed when this was recorded: {failed}",
                where=self.where,
                hint="the recording holds esptool's conversation up to there",
            )
        raise InfrastructureError(
            "a recording cannot be flashed",
            where=self.where,
            hint="leave out --firmware and --board-flash always: the recording knows its build",
        )

    def note(self, text: str) -> bool:
        """The test that begins: its part of the recording is next."""
        return self._transport.note(text)

    def flash(self) -> bool:
        """Goes on behind where the recorded board was flashed; False where it was not."""
        return self._transport.flash()


def _hint(header: dict[str, object]) -> str:
    command = header.get("command")
    words = [str(word) for word in command] if isinstance(command, list) else []
    if words:
        words[0] = Path(words[0]).name
    return "replay with the tests, photographs and options of the recording" + (
        f": {shlex.join(words)}" if words else ", or record again"
    )
