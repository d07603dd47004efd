"""The real firmware in the emulated ESP32, with whatever in its flash.

Skipped where there is no emulator or no build. `CAMHIL_FIRMWARE` names a build directory; without
it that of this repository is taken.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from hil.base.deadline import Deadline
from hil.board.artifacts import Expected, read_expected
from hil.board.qemu import QemuAdapter
from hil.board.qemu_find import find_qemu
from hil.build.flash_layout import find_partition
from hil.errors import InfrastructureError, UnavailableError, UsageError
from hil.link.channel import Channel
from hil.wire.replies import Identity

BOOT_S = 60.0


class EmulatedBoard:
    """An emulated board whose model partition the test writes."""

    def __init__(self, adapter: QemuAdapter, expected: Expected) -> None:
        self.expected = expected
        self._adapter = adapter
        self._partition = find_partition(expected.partitions, "model")

    @property
    def model_image(self) -> bytes:
        """The model partition of the build."""
        [file] = [file for file in self.expected.files if file.offset == self._partition.offset]
        return file.data

    def boot(self, model_partition: bytes | None = None) -> Channel:
        """Starts the board with this model partition (None: that of the build)."""
        self._adapter.write_flash(self.expected, force=True)
        content = self.model_image if model_partition is None else model_partition
        flash = self._adapter.flash_chip.path
        data = bytearray(flash.read_bytes())
        start = self._partition.offset
        data[start : start + self._partition.size] = content.ljust(self._partition.size, b"\xff")
        flash.write_bytes(data)
        return self.restart()

    def restart(self) -> Channel:
        """Pulls the reset line; what the board keeps over a reset stays."""
        stream = self._adapter.open_stream(self._adapter.url, 115_200)
        self._adapter.emulator.reset()
        return Channel(stream, baud=115_200)

    def identity(self, channel: Channel) -> Identity:
        """Who answers, however many restarts it takes."""
        deadline = Deadline.after(BOOT_S)
        while True:
            try:
                return channel.connect(Deadline.after(min(5.0, deadline.remaining())))
            except InfrastructureError:
                if deadline.expired():
                    raise


@pytest.fixture(scope="session")
def build() -> Expected:
    root = Path(__file__).resolve().parents[2]
    folder = Path(os.environ.get("CAMHIL_FIRMWARE") or root / "firmware" / "esp32" / "build")
    try:
        return read_expected(folder)
    except UsageError as error:
        pytest.skip(f"no firmware for the emulator: {error.message}")


@pytest.fixture
def board(build: Expected) -> Iterator[EmulatedBoard]:
    try:
        adapter = QemuAdapter(find_qemu())
    except UnavailableError as error:
        pytest.skip(error.message)
    adapter.start(Deadline.after(BOOT_S))
    yield EmulatedBoard(adapter, build)
    adapter.close()
