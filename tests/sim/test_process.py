"""The simulated board as a process: reset, crash, cable, persistence."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import serial

from hil.deadline import Deadline
from hil.errors import HilError, InfrastructureError, UsageError
from hil.link.channel import Channel
from hil.link.jobs import Inference, Job
from hil.sim.options import SimOptions
from hil.sim.process import SimProcess
from hil.wire.enums import ErrorCode, RebootTarget, ResetReason
from hil.wire.messages import Identity

if TYPE_CHECKING:
    from tests.sim.conftest import Chip, StartBench

WAIT_S = 20.0

IMAGE = bytes(range(256)) * 36


def connect(channel: Channel) -> Identity:
    return channel.connect(Deadline.after(WAIT_S))


def infer(channel: Channel, image: bytes = IMAGE, *, trace: bool = False) -> Inference:
    return channel.infer(Job(image, trace=trace), Deadline.after(WAIT_S))


def test_a_flashed_board_boots_and_says_who_it_is(bench: StartBench, chip: Chip) -> None:
    running = bench(chip())
    running.board.power(True)

    running.wait_for("rst:0x1 (POWERON_RESET)")
    running.wait_for("Loaded app from partition at offset 0x10000")
    identity = connect(running.channel)

    assert identity.target == "sim"
    assert identity.model_state is ErrorCode.OK
    assert identity.reset_reason == ResetReason.POWERON
    assert running.board.status()["state"] == "running"


def test_the_board_reports_the_digests_of_what_is_flashed(
    bench: StartBench, chip: Chip, built: Path
) -> None:
    app = (built / "camhil.bin").read_bytes()
    running = bench(chip(), start="app")

    identity = connect(running.channel)

    assert identity.app_sha256 == app[-32:]
    assert identity.build_id == app[0xB0:0xD0]


def test_an_image_is_inferred_over_the_pty(bench: StartBench, chip: Chip) -> None:
    running = bench(chip(), start="app")
    connect(running.channel)

    result = infer(running.channel, trace=True).result

    assert len(result.scores) == 2
    trace = running.channel.trace(Deadline.after(WAIT_S))
    assert len(trace.entries) == len(running.channel.ops(Deadline.after(WAIT_S)))


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

    assert connect(running.channel).model_state is ErrorCode.NO_MODEL


def test_the_reset_line_restarts_the_app(bench: StartBench, chip: Chip) -> None:
    running = bench(chip(), start="app")
    first = connect(running.channel)

    running.board.reset()
    second = connect(running.channel)

    assert second.boot_count == first.boot_count + 1
    # EN is a power-on reset on the ESP32.
    assert second.reset_reason == ResetReason.POWERON


def test_the_firmware_can_reset_the_board(bench: StartBench, chip: Chip) -> None:
    running = bench(chip(), start="app")
    connect(running.channel)

    running.channel.reboot(RebootTarget.APP, Deadline.after(WAIT_S))
    running.wait_for("rst:0xc (SW_CPU_RESET)")

    assert connect(running.channel).reset_reason == ResetReason.SW


def test_the_firmware_can_enter_the_bootloader(bench: StartBench, chip: Chip) -> None:
    running = bench(chip(), start="app")
    connect(running.channel)

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
    before = connect(running.channel)
    running.board.request("crash", how=how)

    with pytest.raises(HilError):
        running.channel.infer(Job(IMAGE), Deadline.after(0.2))

    running.wait_for(text)
    running.wait_for(f"ELF file SHA256: {before.build_id.hex()[:9]}")
    running.wait_for("Rebooting...")
    after = connect(running.channel)
    assert after.reset_reason == ResetReason.PANIC
    assert after.boot_count == before.boot_count + 1
    infer(running.channel)


def test_a_hanging_inference_ends_in_the_task_watchdog(bench: StartBench, chip: Chip) -> None:
    running = bench(chip(), start="app", watchdog_s=0.2)
    connect(running.channel)
    running.board.hang()

    with pytest.raises(HilError):
        running.channel.infer(Job(IMAGE), Deadline.after(0.2))

    running.wait_for("task_wdt: Task watchdog got triggered")
    running.wait_for("CPU 0: inference")
    assert connect(running.channel).reset_reason == ResetReason.TASK_WDT


def test_the_link_answers_while_an_inference_hangs(bench: StartBench, chip: Chip) -> None:
    running = bench(chip(), start="app", watchdog_s=WAIT_S)
    connect(running.channel)
    running.board.hang()
    with pytest.raises(HilError):
        running.channel.infer(Job(IMAGE), Deadline.after(0.2))

    assert running.channel.echo(b"still here", Deadline.after(WAIT_S)) == b"still here"


def test_a_brownout_resets_with_its_reason(bench: StartBench, chip: Chip) -> None:
    running = bench(chip(), start="app")
    connect(running.channel)

    running.board.brownout()
    running.wait_for("Brownout detector was triggered")
    running.wait_for("rst:0xf (RTCWDT_BROWN_OUT_RESET)")

    assert connect(running.channel).reset_reason == ResetReason.BROWNOUT


def test_an_unplugged_board_vanishes_and_comes_back_powered_on(
    bench: StartBench, chip: Chip
) -> None:
    running = bench(chip(), start="app")
    connect(running.channel)
    old_port = running.board.port

    running.board.unplug()
    with pytest.raises(InfrastructureError):
        infer(running.channel)
    assert running.board.status()["port"] is None
    assert not Path(old_port).exists()

    running.channel.close()
    running.board.replug()
    assert connect(running.open()).reset_reason == ResetReason.POWERON


def test_a_board_without_power_is_silent_and_refuses_a_reset(bench: StartBench, chip: Chip) -> None:
    running = bench(chip(), start="app")
    connect(running.channel)

    running.board.power(False)

    with pytest.raises(UsageError, match="no power"):
        running.board.reset()
    running.board.power(True)
    assert connect(running.channel).reset_reason == ResetReason.POWERON


def test_the_wrong_rate_garbles_and_the_right_one_does_not(bench: StartBench, chip: Chip) -> None:
    running = bench(chip(), start="app")
    connect(running.channel)
    running.channel.transport.set_baud(57_600)
    with pytest.raises(HilError):
        running.channel.echo(b"x", Deadline.after(0.3))

    running.channel.transport.set_baud(115_200)
    assert running.channel.echo(b"x", Deadline.after(WAIT_S)) == b"x"


def test_the_firmware_changes_the_rate_of_the_line(bench: StartBench, chip: Chip) -> None:
    running = bench(chip(), start="app")
    connect(running.channel)

    running.channel.set_baud(921_600, Deadline.after(WAIT_S))

    assert running.board.status()["baud"] == 921_600
    infer(running.channel)


def test_a_noisy_line_still_delivers_the_right_result(bench: StartBench, chip: Chip) -> None:
    running = bench(chip(), start="app")
    connect(running.channel)
    quiet = infer(running.channel).result

    running.board.request("line", bit_error_rate=2e-5, drop_rate=0.05, duplicate_rate=0.05, seed=5)
    noisy = [infer(running.channel).result for _ in range(5)]

    assert [result.scores for result in noisy] == [quiet.scores] * 5
    assert running.channel.stats.retransmitted > 0


def test_a_paced_line_carries_images(bench: StartBench, chip: Chip) -> None:
    running = bench(chip(), start="app", baud_pacing=2_000_000)
    connect(running.channel)

    inference = infer(running.channel)

    # 200,000 bytes a second, by the board's clock, which starts once the first of six chunks
    # is there: 5 * 1,536 bytes at least.
    assert inference.result.times.upload_us >= 7680 / 0.2


def test_an_inference_can_be_stretched(bench: StartBench, chip: Chip) -> None:
    running = bench(chip(), start="app", stretch_invoke_us=50_000)
    connect(running.channel)

    assert infer(running.channel).result.times.invoke_us >= 50_000


def test_a_small_arena_is_reported_with_need_and_size(bench: StartBench, chip: Chip) -> None:
    running = bench(chip(), start="app", arena_bytes=1000, engine="tflm")

    identity = connect(running.channel)

    assert identity.model_state is ErrorCode.ARENA_TOO_SMALL
    assert "1000" in identity.model_message


def test_the_litert_engine_names_itself(bench: StartBench, chip: Chip) -> None:
    running = bench(chip(), start="app", engine="litert")

    assert connect(running.channel).engine.startswith("litert-reference ")
    assert len(infer(running.channel).result.scores) == 2


def test_flash_survives_the_process(bench: StartBench, chip: Chip) -> None:
    flash = chip()
    first = bench(flash, start="app")
    identity = connect(first.channel)
    os.killpg(first.board.pid, signal.SIGKILL)
    first.close()

    second = bench(flash, start="app")

    assert connect(second.channel).app_sha256 == identity.app_sha256


def test_two_boards_cannot_use_one_flash_file(bench: StartBench, chip: Chip) -> None:
    flash = chip()
    bench(flash)

    with pytest.raises(InfrastructureError, match="another simulated board uses this"):
        SimProcess(SimOptions(flash_file=flash))


def test_impossible_options_are_refused_before_anything_starts() -> None:
    with pytest.raises(UsageError, match="bit_error_rate"):
        SimOptions(bit_error_rate=1.5)


def test_unknown_operations_are_refused_with_a_hint(bench: StartBench, tmp_path: Path) -> None:
    running = bench(tmp_path / "flash.bin")

    with pytest.raises(UsageError, match="not a request"):
        running.board.request("explode")
    with pytest.raises(UsageError, match="'sideways' is unknown") as caught:
        running.board.request("reset", boot="sideways")
    assert "app, download" in caught.value.hint


def test_a_stopped_board_leaves_no_process(chip: Chip) -> None:
    board = SimProcess(SimOptions(flash_file=chip()))
    session = board.pid

    board.stop()

    assert board.exit_code == 0
    assert processes_of(session) == []


def test_a_board_dies_with_its_parent(chip: Chip) -> None:
    script = (
        "import os, sys; from pathlib import Path; from hil.sim.process import *\n"
        "board = SimProcess(SimOptions(flash_file=Path(sys.argv[1])))\n"
        "print(board.pid, flush=True); sys.stdin.read(); os.kill(os.getpid(), 9)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script, str(chip())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    session = int(parent.stdout.readline())
    parent.communicate("")
    assert parent.returncode == -signal.SIGKILL

    deadline = Deadline.after(WAIT_S)
    while processes_of(session) and not deadline.expired():
        os.sched_yield()
    assert processes_of(session) == []


def processes_of(session: int) -> list[int]:
    """Living processes of a session; zombies are dead."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, its_session = stat.read_text().rpartition(")")[2].split()[:4]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(its_session) == session and state != "Z":
            found.append(int(stat.parent.name))
    return found


def test_raw_tcp_serves_a_board(chip: Chip) -> None:
    with SimProcess(SimOptions(flash_file=chip()), tcp=0) as board:
        assert board.port.startswith("socket://")
        with serial.serial_for_url(board.port, timeout=WAIT_S) as port:
            board.reset()
            assert b"POWERON_RESET" in port.read_until(b"POWERON_RESET")


def test_the_control_socket_speaks_json_lines(chip: Chip) -> None:
    import socket

    with (
        SimProcess(SimOptions(flash_file=chip())) as board,
        socket.socket(socket.AF_UNIX) as client,
        client.makefile("rw") as lines,
    ):
        client.connect(board.control)
        client.settimeout(WAIT_S)
        lines.write('not json\n{"op": "status"}\n')
        lines.flush()

        assert json.loads(lines.readline())["ok"] is False
        assert json.loads(lines.readline())["port"] == board.port
