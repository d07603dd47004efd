"""Resets of the simulated board: lines, firmware, panics, watchdog, power, cable."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hil.base.deadline import Deadline
from hil.errors import HilError, InfrastructureError, UsageError
from hil.link.jobs import Job
from hil.testing.tiny_model import tiny_model
from hil.wire.enums import ErrorCode, RebootTarget, ResetReason

from . import networks

if TYPE_CHECKING:
    from tests.sim.conftest import Chip, StartBench

WAIT_S = 20.0

IMAGE = bytes(9216)


def test_erased_flash_boots_in_a_loop_and_says_why(bench: StartBench, tmp_path: Path) -> None:
    running = bench(tmp_path / "flash.bin")
    running.board.power(True)

    running.wait_for("invalid header: 0xffffffff")
    running.wait_for("rst:0x10 (RTCWDT_RTC_RESET)")
    assert running.board.status()["failure"] == "invalid header: 0xffffffff"
    assert running.board.status()["boot_count"] == 0


def test_a_damaged_app_does_not_boot_and_says_why(
    bench: StartBench, chip: Chip, built: Path
) -> None:
    app = bytearray((built / "camhil.bin").read_bytes())
    app[1000] ^= 1
    running = bench(chip(app=bytes(app)))
    running.board.power(True)

    running.wait_for("esp_image: Checksum failed")
    running.wait_for("No bootable app partitions")
    assert running.board.status()["boot_count"] == 0


def test_a_board_without_model_runs_and_says_so(bench: StartBench, chip: Chip) -> None:
    running = bench(chip(model=None), start="app")

    assert running.connect().model_state is ErrorCode.NO_MODEL


def test_the_reset_line_restarts_the_app(bench: StartBench, chip: Chip) -> None:
    running = bench(chip(), start="app")
    first = running.connect()

    running.board.reset()
    second = running.connect()

    assert second.boot_count == first.boot_count + 1
    # EN is a power-on reset on the ESP32.
    assert second.reset_reason == ResetReason.POWERON


def test_the_firmware_can_reset_the_board(bench: StartBench, chip: Chip) -> None:
    running = bench(chip(), start="app")
    running.connect()

    running.channel.reboot(RebootTarget.APP, Deadline.after(WAIT_S))
    running.wait_for("rst:0xc (SW_CPU_RESET)")

    assert running.connect().reset_reason == ResetReason.SW


def test_the_firmware_can_enter_the_bootloader(bench: StartBench, chip: Chip) -> None:
    running = bench(chip(), start="app")
    running.connect()

    running.channel.reboot(RebootTarget.BOOTLOADER, Deadline.after(WAIT_S))

    running.wait_for("waiting for download")
    assert running.board.status()["state"] == "download mode"


@pytest.mark.parametrize(
    ("how", "text"),
    [
        ("fault", "Guru Meditation Error: Core  0 panic'ed (LoadProhibited)"),
        ("abort", "abort() was called at PC 0x"),
    ],
)
def test_a_crash_is_a_panic_and_a_reset(bench: StartBench, chip: Chip, how: str, text: str) -> None:
    running = bench(chip(), start="app")
    before = running.connect()
    running.board.request("crash", how=how)

    with pytest.raises(HilError):
        running.channel.infer(Job(IMAGE), Deadline.after(0.2))

    running.wait_for(text)
    running.wait_for(f"ELF file SHA256: {before.build_id.hex()[:9]}")
    running.wait_for("Rebooting...")
    after = running.connect()
    assert after.reset_reason == ResetReason.PANIC
    assert after.boot_count == before.boot_count + 1
    running.infer()


def test_a_model_that_makes_tflm_abort_is_a_panic_at_every_boot(
    bench: StartBench, chip: Chip
) -> None:
    pytest.importorskip("tflite_micro")
    logits = struct.pack("<f", 1 / 16)
    assert logits in tiny_model()
    model = tiny_model().replace(logits, struct.pack("<f", 1e-12))
    running = bench(chip(model=networks.partition(model, like=tiny_model())))
    running.board.power(True)

    for _ in range(2):
        running.wait_for("Loaded app from partition")
        running.wait_for("abort() was called")
        running.wait_for("rst:0xc (SW_CPU_RESET)")
    assert running.board.status()["boot_count"] >= 2


def test_a_hanging_inference_ends_in_the_task_watchdog(bench: StartBench, chip: Chip) -> None:
    running = bench(chip(), start="app", watchdog_s=0.2)
    running.connect()
    running.board.hang()

    with pytest.raises(HilError):
        running.channel.infer(Job(IMAGE), Deadline.after(0.2))

    running.wait_for("task_wdt: Task watchdog got triggered")
    running.wait_for("CPU 0: inference")
    assert running.connect().reset_reason == ResetReason.TASK_WDT


def test_the_link_answers_while_an_inference_hangs(bench: StartBench, chip: Chip) -> None:
    running = bench(chip(), start="app", watchdog_s=WAIT_S)
    running.connect()
    running.board.hang()
    with pytest.raises(HilError):
        running.channel.infer(Job(IMAGE), Deadline.after(0.2))

    assert running.channel.echo(b"still here", Deadline.after(WAIT_S)) == b"still here"


def test_a_brownout_resets_with_its_reason(bench: StartBench, chip: Chip) -> None:
    running = bench(chip(), start="app")
    running.connect()

    running.board.brownout()
    running.wait_for("Brownout detector was triggered")
    running.wait_for("rst:0xf (RTCWDT_BROWN_OUT_RESET)")

    assert running.connect().reset_reason == ResetReason.BROWNOUT


def test_an_unplugged_board_vanishes_and_comes_back_powered_on(
    bench: StartBench, chip: Chip
) -> None:
    running = bench(chip(), start="app")
    running.connect()
    old_port = running.board.port

    running.board.unplug()
    with pytest.raises(InfrastructureError):
        running.infer()
    assert running.board.status()["port"] is None
    assert not Path(old_port).exists()

    running.channel.close()
    running.board.replug()
    running.open()
    assert running.connect().reset_reason == ResetReason.POWERON


def test_a_board_without_power_is_silent_and_refuses_a_reset(bench: StartBench, chip: Chip) -> None:
    running = bench(chip(), start="app")
    running.connect()

    running.board.power(False)

    with pytest.raises(UsageError, match="no power"):
        running.board.reset()
    running.board.power(True)
    assert running.connect().reset_reason == ResetReason.POWERON
