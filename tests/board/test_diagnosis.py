"""What is said about a board that does not answer."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from hil.board.console import EventKind
from hil.board.diagnosis import Heard, explain_silence, hopeless
from hil.board.errors import NoAnswerError

POWER_ON = "rst:0x1 (POWERON_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)"
SOFTWARE = "rst:0xc (SW_CPU_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)"
PANIC = "Guru Meditation Error: Core  0 panic'ed (LoadProhibited). Exception was unhandled."


def silence(
    lines: Sequence[str] = (),
    *,
    bytes_in: int | None = None,
    frames: int = 0,
    damaged: int = 0,
    can_reset: bool = True,
) -> NoAnswerError:
    size = sum(map(len, lines)) if bytes_in is None else bytes_in
    return explain_silence(Heard(15.0, size, frames, damaged, lines, can_reset), "/dev/ttyUSB0")


def test_nothing_at_all_points_to_power_cable_and_port() -> None:
    error = silence()
    assert "nothing received at all in 15.0 s" in error.message
    assert "cable" in error.hint
    assert "EN" not in error.hint
    assert error.where == "/dev/ttyUSB0"


def test_nothing_at_all_without_reset_lines_asks_for_the_button() -> None:
    assert "press EN" in silence(can_reset=False).hint


def test_text_without_frames_is_other_firmware_and_is_shown() -> None:
    error = silence([POWER_ON, "I (312) blink: LED on", "", "I (812) blink: LED off"])
    assert "does not speak this protocol" in error.message
    assert "| I (812) blink: LED off" in error.message
    assert "--board-flash always" in error.hint
    assert len(error.console) == 4


def test_text_with_damaged_frames_is_a_line_that_changes_bytes() -> None:
    error = silence(["I (26) app: camhil"], damaged=12)
    assert "its frames arrive damaged (12 in 15.0 s)" in error.message
    assert "8 data bits" in error.hint


def test_bytes_that_are_neither_text_nor_frames_suggest_another_rate() -> None:
    error = silence(bytes_in=4000, damaged=37)
    assert "neither text nor frames" in error.message
    assert "baud rate" in error.hint


def test_frames_without_an_answer_suggest_a_one_way_line() -> None:
    assert "RX" in silence(bytes_in=100, frames=3).hint


def test_download_mode_is_recognised() -> None:
    error = silence(
        ["rst:0x1 (POWERON_RESET),boot:0x3 (DOWNLOAD_BOOT(UART0))", "waiting for download"]
    )
    assert "ROM download mode" in error.message
    assert "BOOT" in error.hint


def test_an_erased_flash_is_recognised() -> None:
    error = silence([POWER_ON, "invalid header: 0xffffffff", "invalid header: 0xffffffff"])
    assert "no firmware that it can start: invalid header: 0xffffffff" in error.message
    assert "--board-flash always" in error.hint


def test_a_bootloader_error_is_recognised() -> None:
    error = silence([POWER_ON, "E (62) flash_parts: partition 0 invalid magic number 0x1234"])
    assert "bootloader cannot start the firmware: flash_parts" in error.message


def test_a_crash_at_start_up_is_named_with_the_number_of_resets() -> None:
    error = silence([POWER_ON, PANIC, "Rebooting...", SOFTWARE, PANIC])
    assert "crashes before it answers: panic (LoadProhibited), 2 resets so far" in error.message
    assert "Backtrace" in error.hint


def test_resets_without_a_crash_are_a_boot_loop() -> None:
    watchdog = "rst:0x10 (RTCWDT_RTC_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)"
    error = silence([POWER_ON, watchdog, watchdog])
    assert "boot loop: 3 resets, the last one 0x10 (RTCWDT_RTC_RESET)" in error.message


def test_a_brownout_is_named() -> None:
    error = silence([POWER_ON, "Brownout detector was triggered"])
    assert "brownout" in error.message
    assert "supply" in error.hint


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        ([POWER_ON], None),
        ([POWER_ON, PANIC, SOFTWARE], None),
        ([POWER_ON, PANIC, SOFTWARE, PANIC, SOFTWARE], EventKind.RESET),
        ([POWER_ON, "invalid header: 0xffffffff"], EventKind.NO_APP),
        (["waiting for download"], EventKind.DOWNLOAD_MODE),
        ([POWER_ON, "E (1) esp_image: image at 0x10000 has invalid magic byte"], None),
    ],
)
def test_waiting_ends_early_only_when_no_answer_can_come(
    lines: list[str], kind: EventKind | None
) -> None:
    event = hopeless(lines)
    assert (event.kind if event else None) is kind
