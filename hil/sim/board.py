"""The board: power, reset, and what runs on the chip."""

from __future__ import annotations

import enum
import math
import signal
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from hil.errors import UsageError
from hil.network.frame_format import CAMERA, camera_frame
from hil.sim import cpu, rom
from hil.sim.chip import Chip
from hil.sim.cpu_link import Cpu, CpuEvents, Launch
from hil.sim.flash import FLASH_BYTES, FlashFile
from hil.sim.host_port import HostPort
from hil.sim.loop import Loop, Timer
from hil.sim.options import DEFAULT_ARENA_BYTES, SimOptions
from hil.sim.rom import ResetCause
from hil.sim.rom_loader import RomLoader
from hil.sim.uart import DEFAULT_BAUD, Uart
from hil.wire.errors import WireError
from hil.wire.network_header import HEADER_BYTES, unpack_header

if TYPE_CHECKING:
    from hil.sim.camera import Camera

OpenPort = Callable[[], HostPort]

# What the library returns when the firmware resets the chip.
_REBOOT_TO_APP, _REBOOT_TO_BOOTLOADER = 0, 1
# How the CPU reports what ends a program here as a signal.
_FAULTS = {
    signal.SIGSEGV: "LoadProhibited",
    signal.SIGBUS: "LoadStoreAlignment",
    signal.SIGFPE: "IntegerDivideByZero",
    signal.SIGILL: "IllegalInstruction",
}
_INFERENCE_TASK = "inference"
_HURRY_S = 0.002
_MOST_SPEED = 1000.0

MOST_SAMPLE_BYTES, MOST_TRACE_ENTRIES = 16 << 20, 4096
"""What no simulated board has more room for."""


class State(enum.Enum):
    """What the chip does."""

    OFF = "off"
    IN_RESET = "in reset"
    DOWNLOAD = "download mode"
    RUNNING = "running"
    REBOOTING = "rebooting"
    HALTED = "halted"


