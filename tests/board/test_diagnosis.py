"""What is said about a board that does not answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

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
    **kind_of_board: Any,
) -> NoAnswerError:
    size = sum(map(len, lines)) if bytes_in is None else bytes_in
    heard = Heard(15.0, size, frames, damaged, lines, can_reset, **kind_of_board)
    return explain_silence(heard, "/dev/ttyUSB0")


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


NOT_BOOTABLE = [
    "E (120) boot: Factory app partition is not bootable",
    "E (121) boot: No bootable app partitions in the partition table",
]


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        ("E (74) boot_comm: Image requires chip rev >= v3.0, but chip is v1.0", "REV_MIN"),
        ("E (74) boot_comm: chip revision check failed. Required >= v3.0, found v1.0.", "REV_MIN"),
        ("E (74) boot_comm: Image requires chip rev <= v0.99, but chip is v1.0", "newer ESP-IDF"),
        ("E (50) boot_comm: mismatch chip ID, expected 0, found 9", "set-target"),
        ("E (250) esp_image: Secure boot signature verification failed", "sign the build"),
    ],
)
@pytest.mark.parametrize("end", [NOT_BOOTABLE, []])
def test_an_image_that_the_bootloader_refuses_is_not_to_be_flashed_again(
    said: str, hint: str, end: list[str]
) -> None:
    error = silence([POWER_ON, said, *end])
    assert said.partition(": ")[2] in error.message.splitlines()[0]
    assert hint in error.hint
    assert "flashing again cannot help" in error.hint
    assert "--board-flash" not in error.hint


def test_plain_files_on_an_encrypted_chip_are_told_so() -> None:
    encrypted = "I (58) flash_encrypt: flash encryption is enabled (0 plaintext flashes left)"
    damaged = "E (1) esp_image: image at 0x10000 has invalid magic byte"
    error = silence([POWER_ON, encrypted, damaged])
    assert "invalid magic byte" in error.message
    assert "flash encryption" in error.hint
    assert "--board-flash" not in error.hint
    assert "flash encryption" not in silence([POWER_ON, damaged]).hint


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("flash read err, 1000", "GPIO12"),
        ("csum err:0x61!=0x5f", "the bootloader in flash is damaged"),
        ("invalid header: 0xb414f76b", "flash encryption"),
    ],
)
def test_what_the_rom_cannot_read_has_a_hint_of_its_own(line: str, hint: str) -> None:
    error = silence([POWER_ON, line])
    assert f"no firmware that it can start: {line}" in error.message
    assert hint in error.hint


def test_missing_psram_explains_the_abort() -> None:
    lines = [
        "E (225) quad_psram: PSRAM ID read error: 0x00000000",
        "E cpu_start: Failed to init external RAM!",
        "abort() was called at PC 0x400817e4 on core 0",
    ]
    error = silence([POWER_ON, *lines])
    assert "PSRAM missing (PSRAM ID read error: 0x00000000)" in error.message
    assert "CONFIG_SPIRAM" in error.hint
    assert "other firmware" in silence([POWER_ON, lines[0]]).hint


def test_a_bootloader_error_explains_the_resets_that_it_leads_to() -> None:
    damaged = "E (1) esp_image: image at 0x10000 has invalid magic byte"
    error = silence([POWER_ON, damaged] * 3)
    assert "bootloader cannot start the firmware: esp_image" in error.message


@pytest.mark.parametrize("lines", [[], ["Hello from the factory"]])
def test_the_usb_of_the_chip_itself_is_not_other_firmware(lines: list[str]) -> None:
    error = silence(lines, native_usb=True)
    assert "the chip's own USB port" in error.message
    assert "UART0 only" in error.hint
    assert "--board-flash" not in error.hint


@pytest.mark.parametrize("lines", [[], ["I (26) app: camhil"]])
def test_an_emulated_chip_has_no_cable_to_blame(lines: list[str]) -> None:
    error = silence(lines, damaged=12 if lines else 0, emulated=True)
    assert "emulated chip" in error.message
    assert "no cable is involved" in error.hint


def test_a_port_that_echoes_like_a_terminal_is_no_board() -> None:
    error = silence(["login:"], damaged=2, terminal_echoes=2)
    assert "echoes what is sent to it" in error.message
    assert "--board" in error.hint


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
