"""What a run is asked to do, as one frozen object; from pytest options, the CLI or settings.

Every option is declared once, in `ARGUMENTS`; pytest, the `hil` command and the settings in
pyproject.toml (`hil.run.settings`) are all made of it.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, get_args

from hil.errors import UsageError
from hil.run.soak import DEFAULT_SOAK, parse_soak
from hil.samples.seeded import DEFAULT_SAMPLES, DEFAULT_SEED

if TYPE_CHECKING:
    from hil.network.settings import NetworkSettings

FlashMode = Literal["auto", "always", "never"]
SimEngine = Literal["auto", "tflm", "litert"]

DEFAULT_BAUD = 921_600

# Boards that bring a firmware of their own: the one that a project sets is for others.
WITH_FIRMWARE = ("sim", "replay:")

# Prefix of argparse's dest: plugins and projects have a baud, or a hil_gates, of their own.
DEST = "_camhil_"


@dataclass(frozen=True)
class RunOptions:
    """Options of one run. A field `x` is the option whose dest is `_camhil_x`.

    `declared`: what the project's settings say of their own network; no option has it.
    """

    board: str = "sim"
    firmware: Path | None = None
    network: Path | None = None
    declared: NetworkSettings | None = None
    baud: int = DEFAULT_BAUD
    flash: FlashMode = "auto"
    handshake_s: float = 15.0
    image_s: float = 30.0
    photos: Path | None = None
    resize: bool = False
    samples: int = DEFAULT_SAMPLES
    seed: int = DEFAULT_SEED
    thorough: bool = False
    soak: str = DEFAULT_SOAK
    run_s: float | None = None
    tolerances: Path | None = None
    facts: Path | None = None
    record: Path | None = None
    energy: str | None = None
    gates: Path | None = None
    baseline: str | None = None
    baseline_dir: Path = Path("baselines")
    store: Path | None = None
    sim_pacing: int | None = None
    sim_invoke_us: int = 0
    sim_bit_errors: float = 0.0
    sim_drops: float = 0.0
    sim_duplicates: float = 0.0
    sim_seed: int = 1
    sim_engine: SimEngine = "auto"
    sim_arena: int | None = None
    sim_flash_file: Path | None = None
    sim_camera: Path | None = None
    sim_fault: str | None = None

    @classmethod
    def from_values(
        cls, values: Mapping[str, Any], settings: Mapping[str, Any] | None = None
    ) -> RunOptions:
        """Takes what an argument parser produced; absent or None means the setting or default."""
        given = {f.name: values.get(DEST + f.name) for f in fields(cls)}
        given = {name: value for name, value in given.items() if value is not None}
        settings = dict(settings or {})
        if str(given.get("board", "")).startswith(WITH_FIRMWARE):
            settings.pop("firmware", None)
        network = given.get("network")
        if network is not None and network.resolve() != settings.get("network", network).resolve():
            settings.pop("declared", None)  # it is of the project's own network
        return cls(**{**settings, **given})

    def check_numbers(self) -> None:
        """Raises UsageError for a number that is out of range."""
        from hil.run.limits import check_limits

        check_limits(vars(self), _flag_of)

    def check(self) -> None:
        """Looks at what was given, before anything is opened; defaults cost nothing.

        Raises:
            UsageError: a board specification, number, build, directory or file that cannot be used.
        """
        self.check_numbers()
        parse_soak(self.soak)
        if self.energy is not None:
            from hil.board.meter.choosing import parse_meter

            if self.board.startswith("replay:"):
                raise UsageError(
                    "a recording takes no energy",
                    where="--energy",
                    hint="measure a board that is there: --board /dev/ttyUSB0",
                )
            parse_meter(self.energy).meter()
        if self.board != RunOptions.board:
            from hil.board.spec import parse_board_spec

            parse_board_spec(self.board)
            kind, _, replayed = self.board.partition(":")
            if kind == "replay":
                from hil.link.recording import read_recording

                read_recording(Path(replayed))
            if self.record is not None and self._replays(self.record):
                raise UsageError(
                    "the recording that is replayed cannot be written at the same time",
                    where="--record",
                    hint="choose another file",
                )
        if self.firmware is not None:
            from hil.board.artifacts import read_expected

            read_expected(self.firmware)
        if self.network is not None:
            from hil.board.artifacts import read_model

            read_model(self.network, self.declared)
        if self.photos is not None:
            from hil.samples.fixture_set import load_photos

            load_photos(self.photos)
        if self.tolerances is not None:
            from hil.judge.tolerance import load_tolerances

            load_tolerances(self.tolerances)
        if self.sim_camera is not None:
            from hil.sim.camera import open_camera

            open_camera(str(self.sim_camera), where="--sim-camera")
        if self.sim_fault is not None:
            from hil.sim.fault_lab import fault_lab

            fault_lab().check(self.sim_fault)
        if self.gates is not None:
            from hil.judge.gates.load import load_gates

            load_gates(self.gates)
        if self.baseline is not None:
            from hil.judge.baseline.option import parse_baseline

            parse_baseline(self.baseline)

    def _replays(self, file: Path) -> bool:
        kind, _, replayed = self.board.partition(":")
        return kind == "replay" and Path(replayed).resolve() == file.resolve()


@dataclass(frozen=True)
class Argument:
    """One command line option; `settings` are argparse's.

    `flag` is its name for the `hil` command and, where nobody else has it, for pytest.
    """

    flag: str
    name: str
    help: str
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Its name among the settings in pyproject.toml."""
        return self.name.replace("_", "-")

    @property
    def option(self) -> str:
        """Its name in pytest."""
        return f"--hil-{self.key}"


