"""Fixtures of the simulated board's tests: a build, a flashed chip, an open board."""

from __future__ import annotations

import contextlib
import json
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hil.base.deadline import Deadline
from hil.link.channel import Channel
from hil.link.jobs import Inference, Job
from hil.link.transport import open_serial
from hil.sim import firmware
from hil.sim.flash import FlashFile
from hil.sim.options import SimOptions
from hil.sim.process import SimProcess
from hil.sim.uart import DEFAULT_BAUD
from hil.testing.tiny_model import tiny_model
from hil.wire.replies import Identity

WAIT_S = 20.0
"""Granted to everything that a test waits for; nothing takes a fraction of it."""

IMAGE = bytes(range(256)) * 36

Chip = Callable[..., Path]
StartBench = Callable[..., "Bench"]


class Bench:
    """A running board with a channel to it."""

    def __init__(self, options: SimOptions) -> None:
        self.board = SimProcess(options)
        self.channel = self.open()

    def open(self) -> Channel:
        """Opens the port (again) and a channel on it."""
        transport = open_serial(self.board.port, DEFAULT_BAUD)
        self.channel = Channel(transport, baud=DEFAULT_BAUD)
        self._seen = 0
        return self.channel

    def connect(self) -> Identity:
        return self.channel.connect(Deadline.after(WAIT_S))

    def infer(self, *, trace: bool = False) -> Inference:
        return self.channel.infer(Job(IMAGE, trace=trace), Deadline.after(WAIT_S))

    def wait_for(self, text: str) -> str:
        """The next console line that contains `text`. Fails with all that came instead."""
        deadline = Deadline.after(WAIT_S)
        while not deadline.expired():
            lines = self.channel.console
            while self._seen < len(lines):
                self._seen += 1
                if text in lines[self._seen - 1].text:
                    return lines[self._seen - 1].text
            self.channel.listen(Deadline.after(deadline.remaining()), lambda _line: True)
        raise AssertionError(f"no '{text}' in:\n" + self.console())

    def console(self) -> str:
        return "\n".join(line.text for line in self.channel.console)

    def close(self) -> None:
        self.channel.close()
        self.board.stop()
        assert self.board.exit_code in (0, -signal.SIGKILL), "the board itself failed"


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model file, with its settings, whose inference takes no time."""
    model = tmp_path_factory.mktemp("model") / "tiny.tflite"
    model.write_bytes(tiny_model())
    settings = "positive_class = 1\nthreshold_percent = 50\n"
    model.with_suffix(".toml").write_text(settings, encoding="utf-8")
    return model


@pytest.fixture(scope="session")
def built(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The firmware with the tiny model: compiled where all find it, packed here."""
    folder = tmp_path_factory.mktemp("firmware") / "build"
    firmware.build()
    without = shutil.ignore_patterns("flash.bin")
    shutil.copytree(firmware.default_build_dir(), folder, ignore=without)
    return firmware.build(folder, model=tiny)


@pytest.fixture
def chip(built: Path, tmp_path: Path) -> Chip:
    """Makes flash files that hold the build; `parts` replaces or (None) leaves out files."""

    def make(**parts: bytes | None) -> Path:
        path = tmp_path / "flash.bin"
        arguments = json.loads((built / "flasher_args.json").read_text(encoding="utf-8"))
        with contextlib.closing(FlashFile(path)) as flash:
            for key in ("bootloader", "partition-table", "app", "model"):
                entry = arguments[key]
                content = parts.get(key.replace("-", "_"), (built / entry["file"]).read_bytes())
                if content is not None:
                    flash.write(int(entry["offset"], 0), content)
        return path

    return make


@pytest.fixture
def bench() -> Iterator[Callable[..., Bench]]:
    """Starts boards, unpowered unless told otherwise, and stops them at the end."""
    with contextlib.ExitStack() as stack:

        def start(flash: Path, **options: object) -> Bench:
            made = Bench(SimOptions(flash_file=flash, **{"start": "off", **options}))  # type: ignore[arg-type]
            stack.callback(made.close)
            return made

        yield start