class Board:
    """One chip with its flash, its UART and its reset lines."""

    def __init__(
        self, loop: Loop, options: SimOptions, flash: FlashFile, open_port: OpenPort
    ) -> None:
        """The board is plugged in and not yet powered."""
        self._loop = loop
        self._options = options
        self._flash = flash
        self._open_port = open_port
        self.uart = Uart(loop, options.noise, options.baud_pacing)
        self.port: HostPort | None = None
        self._cpu = Cpu(
            loop,
            options.engine,
            options.fault,
            CpuEvents(self._program_ended, self.uart.set_baud, self._hangs, self._halt),
        )
        self.uart.program_baud = lambda: self.chip.baud
        self._rom: RomLoader | None = None
        self._timer: Timer | None = None
        self._state = State.OFF
        self._failure = ""
        self._boot_count = 0
        self._camera: Camera | None = None
        self._speed = 1.0  # of its clock
        self._hurry: Timer | None = None
        self._build_id = bytes(32)
        self._started_at = time.monotonic()
        if options.fault is not None:
            from hil.sim.fault_lab import fault_lab

            fault_lab().install(options.fault, self, loop)
        if options.camera is not None:
            from hil.sim.camera import open_camera

            self._camera = open_camera(options.camera)
        self.plug()

    def plug(self) -> None:
        """The cable is plugged in: the port appears."""
        if self.port is None:
            self.port = self._open_port()
            self.uart.connect_host(self.port)

    def unplug(self) -> None:
        """The cable is pulled: no power, and the port vanishes from the host."""
        self.power(False)
        if self.port is not None:
            self.uart.connect_host(None)
            self.port.close()
            self.port = None

    def power(self, on: bool, *, download: bool = False) -> None:
        """Supplies the board, which boots (with GPIO0 low: `download`), or cuts the supply."""
        if on and self._state is State.OFF and self.port is not None:
            self._restart(ResetCause.POWER_ON, download=download)
        elif not on:
            self._stop(State.OFF)

    def reset(self, *, download: bool = False) -> None:
        """Pulses EN, with GPIO0 low for download mode."""
        self._need_power()
        self._restart(ResetCause.POWER_ON, download=download)

    def hold_in_reset(self) -> None:
        """EN stays low until `reset`."""
        if self._state is not State.OFF:
            self._stop(State.IN_RESET)

    def fail_next_inference(self, hook: int) -> None:
        """Lets the engine fail at its next run (HOOK_ of hil.sim.chip)."""
        self._need_power()
        self.chip.hook = hook

    def attach(self, camera: Camera | None) -> None:
        """Gives the board another camera, or none, from its next start on."""
        self._camera = camera

    def hurry(self, speed: float) -> None:
        """Lets the board's clock run so much faster, until its next start; 1: as usual."""
        if not 1.0 <= speed <= _MOST_SPEED:
            raise UsageError(f"the clock at {speed:g} times", hint=f"give 1 to {_MOST_SPEED:g}")
        self._speed = speed
        if speed > 1.0 and self._hurry is None:
            self._hurry = self._loop.later(_HURRY_S, self._skip)

    def _skip(self) -> None:
        self._hurry = None
        if self._speed > 1.0:
            self.chip.skip(_HURRY_S * (self._speed - 1.0))
            self.hurry(self._speed)

    @property
    def chip(self) -> Chip:
        """Figures, the clock and the camera's failures."""
        return self._cpu.chip

    def brownout(self) -> None:
        """The supply dips below the detector's level."""
        self._need_power()
        self._reboot_after(rom.brownout_text(), ResetCause.BROWNOUT)

    def erase_flash(self, offset: int, length: int) -> None:
        """Erases sectors of the flash behind the firmware's back."""
        self._flash.erase(offset, length)

    def status(self) -> dict[str, Any]:
        """For the control socket: everything that can be seen of the board."""
        return {
            "state": self._state.value,
            "failure": self._failure,
            "port": self.port.name if self.port is not None else None,
            "flash_file": str(self._flash.path),
            "boot_count": self._boot_count,
            "baud": self.uart.baud,
            "engine": self._cpu.engine,
            "overrun_bytes": self.uart.overrun_bytes,
            "camera": self._camera is not None,
            **self.chip.counts(),
        }

    def close(self) -> None:
        """Ends everything that belongs to the board."""
        self._stop(State.OFF)
        self._cpu.close()
        if self.port is not None:
            self.port.close()

    def _need_power(self) -> None:
        if self._state is State.OFF:
            raise UsageError("the board has no power", hint="power it, or plug it in, first")

    def _stop(self, state: State) -> None:
        """Ends what runs on the chip."""
        if self._timer is not None:
            self._loop.cancel(self._timer)
            self._timer = None
        if self._state is State.RUNNING:
            self._cpu.kill()
        self.uart.reset()
        if self._rom is not None:
            self._rom.stop()
            self._rom = None
        self._state = state
        self._failure = ""

    def _restart(self, cause: ResetCause, *, download: bool = False) -> None:
        self._stop(State.REBOOTING)
        self._started_at = time.monotonic()
        if download:
            self.uart.print(rom.download_text(cause))
            self._rom = RomLoader(self._flash, self.uart.attach(autobaud=True))
            self._state = State.DOWNLOAD
            return
        outcome = rom.boot(self._flash.read, FLASH_BYTES, cause)
        self.uart.print(outcome.text)
        self._failure = outcome.failure
        if outcome.app is not None and outcome.app.library is not None:
            self._start(outcome, outcome.app.library, cause)
        elif outcome.retry is not None:
            again = outcome.retry.cause
            self._timer = self._loop.later(outcome.retry.seconds, lambda: self._restart(again))
        else:
            self._state = State.HALTED

    def _start(self, outcome: rom.Boot, library: bytes, cause: ResetCause) -> None:
        assert outcome.app is not None
        self._boot_count += 1
        self._speed = 1.0
        self._build_id = outcome.app.build_id
        offset, size = (outcome.model.offset, outcome.model.size) if outcome.model else (0, 0)
        sample_bytes, trace_entries = _room(self._flash.read(offset, HEADER_BYTES))
        camera = self._camera
        launch = Launch(
            flash=str(self._flash.path),
            model_offset=offset,
            model_bytes=size,
            build_id=outcome.app.build_id.hex(),
            app_sha256=outcome.app.sha256.hex(),
            reset_reason=int(cause.reason),
            boot_count=self._boot_count,
            baud=DEFAULT_BAUD,
            arena_bytes=self._options.arena_bytes or DEFAULT_ARENA_BYTES,
            max_sample_bytes=sample_bytes,
            trace_entries=trace_entries,
            stretch_invoke_us=self._options.stretch_invoke_us,
            camera_frame_count=camera.count if camera else 0,
            camera_period_us=camera.period_us if camera else 0,
        )
        self._state = State.RUNNING
        self._cpu.start(launch, self.uart.attach(), library, camera.frames if camera else b"")

    def _program_ended(self, code: int, last_words: str) -> None:
        if code == _REBOOT_TO_APP:
            self._restart(ResetCause.SOFTWARE)
        elif code == _REBOOT_TO_BOOTLOADER:
            self._restart(ResetCause.SOFTWARE, download=True)
        elif code in (cpu.EXIT_BAD_IMAGE, cpu.EXIT_BAD_CONFIG):
            self._halt("this simulated board cannot run the app: it is of another version")
        else:
            printed = "".join(line + "\r\n" for line in last_words.splitlines())
            fault = _FAULTS.get(signal.Signals(-code)) if code < 0 else None
            build = self._build_id
            text = rom.fault_text(fault, build) if fault else rom.abort_text(build)
            self._reboot_after(printed + text, ResetCause.PANIC)

    def _hangs(self) -> None:
        def bark() -> None:
            uptime_ms = int((time.monotonic() - self._started_at) * 1000)
            text = rom.watchdog_text(_INFERENCE_TASK, uptime_ms, self._build_id)
            self._reboot_after(text, ResetCause.TASK_WATCHDOG)

        self._timer = self._loop.later(self._options.watchdog_s, bark)

    def _halt(self, failure: str) -> None:
        self._stop(State.HALTED)
        self._failure = failure
        self.uart.print(f"E (130) sim: {failure}\r\n")

    def _reboot_after(self, text: str, cause: ResetCause) -> None:
        """Prints last words; the chip starts again a moment later, as the real one does."""
        self.uart.print(text)  # before the reset, so at the rate that the firmware had set
        self._stop(State.REBOOTING)
        self._timer = self._loop.later(rom.PANIC_REBOOT_S, lambda: self._restart(cause))


def _room(header: bytes) -> tuple[int, int]:
    """Bytes of a sample and entries of a trace, as firmware built for this network has them."""
    try:
        network = unpack_header(header)
    except WireError:  # the firmware says what is wrong with it
        return math.prod(CAMERA), 0
    frame = camera_frame(network.image)
    sample_bytes = max(network.sample_bytes, frame.size if frame else 0)
    return min(sample_bytes, MOST_SAMPLE_BYTES), min(network.op_outputs, MOST_TRACE_ENTRIES)
