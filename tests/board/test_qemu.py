"""An emulated board's life, with a program that looks like QEMU from outside."""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hil.base.deadline import Deadline
from hil.board import Board
from hil.board.artifacts import Expected, read_expected
from hil.board.opening import open_adapter, open_board
from hil.board.options import BoardOptions
from hil.board.qemu import QemuAdapter
from hil.board.qemu_options import QemuOptions
from hil.errors import InfrastructureError, UsageError
from hil.link.errors import NoAnswerError
from hil_lab.fakes import qemu as fake_qemu
from hil_lab.fakes.firmware_build import Build

IMAGE = bytes(range(256)) * 36
OPTIONS = BoardOptions(handshake_s=10.0, image_s=2.0, request_s=2.0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "qemu"


@pytest.fixture
def opened(folder: Path, expected: Expected) -> Iterator[Callable[..., Board]]:
    boards: list[Board] = []

    def start(fault: str = "", options: QemuOptions | None = None) -> Board:
        adapter = QemuAdapter(fake_qemu.install(folder, fault), options)
        boards.append(open_adapter(adapter, expected, OPTIONS))
        return boards[-1]

    yield start
    for board in boards:
        board.close()


def adapter_of(board: Board) -> QemuAdapter:
    adapter = board._connection.adapter
    assert isinstance(adapter, QemuAdapter)
    return adapter


def gone(pid: int) -> bool:
    """Whether the process has ended; one that nobody waited for counts as ended."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return True
    return state == "Z"


def wait_until(true: Callable[[], bool]) -> None:
    deadline = Deadline.after(10)
    while not true():
        assert not deadline.expired()
        time.sleep(0.01)


def test_the_board_runs_the_build_out_of_its_flash(
    opened: Callable[..., Board], expected: Expected
) -> None:
    board = opened()
    assert board.flashed is not None
    assert not board.flashed.skipped
    assert [file.name for file in board.flashed.files if file.written] == [
        "bootloader.bin", "partition-table.bin", "person.bin", "model.bin"
    ]  # fmt: skip
    assert board.identity.build_id == expected.build_id
    assert board.identity.model_sha256 == expected.model_sha256
    assert board.infer(IMAGE).count == 1
    assert board.baud == OPTIONS.baud


def test_nothing_of_the_first_start_is_lost(opened: Callable[..., Board]) -> None:
    lines = [line.text for line in opened().console]
    assert lines[0] == "ets Jul 29 2019 12:21:46"
    assert lines[-1] == "I (312) camhil: ready"


def test_a_build_that_is_in_flash_is_not_written_again(opened: Callable[..., Board]) -> None:
    board = opened()
    pid = adapter_of(board).emulator.pid
    report = board.flash()
    assert report.skipped
    assert adapter_of(board).emulator.pid == pid
    assert board.infer(IMAGE).count == 1
    assert not board.flash(force=True).skipped
    board.connect()
    assert adapter_of(board).emulator.pid != pid


def test_reset_and_reboot_restart_the_chip(opened: Callable[..., Board]) -> None:
    board = opened()
    board.infer(IMAGE)
    board.reset()
    assert board.identity.reset_reason == 1
    assert board.infer(IMAGE).count == 1
    board.reboot()
    assert board.identity.reset_reason == 3
    assert board.infer(IMAGE).count == 1


def test_the_emulator_and_its_flash_go_with_the_board(opened: Callable[..., Board]) -> None:
    board = opened()
    pid, flash = adapter_of(board).emulator.pid, adapter_of(board).flash_chip.path
    assert flash.exists()
    board.close()
    assert gone(pid)
    assert not flash.parent.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel has to be asked for it")
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_neither_emulator_nor_folder_outlive_a_run_that_is_killed(
    folder: Path, build: Build, how: signal.Signals
) -> None:
    program, firmware = fake_qemu.install(folder), build.write()
    code = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from hil.board.artifacts import read_expected\n"
        "from hil.board.opening import open_adapter\n"
        "from hil.board.options import BoardOptions\n"
        "from hil.board.qemu import QemuAdapter\n"
        f"adapter = QemuAdapter(Path({str(program)!r}))\n"
        f"expected = read_expected(Path({str(firmware)!r}))\n"
        "board = open_adapter(adapter, expected, BoardOptions())\n"
        "print(adapter.emulator.pid, adapter.flash_chip.path.parent, flush=True)\n"
        "time.sleep(60)\n"
    )
    run = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert run.stdout is not None
    pid, flash = run.stdout.readline().split()
    os.kill(run.pid, how)
    run.wait()
    run.stdout.close()
    wait_until(lambda: gone(int(pid)))
    wait_until(lambda: not Path(flash).exists())


@pytest.mark.parametrize(
    ("options", "time_base", "arguments"),
    [
        (QemuOptions(), "none", []),
        (QemuOptions(icount=2), "virtual", ["-icount", "shift=2,align=off,sleep=on"]),
        (QemuOptions(psram_mb=4), "none", ["-m", "4M"]),
    ],
)
def test_options_become_arguments(
    opened: Callable[..., Board],
    folder: Path,
    options: QemuOptions,
    time_base: str,
    arguments: list[str],
) -> None:
    assert opened(options=options).time_base == time_base
    command = fake_qemu.starts(folder)[-1]
    assert command[:2] == ["-M", "esp32"]
    assert ("-icount" in command) == ("-icount" in arguments)
    assert ("-m" in command) == ("-m" in arguments)
    if arguments:
        at = command.index(arguments[0])
        assert command[at : at + 2] == arguments


def test_a_slow_host_is_no_reset_by_a_watchdog(opened: Callable[..., Board], folder: Path) -> None:
    opened()
    command = fake_qemu.starts(folder)[-1]
    # QEMU's global of a device: -global driver=TYPE,property=NAME,value=VALUE.
    off = "driver=timer.esp32.timg,property=wdt_disable,value=true"
    assert command[command.index(off) - 1] == "-global"


def test_a_loaded_host_has_a_minute_to_start_the_chip(
    opened: Callable[..., Board], folder: Path, expected: Expected
) -> None:
    assert OPTIONS.handshake_s < 60
    assert opened().options.handshake_s == 60
    patient = dataclasses.replace(OPTIONS, handshake_s=90)
    with open_adapter(QemuAdapter(fake_qemu.install(folder)), expected, patient) as board:
        assert board.options.handshake_s == 90


def test_two_emulated_boards_do_not_meet(
    opened: Callable[..., Board], tmp_path: Path, expected: Expected
) -> None:
    first, second = opened(), opened()
    assert adapter_of(first).flash_chip.path != adapter_of(second).flash_chip.path
    assert first.infer(IMAGE).count == 1
    assert second.infer(IMAGE).count == 1


# ---- trouble


def test_an_emulator_that_ends_is_infrastructure_and_says_its_last_words(
    opened: Callable[..., Board],
) -> None:
    board = opened("ends on infer")
    with pytest.raises(InfrastructureError, match="emulator ended with exit code 3") as caught:
        board.infer(IMAGE)
    assert "| qemu: fatal: no such instruction" in caught.value.message
    recovery = board.recover()  # another emulator, with the same flash
    assert "ended with exit code 3" in recovery.cause
    assert board.memory().arena_bytes


def test_an_emulator_that_is_killed_is_named_so(opened: Callable[..., Board]) -> None:
    board = opened()
    os.kill(adapter_of(board).emulator.pid, signal.SIGSEGV)
    with pytest.raises(InfrastructureError, match="emulator was killed by SIGSEGV"):
        board.echo(b"x")


def test_an_emulator_that_hangs_gives_way_to_another(
    opened: Callable[..., Board], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hil.board.qemu_process._STOP_S", 0.5)
    board = opened("hangs on infer")
    pid = adapter_of(board).emulator.pid
    with pytest.raises(NoAnswerError):
        board.infer(IMAGE)
    board.recover()
    assert gone(pid)
    assert board.memory().arena_bytes


def test_an_emulator_that_hangs_in_a_reset_is_told_from_a_silent_chip(
    opened: Callable[..., Board], monkeypatch: pytest.MonkeyPatch
) -> None:
    for limit in ("_ANSWER_S", "_STOP_S"):
        monkeypatch.setattr(f"hil.board.qemu_process.{limit}", 0.5)
    with pytest.raises(InfrastructureError, match="hangs while resetting the chip"):
        opened("hangs on reset")


def test_an_emulator_that_does_not_start_says_why(opened: Callable[..., Board]) -> None:
    with pytest.raises(InfrastructureError, match="emulator ended with exit code 1") as caught:
        opened("broken")
    assert "| qemu-system-xtensa: ROM code binary not found" in caught.value.message


def test_a_program_that_cannot_be_executed_is_infrastructure(
    folder: Path, expected: Expected
) -> None:
    program = fake_qemu.install(folder)
    program.chmod(0o644)
    with pytest.raises(InfrastructureError, match="emulator"):
        open_adapter(QemuAdapter(program), expected, OPTIONS)


def test_a_build_that_the_emulator_cannot_run_is_refused(folder: Path, build: Build) -> None:
    build.arguments["flash_settings"]["flash_mode"] = "qio"
    expected = read_expected(build.write())
    with pytest.raises(UsageError, match="QIO"):
        open_adapter(QemuAdapter(fake_qemu.install(folder)), expected, OPTIONS)


# ---- as it is asked for


def test_the_board_is_found_by_its_specification(
    folder: Path, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAMHIL_QEMU", str(fake_qemu.install(folder)))
    with open_board("qemu:icount", firmware=build.write(), options=OPTIONS) as board:
        assert board.time_base == "virtual"
        assert board.infer(IMAGE).count == 1


def test_firmware_that_is_not_built_says_how_to_build_it(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hil.base.resources.checkout", lambda: tmp_path)
    with pytest.raises(UsageError, match="is not built") as caught:
        QemuAdapter(fake_qemu.install(folder)).default_firmware(print)
    assert "make firmware" in caught.value.hint
    assert "--firmware" in caught.value.hint


def test_the_build_of_the_repository_is_the_default(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hil.base.resources.checkout", lambda: tmp_path)
    build = tmp_path / "firmware/esp32/build"
    build.mkdir(parents=True)
    (build / "flasher_args.json").write_text("{}")
    assert QemuAdapter(fake_qemu.install(folder)).default_firmware(print) == build


def test_a_flash_that_is_empty_cannot_be_trusted(
    folder: Path, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAMHIL_QEMU", str(fake_qemu.install(folder)))
    with pytest.raises(UsageError, match="empty at the start"):
        open_board("qemu", firmware=build.write(), options=BoardOptions(flash="never"))


def test_a_recording_of_an_emulated_board_replays(
    folder: Path, build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAMHIL_QEMU", str(fake_qemu.install(folder)))
    file = tmp_path / "run.rec"
    recording = BoardOptions(record=file)
    with open_board("qemu:icount", firmware=build.write(), options=recording) as board:
        original = board.infer(IMAGE)
    with open_board(f"replay:{file}", options=OPTIONS) as replayed:
        assert replayed.time_base == "virtual"
        assert replayed.infer(IMAGE).scores == original.scores
