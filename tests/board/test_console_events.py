"""Console lines as ROM, bootloader and ESP-IDF print them."""

from __future__ import annotations

import pytest

from hil.board.console import (
    CANNOT_BOOT,
    CRASHES,
    ENDS_A_REQUEST,
    EventKind,
    classify,
    classify_all,
    first_cause,
    plain_text,
)

K = EventKind


@pytest.mark.parametrize(
    ("line", "kind", "detail"),
    [
        # ESP-IDF Programming Guide, "Fatal Errors"
        (
            "Guru Meditation Error: Core 0 panic'ed (IllegalInstruction). Exception was unhandled.",
            K.PANIC,
            "IllegalInstruction",
        ),
        (
            "Guru Meditation Error: Core  0 panic'ed (Load access fault). Exception was unhandled.",
            K.PANIC,
            "Load access fault",
        ),
        (
            "Guru Meditation Error: Core 0 panic'ed (Cache disabled but cached memory region "
            "accessed). Exception was unhandled.",
            K.PANIC,
            "Cache disabled but cached memory region accessed",
        ),
        (
            "Guru Meditation Error: Core  1 panic'ed (Interrupt wdt timeout on CPU1). ",
            K.INTERRUPT_WATCHDOG,
            "Interrupt wdt timeout on CPU1",
        ),
        (
            "Guru Meditation Error: Core 0 panic'ed (Stack protection fault).",
            K.STACK_OVERFLOW,
            "Stack protection fault",
        ),
        (
            "Debug exception reason: Stack canary watchpoint triggered (inference)",
            K.STACK_OVERFLOW,
            "inference",
        ),
        (
            "***ERROR*** A stack overflow in task uart has been detected.",
            K.STACK_OVERFLOW,
            "uart",
        ),
        ("Stack smashing protect failure!", K.STACK_SMASHING, ""),
        (
            "CORRUPT HEAP: Bad tail at 0x3ffe270a. Expected 0xbaad5678 got 0xbaac5678",
            K.HEAP_CORRUPTION,
            "Bad tail at 0x3ffe270a. Expected 0xbaad5678 got 0xbaac5678",
        ),
        (
            'assertion "head != NULL" failed: file "multi_heap_poisoning.c", line 201, function: f',
            K.ASSERT,
            'file "multi_heap_poisoning.c", line 201, function: f',
        ),
        (
            "assert failed: xQueueSemaphoreTake queue.c:1549 (pxQueue->uxItemSize == 0)",
            K.ASSERT,
            "xQueueSemaphoreTake queue.c:1549 (pxQueue->uxItemSize == 0)",
        ),
        ("abort() was called at PC 0x400dca43 on core 0", K.ABORT, "0x400dca43"),
        ("Brownout detector was triggered", K.BROWNOUT, ""),
        # ESP-IDF Programming Guide, "Watchdogs"
        (
            "E (10316) task_wdt: Task watchdog got triggered. The following tasks/users did not "
            "reset the watchdog in time:",
            K.TASK_WATCHDOG,
            "",
        ),
        # esptool documentation, "Boot Mode Selection"
        (
            "rst:0x1 (POWERON_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)",
            K.RESET,
            "0x1 (POWERON_RESET)",
        ),
        ("rst:0xc (SW_CPU_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)", K.RESET, "0xc (SW_CPU_RESET)"),
        (
            "rst:0xf (RTCWDT_BROWN_OUT_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)",
            K.BROWNOUT,
            "RTCWDT_BROWN_OUT_RESET",
        ),
        (
            "rst:0x1 (POWERON_RESET),boot:0x3 (DOWNLOAD_BOOT(UART0/UART1/SDIO_REI_REO_V2))",
            K.DOWNLOAD_MODE,
            "DOWNLOAD_BOOT(UART0/UART1/SDIO_REI_REO_V2",
        ),
        ("rst:0x1 (POWERON),boot:0x0 (DOWNLOAD(USB/UART0))", K.DOWNLOAD_MODE, None),
        ("waiting for download", K.DOWNLOAD_MODE, ""),
        ("invalid header: 0xffffffff", K.NO_APP, "invalid header: 0xffffffff"),
        ("flash read err, 1000", K.NO_APP, "flash read err, 1000"),
        ("csum err:0x61!=0x5f", K.NO_APP, "csum err:0x61!=0x5f"),
        # ESP-IDF Programming Guide, "Chip Revision"; texts of v4, v5.1 and v5.5
        (
            "E (74) boot_comm: Image requires chip rev >= v3.0, but chip is v1.0",
            K.WRONG_CHIP,
            "Image requires chip rev >= v3.0, but chip is v1.0",
        ),
        (
            "E (74) boot_comm: Image requires efuse blk rev <= v0.99, but chip is v1.3",
            K.WRONG_CHIP,
            "Image requires efuse blk rev <= v0.99, but chip is v1.3",
        ),
        (
            "E (74) boot_comm: chip revision check failed. Required >= v3.0, found v1.0.",
            K.WRONG_CHIP,
            "chip revision check failed. Required >= v3.0, found v1.0.",
        ),
        (
            "E (50) boot_comm: can't run on lower chip revision, expected 3, found 1",
            K.WRONG_CHIP,
            "can't run on lower chip revision, expected 3, found 1",
        ),
        (
            "E (50) boot_comm: mismatch chip ID, expected 0, found 9",
            K.WRONG_CHIP,
            "mismatch chip ID, expected 0, found 9",
        ),
        # ESP-IDF Programming Guide, "Secure Boot" and "Flash Encryption"
        ("secure boot check fail", K.NOT_SIGNED, "secure boot check fail"),
        (
            "E (250) esp_image: Secure boot signature verification failed",
            K.NOT_SIGNED,
            "Secure boot signature verification failed",
        ),
        (
            "E (247) secure_boot_v2: Secure Boot V2 verification failed.",
            K.NOT_SIGNED,
            "Secure Boot V2 verification failed.",
        ),
        (
            "I (58) flash_encrypt: flash encryption is enabled (3 plaintext flashes left)",
            K.ENCRYPTED,
            "flash encryption is enabled (3 plaintext flashes left)",
        ),
        # ESP-IDF's esp_psram
        (
            "E (225) quad_psram: PSRAM ID read error: 0x00000000",
            K.NO_PSRAM,
            "PSRAM ID read error: 0x00000000",
        ),
        (
            "E (33) octal_psram: PSRAM chip is not connected, or wrong PSRAM line mode",
            K.NO_PSRAM,
            None,
        ),
        ("E cpu_start: Failed to init external RAM!", K.NO_PSRAM, "Failed to init external RAM"),
        # second stage bootloader
        (
            "\x1b[0;31mE (115) esp_image: image at 0x10000 has invalid magic byte\x1b[0m",
            K.BOOTLOADER,
            "esp_image: image at 0x10000 has invalid magic byte",
        ),
        (
            "E (62) flash_parts: partition 0 invalid magic number 0xffff",
            K.BOOTLOADER,
            "flash_parts: partition 0 invalid magic number 0xffff",
        ),
        (
            "E (120) boot: No bootable app partitions in the partition table",
            K.NO_APP,
            "No bootable app partitions in the partition table",
        ),
        ("E (121) boot: Factory app partition is not bootable", K.NO_APP, None),
    ],
)
def test_each_message_of_the_documentation_is_recognised(
    line: str, kind: EventKind, detail: str | None
) -> None:
    event = classify(line + "\r\n")
    assert event is not None
    assert event.kind is kind
    if detail is not None:
        assert event.detail == detail
    assert event.hint
    assert event.text == plain_text(line).strip()


