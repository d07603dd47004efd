"""Starts the recording of a board: who, what and how, ahead of the conversation."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from hil import __version__
from hil.board.artifacts import Expected
from hil.board.recorded_build import pack_build
from hil.errors import InfrastructureError
from hil.facts.board import TimeBase
from hil.link.recording import Kind, Recorder, error_facts

if TYPE_CHECKING:
    import serial


def start_recording(
    path: Path, where: str, expected: Expected | None, time_base: TimeBase = "real"
) -> Recorder:
    """A recording of the board `where`, to be tested with this build."""
    recorder = Recorder(path)
    recorder.add_json(
        Kind.HEADER,
        camhil=__version__,
        started=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        command=sys.argv,
        system=f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        board=where,
        time_base=time_base,
    )
    if expected is not None:
        recorder.add(Kind.BUILD, pack_build(expected))
    return recorder


@contextmanager
def recording_flash(recorder: Recorder | None, port: serial.Serial) -> Iterator[None]:
    """Within, esptool's conversation is recorded, and then how it ended."""
    if recorder is None:
        yield
        return
    try:
        with recorder.tapped(port):
            yield
    except InfrastructureError as error:
        recorder.add_json(Kind.FLASHED, error=error_facts(error))
        raise
    recorder.add_json(Kind.FLASHED, error=None)
