"""The simulated board behind the interface of all boards."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from hil.base.deadline import Deadline
from hil.board.adapter import Adapter
from hil.board.reset import ConnectMode, ModemLines, ResetLines
from hil.errors import InfrastructureError, UsageError
from hil.sim import firmware
from hil.sim.fault_lab import fault_lab
from hil.sim.process import SimOptions, SimProcess

WHERE = "simulated board"


class SimAdapter(Adapter):
    """Starts the simulated board; `process` steers it (reset, power, faults on purpose)."""

    where = WHERE
    can_reset = can_load = True  # it is its own reset lines: EN and GPIO0 by its control socket
    settle_s = 0.003  # from one process to another

    def __init__(self, options: SimOptions | None = None) -> None:
        self._options = options
        self._process: SimProcess | None = None

    @property
    def process(self) -> SimProcess:
        """The running board. Raises InfrastructureError before `start` and after `close`."""
        if self._process is None:
            raise InfrastructureError(
                "the simulated board does not run", where=WHERE, hint="open the board first"
            )
        return self._process

    @property
    def simulated(self) -> SimProcess | None:
        return self._process

    @property
    def url(self) -> str:
        """The pty of the board; another one after it was unplugged and plugged in again."""
        port = self.process.status()["port"]
        if port is None:
            raise InfrastructureError(
                "the simulated board is unplugged", where=WHERE, hint="plug it in again"
            )
        return str(port)

    def read_flash(self, offset: int, size: int) -> bytes:
        """What the flash chip holds, out of the file behind it."""
        with self.process.flash_file.open("rb") as file:
            file.seek(offset)
            return file.read(size)

    def put_flash(self, offset: int, data: bytes) -> bool:
        """Writes into the file behind the flash chip, of which the board has a shared map."""
        try:
            with self.process.flash_file.open("r+b") as file:
                file.seek(offset)
                file.write(data)
        except OSError as cause:
            raise InfrastructureError(
                f"the simulated flash cannot be written: {cause.strerror}",
                where=str(self.process.flash_file),
                hint="free some space there",
            ) from cause
        return True

    def start(self, deadline: Deadline) -> None:
        if self._process is None:
            self._process = SimProcess(self._options, deadline=deadline)

    def reset_lines(self, port: Callable[[], ModemLines]) -> ResetLines:
        return self

    def to_app(self) -> None:
        self._reset("app")

    def to_download(self) -> ConnectMode:
        self._reset("download")
        return "no-reset"

    def _reset(self, boot: Literal["app", "download"]) -> None:
        try:
            self.process.reset(boot)
        except UsageError as error:  # unplugged or without power: the user did nothing wrong here
            raise InfrastructureError(error.message, where=WHERE, hint=error.hint) from error

    def default_firmware(self, say: Callable[[str], None]) -> Path | None:
        if self._options is not None and self._options.fault is not None:
            return fault_lab().build(self._options.fault, say)
        return firmware.build(progress=say)

    def close(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.stop()
