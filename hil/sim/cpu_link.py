"""The board's view of the processor: starts programs, hears how they end."""

from __future__ import annotations

import json
import mmap
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from hil.sim.chip import Chip
from hil.sim.loop import Loop

_MESSAGE_BYTES = 65536


@dataclass(frozen=True)
class Launch:
    """What a program is told at its start; digests in hex.

    `max_sample_bytes`, `trace_entries`: the room that firmware built for this network has.
    `camera_frame_count`: 0 without a camera.
    """

    flash: str
    model_offset: int
    model_bytes: int
    build_id: str
    app_sha256: str
    reset_reason: int
    boot_count: int
    baud: int
    arena_bytes: int
    max_sample_bytes: int
    trace_entries: int
    stretch_invoke_us: int
    camera_frame_count: int = 0
    camera_period_us: int = 0


@dataclass(frozen=True)
class CpuEvents:
    """What the board wants to hear, of the program that runs now alone.

    `ended` gets its result, or minus the signal, and its last words.
    """

    ended: Callable[[int, str], None]
    baud: Callable[[int], None]
    hangs: Callable[[], None]
    failed: Callable[[str], None]


class Cpu:
    """The process of hil.sim.cpu, and the page that it shares with the board."""

    def __init__(self, loop: Loop, engine_kind: str, fault: str | None, events: CpuEvents) -> None:
        self._loop = loop
        self._events = events
        self._run_id = 0
        self.engine = ""
        self._page = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the board
        self._page.truncate(mmap.PAGESIZE)
        self.chip = Chip(mmap.mmap(self._page.fileno(), mmap.PAGESIZE))
        self._link, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        fds = (theirs.fileno(), self._page.fileno())
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "hil.sim.cpu", *map(str, fds)),
                *(engine_kind, str(os.getpid()), fault or ""),
            ],
            pass_fds=fds,
            stdin=subprocess.DEVNULL,
            # Not for numpy: the zygote forks, and must not have threads then.
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        )
        theirs.close()
        loop.add(self._link.fileno(), self._receive)

    def start(
        self, launch: Launch, uart: socket.socket, library: bytes, frames: bytes = b""
    ) -> None:
        """Runs a program on its end of the UART, instead of the one that runs now.

        `frames`: of its camera, as `hil.sim.camera.Camera` has them.
        """
        self._run_id += 1
        self.chip.begin()
        # In memory: the folder for temporary files may be mounted noexec.
        files = [_in_memory("camhil-app", library)]
        if frames:
            files.append(_in_memory("camhil-camera", frames))
        try:
            message = {"op": "start", "id": self._run_id, **asdict(launch)}
            self._send(message, [uart.fileno(), *files])
        finally:
            for file in files:
                os.close(file)
            uart.close()

    def kill(self) -> None:
        """Ends the program; nothing is heard of it any more."""
        self._run_id += 1
        self._send({"op": "kill"}, [])

    def close(self) -> None:
        self._loop.remove(self._link.fileno())
        self._link.close()
        self._process.wait()

    def _send(self, message: dict[str, Any], fds: list[int]) -> None:
        try:
            socket.send_fds(self._link, [json.dumps(message).encode()], fds)
        except (BrokenPipeError, ConnectionResetError):
            self._events.failed("the process that plays the CPU is gone (see the board's log)")

    def _receive(self, _events: int) -> None:
        try:
            data = self._link.recv(_MESSAGE_BYTES)
        except ConnectionResetError:
            data = b""
        if not data:
            self._loop.remove(self._link.fileno())
            self._events.failed("the process that plays the CPU has ended (see the board's log)")
            return
        message = json.loads(data)
        event = message["event"]
        if event == "ready":
            self.engine = message["engine"]
        elif event == "fatal":
            self._events.failed(f"{message['message']} ({message['hint']})")
        elif message["id"] != self._run_id:
            return  # of a program that was stopped since
        elif event == "exit":
            self._events.ended(message["code"], message["printed"])
        elif event == "baud":
            self._events.baud(message["baud"])
        elif event == "hang":
            self._events.hangs()


def _in_memory(name: str, content: bytes) -> int:
    """A file of no folder; its descriptor."""
    fd = os.memfd_create(name)
    with open(fd, "wb", closefd=False) as file:
        file.write(content)
    return fd