@pytest.mark.parametrize(
    "line",
    [
        "",
        "ets Jun  8 2016 00:22:57",
        "I (32) boot: ESP-IDF v5.1.6 2nd stage bootloader",
        "W (121) esp_image: image at 0x10000 has invalid SPI mode",
        "I (300) camhil: model loaded, abort switch off",
        "E (900) camhil: engine failed",
        "configsip: 0, SPIWP:0xee",
        "first:0x12 burst:0x3",
        "Rebooting...",
        "I (269) cpu_start: Failed to init external RAM; continuing without it.",
        "I (40) boot: chip revision: v1.0",
    ],
)
def test_ordinary_text_is_no_event(line: str) -> None:
    assert classify(line) is None


def test_a_crash_explains_more_than_the_reset_that_follows_it() -> None:
    events = classify_all(
        [
            "CORRUPT HEAP: Bad tail at 0x3ffe270a.",
            "abort() was called at PC 0x400dca43 on core 0",
            "Backtrace: 0x400e14ed:0x3ffb5030",
            "Rebooting...",
            "rst:0xc (SW_CPU_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)",
        ]
    )
    assert [event.kind for event in events] == [K.HEAP_CORRUPTION, K.ABORT, K.RESET]
    cause = first_cause(events)
    assert cause is not None
    assert cause.kind is K.HEAP_CORRUPTION
    assert first_cause(events[2:]) == events[2]
    assert first_cause(()) is None


def test_a_task_watchdog_alone_does_not_end_a_request() -> None:
    assert K.TASK_WATCHDOG not in ENDS_A_REQUEST
    assert ENDS_A_REQUEST >= CRASHES
    assert ENDS_A_REQUEST >= CANNOT_BOOT
    assert K.RESET in ENDS_A_REQUEST


PSRAM = "E (225) quad_psram: PSRAM ID read error: 0x00000000"
ABORT = "abort() was called at PC 0x400dca43 on core 0"
RESET = "rst:0xc (SW_CPU_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)"


def test_missing_psram_explains_the_abort_that_follows_but_nothing_by_itself() -> None:
    cause = first_cause(classify_all([RESET, PSRAM, ABORT, RESET]))
    assert cause is not None
    assert cause.kind is K.NO_PSRAM
    assert first_cause(classify_all([PSRAM])) is None
    assert not {K.NO_PSRAM, K.ENCRYPTED} & ENDS_A_REQUEST


def test_a_refused_image_explains_the_resets_that_follow() -> None:
    refused = "E (74) boot_comm: chip revision check failed. Required >= v3.0, found v1.0."
    cause = first_cause(classify_all([RESET, refused, RESET, refused]))
    assert cause is not None
    assert cause.kind is K.WRONG_CHIP
