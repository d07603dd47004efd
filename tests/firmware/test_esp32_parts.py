"""Parts of the ESP32's firmware, run on the host: what outlives a reset, and the UART line."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAIN = ROOT / "firmware" / "esp32" / "main"
CORE = ROOT / "firmware" / "core"
HERE = Path(__file__).parent
POWER_ON, EN, SOFTWARE, PANIC, BROWNOUT = 1, 2, 3, 4, 9  # esp_reset_reason_t
DATA, BUFFER_FULL, FIFO_OVERFLOW = 0, 2, 3  # the stub's uart_event_type_t

pytestmark = pytest.mark.skipif(shutil.which("g++") is None, reason="g++ is not installed")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("parts")
    (folder / "sdkconfig.h").write_text("#pragma once\n#define CONFIG_FREERTOS_HZ 1000\n")
    sources = (HERE / "esp32_parts.cpp", MAIN / "boot_record.cpp", MAIN / "uart_line.cpp")
    includes = [f"-I{path}" for path in (folder, MAIN, CORE, HERE / "stubs")]
    command = ["g++", "-std=c++17", "-shared", "-fPIC", *includes, *map(str, sources)]
    command += [str(CORE / "crc32.cpp"), "-o", str(folder / "parts.so")]
    subprocess.run(command, check=True)
    return folder / "parts.so"


@pytest.fixture
def board(library: Path, tmp_path: Path) -> ctypes.CDLL:
    """A board of its own: memory of no other test."""
    own = shutil.copy(library, tmp_path / "own.so")
    loaded = ctypes.CDLL(str(own))
    for name in ("crashed_on", "is_quiet_after_restart"):
        getattr(loaded, name).restype = ctypes.c_bool
    return loaded


# ---- what outlives a reset ----------------------------------------------------------


def test_boots_are_counted_from_1_on(board: ctypes.CDLL) -> None:
    counts = []
    for reason in (POWER_ON, SOFTWARE, PANIC, EN, BROWNOUT):
        board.boot(reason, 7)
        counts.append(board.boot_count())
    assert counts == [1, 2, 3, 4, 5]


def test_a_network_that_crashed_the_board_is_not_loaded_again(board: ctypes.CDLL) -> None:
    board.boot(POWER_ON, 7)
    board.begin_load(100)
    for _ in range(2):
        board.boot(PANIC, 7)
        assert board.crashed_on(100)


def test_a_network_that_was_loaded_is_not_marked(board: ctypes.CDLL) -> None:
    board.boot(POWER_ON, 7)
    board.begin_load(100)
    board.end_load()
    board.boot(SOFTWARE, 7)
    assert not board.crashed_on(100)


@pytest.mark.parametrize(
    ("reason", "app", "model"),
    [(PANIC, 7, 101), (PANIC, 8, 100), (EN, 7, 100), (POWER_ON, 7, 100)],
    ids=["another network", "another app", "EN", "power"],
)
def test_what_may_work_now_gets_another_try(
    board: ctypes.CDLL, reason: int, app: int, model: int
) -> None:
    board.boot(POWER_ON, 7)
    board.begin_load(100)
    board.boot(reason, app)
    assert not board.crashed_on(model)


# ---- the line -----------------------------------------------------------------------


def test_a_read_takes_what_has_come_and_no_more_than_fits(board: ctypes.CDLL) -> None:
    board.arrive(5)
    buffer = (ctypes.c_uint8 * 3)()
    assert board.read_line(buffer, 3) == 3
    assert list(buffer) == [0, 1, 2]
    assert board.read_line(buffer, 3) == 2
    assert board.read_line(buffer, 3) == 0


def test_bytes_that_the_uart_lost_are_counted_and_a_full_buffer_is_not(board: ctypes.CDLL) -> None:
    for event in (DATA, BUFFER_FULL, FIFO_OVERFLOW, DATA, FIFO_OVERFLOW):
        board.happen(event)
    buffer = (ctypes.c_uint8 * 3)()
    assert board.read_line(buffer, 3) == 0
    assert board.overruns() == 2


def test_a_write_takes_a_piece_so_that_the_watchdog_is_fed_in_between(board: ctypes.CDLL) -> None:
    assert board.write_line(4096) == 256  # 10 bits each, at 9600 baud 270 ms
    assert board.write_line(5) == 5


def test_a_rate_that_the_driver_refuses_is_not_the_line_s(board: ctypes.CDLL) -> None:
    board.start_line(115200)
    assert board.set_baud(921600, True) == board.driver_rate() == 921600
    assert board.set_baud(5_000_001, False) == board.driver_rate() == 921600


def test_a_restart_first_silences_the_uart_s_interrupts(board: ctypes.CDLL) -> None:
    board.start_line(115200)
    assert board.is_quiet_after_restart()
