"""Real esptool against the simulated board."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import serial
from esptool.reset import DEFAULT_RESET_DELAY, ClassicReset, HardReset

from hil.base.deadline import Deadline
from hil.link.channel import Channel
from hil.link.transport import open_serial
from hil.sim.options import SimOptions
from hil.sim.process import SimProcess
from hil.sim.uart import DEFAULT_BAUD

if TYPE_CHECKING:
    from tests.sim.conftest import Chip, StartBench

WAIT_S = 20.0

pytestmark = pytest.mark.filterwarnings("ignore:set.*:DeprecationWarning:serial")


def esptool(
    port: str, *command: str | Path, reset: str = "no-reset", after: str = "no-reset"
) -> str:
    connection = ["--chip", "esp32", "--port", port, "--before", reset, "--after", after]
    result = subprocess.run(
        [sys.executable, "-m", "esptool", *connection, *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout
    return result.stdout


def files_of(built: Path) -> list[str]:
    files = json.loads((built / "flasher_args.json").read_text(encoding="utf-8"))["flash_files"]
    return [part for offset, name in files.items() for part in (offset, str(built / name))]


@pytest.mark.parametrize("stub", [True, False])
def test_esptool_flashes_a_board_that_then_boots(
    bench: StartBench, tmp_path: Path, built: Path, stub: bool
) -> None:
    running = bench(tmp_path / "flash.bin")
    running.board.power(True)
    running.board.reset("download")
    running.wait_for("waiting for download")
    running.channel.close()

    flags = [] if stub else ["--no-stub"]
    output = esptool(running.board.port, *flags, "write-flash", *files_of(built))

    assert output.count("Hash of data verified.") == 4
    channel = running.open()
    running.board.reset("app")
    identity = channel.connect(Deadline.after(WAIT_S))
    assert identity.app_sha256 == (built / "camhil.bin").read_bytes()[-32:]


def test_what_esptool_wrote_can_be_read_back_and_erased(bench: StartBench, tmp_path: Path) -> None:
    content = tmp_path / "content.bin"
    content.write_bytes(bytes(range(256)) * 16)
    running = bench(tmp_path / "flash.bin", start="download")
    running.channel.close()
    port = running.board.port

    esptool(port, "write-flash", "0x20000", content)
    esptool(port, "read-flash", "0x20000", "0x1000", tmp_path / "read.bin")
    assert (tmp_path / "read.bin").read_bytes() == content.read_bytes()

    esptool(port, "erase-flash")
    assert (tmp_path / "flash.bin").read_bytes() == b"\xff" * 4 * 1024 * 1024


def test_the_reset_sequences_of_esptool_work_over_rfc2217(chip: Chip) -> None:
    with (
        SimProcess(SimOptions(flash_file=chip()), rfc2217=0) as board,
        serial.serial_for_url(board.port, baudrate=DEFAULT_BAUD, timeout=WAIT_S) as port,
    ):
        assert board.status()["state"] == "running"

        ClassicReset(port, DEFAULT_RESET_DELAY)()
        assert b"waiting for download" in port.read_until(b"waiting for download")
        assert board.status()["state"] == "download mode"

        HardReset(port)()
        assert b"Loaded app" in port.read_until(b"Loaded app")
        assert board.status()["state"] == "running"


def test_data_passes_rfc2217_unchanged(chip: Chip, built: Path) -> None:
    with SimProcess(SimOptions(flash_file=chip()), rfc2217=0) as board:
        channel = Channel(open_serial(board.port, DEFAULT_BAUD), baud=DEFAULT_BAUD)
        with contextlib.closing(channel):
            identity = channel.connect(Deadline.after(WAIT_S))
            every_byte = bytes(range(256))
            assert channel.echo(every_byte, Deadline.after(WAIT_S)) == every_byte
        assert identity.app_sha256 == (built / "camhil.bin").read_bytes()[-32:]