class _Once(argparse.Action):
    """Takes a value, and refuses another one: the last would win without a word."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        before = getattr(namespace, self.dest, None)
        if before is not None and before != values:
            raise argparse.ArgumentError(self, f"given twice: {before} and {values}")
        setattr(namespace, self.dest, values)


class _Add(Protocol):
    def __call__(self, flag: str, **settings: Any) -> object: ...


BOARD_ARGUMENTS = (
    Argument(
        "--board",
        "board",
        "sim (default), qemu or qemu:icount, auto, a port such as /dev/ttyUSB0, "
        "rfc2217://host:port, socket://host:port or replay:FILE",
        {"metavar": "SPEC"},
    ),
    Argument(
        "--firmware",
        "firmware",
        "build directory with flasher_args.json (default for sim: built on the spot)",
        {"metavar": "DIR", "type": Path},
    ),
    Argument(
        "--network",
        "network",
        "the network to test: a .tflite file, with a .toml of what it does not tell beside it "
        "(default: the build's, or camhil's own); with --board-flash never the one on the board",
        {"metavar": "FILE", "type": Path},
    ),
    Argument(
        "--board-baud",
        "baud",
        f"baud rate of the link once the board answers (default {DEFAULT_BAUD})",
        {"metavar": "BAUD", "type": int},
    ),
    Argument(
        "--board-flash",
        "flash",
        "auto (default) skips what the flash already holds; never takes what runs, "
        "if it is what --firmware holds",
        {"choices": get_args(FlashMode)},
    ),
    Argument(
        "--board-handshake-s",
        "handshake_s",
        "seconds from reset to the first answer (default 15)",
        {"metavar": "S", "type": float},
    ),
    Argument(
        "--board-image-s",
        "image_s",
        "seconds for one image, upload and inference (default 30)",
        {"metavar": "S", "type": float},
    ),
    Argument(
        "--record",
        "record",
        "keep the whole conversation with the board, for --board replay:FILE",
        {"metavar": "FILE", "type": Path},
    ),
)

RUN_ARGUMENTS = (
    Argument(
        "--photos",
        "photos",
        "directory of photographs, with or without manifest.toml (default: camhil's own)",
        {"metavar": "DIR", "type": Path},
    ),
    Argument(
        "--photos-resize",
        "resize",
        "cut and shrink photographs of another size instead of refusing them",
        {"action": "store_true"},
    ),
    Argument(
        "--samples",
        "samples",
        f"how many seeded samples every network is tested with (default {DEFAULT_SAMPLES})",
        {"metavar": "N", "type": int},
    ),
    Argument("--seed", "seed", "seed of these samples", {"metavar": "N", "type": int}),
    Argument(
        "--soak",
        "soak",
        "how long the long run in one start of the board is: a number of inferences, or a time "
        f"such as 30min (default {DEFAULT_SOAK})",
        {"metavar": "N|TIME"},
    ),
    Argument(
        "--run-s",
        "run_s",
        "seconds for the whole run; what the board is asked after them is not run (default: no "
        "limit)",
        {"metavar": "S", "type": float},
    ),
    Argument(
        "--tolerances",
        "tolerances",
        "TOML file of tolerances (default: everything exact)",
        {"metavar": "FILE", "type": Path},
    ),
    Argument(
        "--facts",
        "facts",
        "write every fact and outcome of the run as JSON lines",
        {"metavar": "FILE", "type": Path},
    ),
)

SUITE_ARGUMENTS = (
    Argument(
        "--thorough",
        "thorough",
        "the suite's long tests too; some write the model partition of the board, and restore it",
        {"action": "store_true"},
    ),
)

ENERGY_ARGUMENT = Argument(
    "--energy",
    "energy",
    "a meter of the board's current: csv:FILE, or ppk2:PORT,source_mv=5000 (docs/energy.md)",
    {"metavar": "METER"},
)

GATES_ARGUMENT = Argument(
    "--gates",
    "gates",
    "TOML file of limits; the run ends with SHIP, DO NOT SHIP or NOT PROVEN",
    {"metavar": "FILE", "type": Path},
)

BASELINE_ARGUMENTS = (
    Argument(
        "--baseline",
        "baseline",
        "save or compare, or save=NAME, compare=NAME: this run and the board's baseline",
        {"metavar": "WHAT"},
    ),
    Argument(
        "--baseline-dir",
        "baseline_dir",
        "directory of the baselines (default: baselines)",
        {"metavar": "DIR", "type": Path},
    ),
)

STORE_ARGUMENT = Argument(
    "--store",
    "store",
    "add the run to this history (`hil history --store FILE`)",
    {"metavar": "FILE", "type": Path},
)

VERDICT_ARGUMENTS = (GATES_ARGUMENT, *BASELINE_ARGUMENTS, STORE_ARGUMENT)

SIM_ARGUMENTS = (
    Argument(
        "--sim-pacing",
        "sim_pacing",
        "carry bytes no faster than a UART of this rate (default: as fast as it goes)",
        {"metavar": "BAUD", "type": int},
    ),
    Argument(
        "--sim-invoke-us",
        "sim_invoke_us",
        "let every inference take at least this long",
        {"metavar": "US", "type": int},
    ),
    Argument(
        "--sim-bit-errors",
        "sim_bit_errors",
        "flip this fraction of the bits on the UART",
        {"metavar": "RATE", "type": float},
    ),
    Argument(
        "--sim-drops",
        "sim_drops",
        "lose this fraction of the frames",
        {"metavar": "RATE", "type": float},
    ),
    Argument(
        "--sim-duplicates",
        "sim_duplicates",
        "deliver this fraction of the frames twice",
        {"metavar": "RATE", "type": float},
    ),
    Argument("--sim-seed", "sim_seed", "seed of the noise", {"metavar": "N", "type": int}),
    Argument(
        "--sim-engine",
        "sim_engine",
        "what runs the model (auto: tflite-micro, or LiteRT's reference kernels without it)",
        {"choices": get_args(SimEngine)},
    ),
    Argument("--sim-arena", "sim_arena", "size of the arena", {"metavar": "BYTES", "type": int}),
    Argument(
        "--sim-flash-file",
        "sim_flash_file",
        "file behind the simulated flash (default: one that is kept between runs)",
        {"metavar": "FILE", "type": Path},
    ),
    Argument(
        "--sim-camera",
        "sim_camera",
        "let the simulated board have a camera that sees this video or the pictures of this folder",
        {"metavar": "PATH", "type": Path},
    ),
    Argument(
        "--sim-fault",
        "sim_fault",
        "seed a fault into the simulated board (`python -m hil_lab.faults --list`)",
        {"metavar": "ID"},
    ),
)

ARGUMENTS = (
    *BOARD_ARGUMENTS,
    *RUN_ARGUMENTS,
    *SUITE_ARGUMENTS,
    ENERGY_ARGUMENT,
    *VERDICT_ARGUMENTS,
    *SIM_ARGUMENTS,
)


def add_arguments(add: _Add, arguments: tuple[Argument, ...], *, long: bool = False) -> None:
    """Adds options to an argparse parser, or by their `long` names to a pytest option group."""
    for argument in arguments:
        once = {"action": _Once} if argument.name == "network" else {}
        add(
            argument.option if long else argument.flag,
            dest=DEST + argument.name,
            default=None,
            help=argument.help,
            **argument.settings,
            **once,
        )


def _flag_of(name: str) -> str:
    return next(argument.flag for argument in ARGUMENTS if argument.name == name)
