"""Starts and steers a simulated board in a process of its own."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

from hil.base.deadline import Deadline
from hil.base.host_error import host_errors
from hil.base.scratch import ScratchFolder
from hil.errors import HilError, InfrastructureError, UsageError
from hil.sim import unix_socket
from hil.sim.chip import Figures
from hil.sim.options import SimOptions
from hil.sim.system import check_system

__all__ = ["Figures", "SimOptions", "SimProcess"]

CameraFault = Literal["absent", "late", "short"]

_START_S = 20.0
_REQUEST_S = 10.0
_STOP_S = 5.0
_READ_BYTES = 65536
_LOG_TAIL = 2000


class SimProcess:
    """A running board. Use as a context manager, or call `stop`.

    The board ends when this process ends, however it ends.

    Attributes:
        port: path of the pty, or the socket:// or rfc2217:// URL; changes with `replug`.
        control: path of the control socket (hil.sim.control).
        flash_file: the file behind the flash chip.
        options: what it was started with.
    """

    def __init__(
        self,
        options: SimOptions | None = None,
        *,
        tcp: int | None = None,
        rfc2217: int | None = None,
        deadline: Deadline | None = None,
    ) -> None:
        """Starts the board and waits until its port is there.

        `tcp`, `rfc2217`: a TCP port (0: a free one) instead of a pty.
        Raises UsageError for options that cannot be, InfrastructureError if it does not
        start, UnavailableError on another system than Linux.
        """
        check_system()
        with host_errors("the simulated board has no folder for its files"):
            self._folder = ScratchFolder("camhil-sim-")
        self.options = options or SimOptions()
        self._log = self._folder.path / "board.log"
        self.control = str(self._folder.path / "control.sock")
        self._socket: socket.socket | None = None
        self._pending = b""
        command = [sys.executable, "-m", "hil.sim", "--json", "--lifeline"]
        command += ["--control", self.control, *self.options.to_arguments()]
        for flag, value in (("--tcp", tcp), ("--rfc2217", rfc2217)):
            command += [] if value is None else [flag, str(value)]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for the tests, which then stop the board
                # The current folder must not decide which modules the board imports.
                env={**os.environ, "PYTHONSAFEPATH": "1"},
            )
        try:
            status = self._wait_for_announcement(deadline or Deadline.after(_START_S))
        except BaseException:
            self.stop()
            raise
        self._figures = Figures()
        self._touched = False
        self.port: str = status["port"]
        self.flash_file = Path(status["flash_file"])

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """0 after an orderly end, None while the board runs."""
        return self._process.returncode

    @property
    def log(self) -> str:
        """What the board's processes wrote to standard error."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def status(self) -> dict[str, Any]:
        """State, port, boot count and more; see `Board.status`."""
        return self.request("status")

    def reset(self, boot: Literal["app", "download"] = "app") -> None:
        """Pulses EN; "download" holds GPIO0 low meanwhile."""
        self.request("reset", boot=boot)

    def power(self, on: bool) -> None:
        self.request("power", on=on)

    def unplug(self) -> None:
        """The port vanishes and the board loses its power."""
        self.request("unplug")

    def replug(self) -> str:
        """The board is back, powered, at a new port, which is returned."""
        self.port = self.request("replug")["port"]
        return self.port

    def crash(self, how: Literal["fault", "abort"] = "fault") -> None:
        """The next inference ends in a panic."""
        self.request("crash", how=how)

    def hang(self) -> None:
        """The next inference never ends."""
        self.request("hang")

    def brownout(self) -> None:
        """The supply dips."""
        self.request("brownout")

    def camera(self, pictures: str | Sequence[str | Path] | None, **settings: float) -> None:
        """Gives the board a camera from its next start on: files, the pictures of a folder, or
        "synthetic"; None takes it away. `period_s`: seconds from one frame to the next."""
        files = pictures if pictures is None or isinstance(pictures, str) else [*map(str, pictures)]
        self.request("camera", pictures=files, **settings)

    def fail_camera(self, how: CameraFault, times: int | None = 1) -> None:
        """The camera's next frames do not come: there is no camera ("absent"), it takes too long
        ("late"), or a byte of them is lost ("short"). `times` None: until the firmware starts the
        camera anew."""
        self.request("fail-camera", how=how, times=times)

    def figures(self, figures: Figures) -> None:
        """What the board reports of itself from now on; chosen, not measured."""
        self.request("figures", **asdict(figures))
        self._figures, self._touched = figures, True

    def hurry(self, speed: float) -> None:
        """Lets the board's clock run so much faster until its next start; 1: as usual again."""
        self.request("hurry", speed=speed)
        self._touched = True

    def skip(self, seconds: float) -> None:
        """Lets so much time pass at once, on the board alone."""
        self.request("skip", seconds=seconds)
        self._touched = True

    @property
    def synthetic(self) -> bool:
        """Whether its figures or its clock were chosen since it started: they tell nothing."""
        return self._touched or self._figures != Figures()

    def started(self) -> None:
        """Its firmware did: the clock is its own again."""
        self._touched = False

    def request(self, op: str, **fields: Any) -> dict[str, Any]:
        """Sends one operation of hil.sim.control; its answer.

        Raises UsageError when the board refuses, InfrastructureError when it is gone.
        """
        limit = Deadline.after(_REQUEST_S)
        try:
            if self._socket is None:
                self._socket = socket.socket(socket.AF_UNIX)
                with unix_socket.address(Path(self.control)) as short:
                    self._socket.connect(short)
            self._socket.settimeout(limit.remaining() or 1e-3)
            self._socket.sendall(json.dumps({"op": op, **fields}).encode() + b"\n")
            while b"\n" not in self._pending:
                data = self._socket.recv(_READ_BYTES)
                if not data:
                    raise ConnectionResetError("the control socket was closed")
                self._pending += data
        except OSError as error:
            raise InfrastructureError(
                f"the simulated board does not answer: {error}{self._log_tail()}",
                where=self.control,
                hint="it ended or hangs; start it again",
            ) from error
        line, _, self._pending = self._pending.partition(b"\n")
        answer: dict[str, Any] = json.loads(line)
        if not answer["ok"]:
            raise UsageError(answer["error"], where="simulated board", hint=answer["hint"])
        return answer

    def stop(self) -> None:
        """Ends the board with all its processes. May be called twice."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()  # the lifeline
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # its session: the CPU's processes too
            process.wait()
        process.stdout.close()
        self._folder.close()

    def __enter__(self) -> SimProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _wait_for_announcement(self, deadline: Deadline) -> dict[str, Any]:
        assert self._process.stdout is not None
        pipe = self._process.stdout.fileno()
        line = b""
        while not line.endswith(b"\n"):
            ready, _, _ = select.select([pipe], [], [], deadline.remaining())
            data = os.read(pipe, _READ_BYTES) if ready else b""
            if not data:
                what = "ended" if ready else f"did not start within {deadline.seconds:g} s"
                raise InfrastructureError(
                    f"the simulated board {what}{self._log_tail()}",
                    where=f"{sys.executable} -m hil.sim",
                    hint="run the command by hand to see more",
                )
            line += data
        answer: dict[str, Any] = json.loads(line)
        if "kind" in answer:
            kinds: dict[str, type[HilError]] = {
                kind.kind: kind for kind in (UsageError, InfrastructureError)
            }
            raise kinds[answer["kind"]](
                answer["message"], where=answer["where"], hint=answer["hint"]
            )
        return answer

    def _log_tail(self) -> str:
        text = self.log[-_LOG_TAIL:].strip()
        return f"\n{text}" if text else ""
