"""Options of the simulated board, and their form on its command line."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from hil.errors import UsageError
from hil.sim.engine import ENGINES
from hil.sim.line import NoiseRates

if TYPE_CHECKING:
    import argparse

# What the firmware reserves on an ESP32 is less: pointers take 4 bytes there, 8 here.
DEFAULT_ARENA_BYTES = 128 * 1024
_DAY_S = 86_400.0
STARTS = ("app", "download", "off")


@dataclass(frozen=True)
class SimOptions:
    """How the simulated board behaves.

    Attributes:
        baud_pacing: bits per second of the serial line; None carries bytes as fast as they
            come. Once the firmware changes its rate, a paced line follows it.
        stretch_invoke_us: an inference takes at least this long.
        bit_error_rate: probability that a bit is flipped, each way.
        drop_rate, duplicate_rate: probability that a frame is lost or comes twice, each way.
        seed: of all noise.
        deaf_above, mute_above: at a faster rate, in baud, what goes to the board, or comes from
            it, arrives damaged; None: at no rate.
        engine: "tflm", "litert" (reference kernels), or "auto": tflm where installed.
        arena_bytes: limit given to the engine; None is 128 KiB.
        flash_file: the flash chip's content, kept between runs. None is a file in the
            build or cache folder, or a temporary one while another board uses that.
        start: what the board does first: boot, wait in download mode, or stay unpowered.
        fault: id of a seeded fault (`hil.sim.fault_lab`), None for a sound board.
        camera: None for a board without one; what it sees: a folder of pictures, a
            video, or "synthetic".
        watchdog_s: how long an inference may hang before the task watchdog resets.
    """

    baud_pacing: int | None = None
    stretch_invoke_us: int = 0
    bit_error_rate: float = 0.0
    drop_rate: float = 0.0
    duplicate_rate: float = 0.0
    seed: int = 1
    deaf_above: int | None = None
    mute_above: int | None = None
    engine: Literal["auto", "tflm", "litert"] = "auto"
    arena_bytes: int | None = None
    flash_file: Path | None = None
    start: Literal["app", "download", "off"] = "app"
    fault: str | None = None
    camera: str | None = None
    watchdog_s: float = 5.0  # CONFIG_ESP_TASK_WDT_TIMEOUT_S

    def __post_init__(self) -> None:
        rates = {"bit_error_rate", "drop_rate", "duplicate_rate"}
        for name in rates:
            _check(0.0 <= getattr(self, name) <= 1.0, name, "a probability from 0 to 1", self)
        _check(self.drop_rate + self.duplicate_rate <= 1.0, "drop_rate", "less", self)
        _check(self.baud_pacing is None or self.baud_pacing > 0, "baud_pacing", "above 0", self)
        _check(self.stretch_invoke_us >= 0, "stretch_invoke_us", "0 or more", self)
        _check(self.arena_bytes is None or self.arena_bytes > 0, "arena_bytes", "above 0", self)
        _check(0.0 < self.watchdog_s <= _DAY_S, "watchdog_s", "seconds of at most a day", self)
        _check(self.engine in ENGINES, "engine", f"one of {', '.join(ENGINES)}", self)
        _check(self.start in STARTS, "start", f"one of {', '.join(STARTS)}", self)

    @property
    def noise(self) -> NoiseRates:
        """What the line does to bytes."""
        return NoiseRates(**{name.name: getattr(self, name.name) for name in fields(NoiseRates)})

    def to_arguments(self) -> list[str]:
        """The command line of `python -m hil.sim` that gives these options."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return [
            part
            for name, value in values.items()
            if value is not None
            for part in (_flag(name), str(value))
        ]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds one flag per option."""

    def add(name: str, text: str, **settings: Any) -> None:
        parser.add_argument(_flag(name), help=text, **settings)

    add("baud_pacing", "carry bytes no faster than a line of this rate", type=int, metavar="BAUD")
    add("stretch_invoke_us", "an inference takes at least this long", type=int, metavar="US")
    add("bit_error_rate", "flip this fraction of the bits", type=float, metavar="P")
    add("drop_rate", "lose this fraction of the frames", type=float, metavar="P")
    add("duplicate_rate", "deliver this fraction of the frames twice", type=float, metavar="P")
    add("seed", "of the noise", type=int, metavar="N")
    for name, way in (("deaf_above", "to the board"), ("mute_above", "from the board")):
        add(name, f"damage all that goes {way} at a faster rate", type=int, metavar="BAUD")
    add("engine", "what runs the model", choices=ENGINES)
    add("arena_bytes", "size of the tensor arena", type=int, metavar="BYTES")
    add("flash_file", "the flash chip's content", type=Path, metavar="FILE")
    add("start", "boot the app, wait in download mode, or stay unpowered", choices=STARTS)
    add("fault", "seed a fault of the laboratory", metavar="ID")
    add("camera", "has a camera, which sees these pictures, or synthetic ones", metavar="DIR")
    add("watchdog_s", "reset after an inference has hung this long", type=float, metavar="S")


def from_arguments(arguments: argparse.Namespace) -> SimOptions:
    """The options that were parsed; what was not given has its default."""
    names = [field.name for field in fields(SimOptions)]
    given = {name: getattr(arguments, name) for name in names}
    return SimOptions(**{name: value for name, value in given.items() if value is not None})


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def _check(good: bool, name: str, wanted: str, options: SimOptions) -> None:
    if not good:
        raise UsageError(
            f"{name} of the simulated board is {getattr(options, name)!r}",
            where=_flag(name),
            hint=f"give {wanted}",
        )
