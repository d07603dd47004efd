"""An ESP32 in Espressif's QEMU, behind the interface of all boards.

It runs the flash image that would go to the chip. What it has not: camera, radio, watchdogs,
DTR and RTS (QMP resets it), and a speed that says anything about the chip.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from hil.base import resources
from hil.base.deadline import Deadline
from hil.base.scratch import ScratchFolder
from hil.board.adapter import Adapter
from hil.board.artifacts import Expected
from hil.board.flasher_args import FILE_NAME
from hil.board.qemu_find import MACHINE
from hil.board.qemu_flash import EmulatedFlash
from hil.board.qemu_options import QemuOptions
from hil.board.qemu_process import WHERE, EmulatedUart, Emulator
from hil.board.reset import ConnectMode, ModemLines, ResetLines
from hil.errors import InfrastructureError, UsageError
from hil.facts.board import FlashedFile
from hil.link.transport import Transport

_BUILD = Path("firmware/esp32/build")
_NO_WATCHDOGS = f"driver=timer.{MACHINE}.timg,property=wdt_disable,value=true"
"""As `idf.py qemu` starts it. Else a slow host is a watchdog's reset, and what a watchdog had
counted before a reset strikes the chip that boots after it."""


class QemuAdapter(Adapter):
    """Adapter of an emulated ESP32; `program` emulates it.

    Its flash is a file of its own, empty at first and gone with it, also where this process is
    killed.
    """

    where = WHERE
    emulated = True
    can_reset = True  # it is its own reset lines: QMP pulls EN
    can_load = False  # its flash is written from outside, so nobody needs GPIO0

    def __init__(self, program: Path, options: QemuOptions | None = None) -> None:
        self.options = options or QemuOptions()
        self.time_base = "none" if self.options.icount is None else "virtual"
        self._program = program
        self._folder: ScratchFolder | None = None
        self._emulator: Emulator | None = None

    @property
    def emulator(self) -> Emulator:
        """The running emulator. Raises InfrastructureError where there is none."""
        if self._emulator is None:
            raise InfrastructureError(
                "the emulator does not run", where=WHERE, hint="open the board first"
            )
        return self._emulator

    @property
    def flash_chip(self) -> EmulatedFlash:
        """The flash chip. Raises InfrastructureError before `start` and after `close`."""
        if self._folder is None:
            raise InfrastructureError(
                "there is no emulated board", where=WHERE, hint="open the board first"
            )
        return EmulatedFlash(self._folder.path / "flash.bin")

    def start(self, deadline: Deadline) -> None:
        """Makes the flash chip; the emulator itself starts with its port."""
        if self._folder is None:
            self._folder = ScratchFolder("camhil-qemu-")
            self.flash_chip.erase()

    def open_stream(self, url: str, baud: int) -> Transport:
        """The UART; starts an emulator where none answers. Raises InfrastructureError."""
        if self._emulator is None or not self._emulator.answers():
            self._stop()
            log = self.flash_chip.path.with_name("qemu.log")
            self._emulator = Emulator(self._program, self._arguments(), log)
        return EmulatedUart(self._emulator)

    def write_flash(self, expected: Expected, *, force: bool) -> tuple[FlashedFile, ...]:
        """Writes what the flash does not hold; the emulator is then stopped.

        It reads its flash only once, so it has to be opened anew. Raises UsageError for a build
        that it cannot run.
        """
        files = self.flash_chip.write(expected, force=force)
        if any(file.written for file in files):
            self._stop()
        return files

    def reset_lines(self, port: Callable[[], ModemLines]) -> ResetLines:
        return self

    def to_app(self) -> None:
        self.emulator.reset()

    def to_download(self) -> ConnectMode:
        raise InfrastructureError(
            "the emulated chip is not flashed over its UART", where=WHERE, hint="use Board.flash"
        )

    def default_firmware(self, say: Callable[[str], None]) -> Path | None:
        """The build of the firmware in this repository. Raises UsageError when there is none."""
        root = resources.checkout()
        if root is None:
            return None
        build = root / _BUILD
        if not (build / FILE_NAME).is_file():
            raise UsageError(
                "the firmware for the emulated board is not built",
                where=str(build),
                hint="build it with make firmware (it needs ESP-IDF), or name another build with "
                "--firmware DIR",
            )
        return build

    def close(self) -> None:
        self._stop()
        folder, self._folder = self._folder, None
        if folder is not None:
            folder.close()

    def _stop(self) -> None:
        emulator, self._emulator = self._emulator, None
        if emulator is not None:
            emulator.stop()

    def _arguments(self) -> list[str]:
        options = self.options
        arguments = [
            *("-M", MACHINE, "-nographic", "-monitor", "none", "-nic", "none"),
            *("-drive", f"file={self.flash_chip.path},if=mtd,format=raw"),
            *("-global", _NO_WATCHDOGS),
        ]
        if options.psram_mb:
            arguments += ["-m", f"{options.psram_mb}M"]
        if options.icount is not None:
            # sleep=on: where the chip is idle, time passes as the host's. Skipped idle time
            # would let the firmware's time-outs run out while the host is still sending.
            arguments += ["-icount", f"shift={options.icount},align=off,sleep=on"]
        return arguments
