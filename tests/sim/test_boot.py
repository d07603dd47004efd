"""What ROM and bootloader say about good and bad flash, without a process."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hil.build import flash_layout
from hil.build.flash_layout import Partition
from hil.sim import app_image, rom
from hil.sim.rom import ResetCause

FLASH_BYTES = 4 * 1024 * 1024
APP = Partition("factory", 0, 0, 0x10000, 0x100000)
MODEL = Partition("model", 1, 0x40, 0x110000, 0x10000)
Flash = Callable[..., rom.Boot]


@pytest.fixture
def boot() -> Flash:
    """Boots a chip of these parts; None leaves a part erased."""
    good = {
        0x1000: app_image.pack_bootloader(),
        0x8000: flash_layout.encode_table([APP, MODEL]),
        APP.offset: app_image.pack_app(b"library", "1.0"),
    }

    def run(
        changes: dict[int, bytes | None] | None = None, cause: ResetCause | None = None
    ) -> rom.Boot:
        flash = bytearray(b"\xff" * FLASH_BYTES)
        for offset, data in {**good, **(changes or {})}.items():
            if data is not None:
                flash[offset : offset + len(data)] = data
        return rom.boot(
            lambda offset, length: bytes(flash[offset : offset + length]),
            FLASH_BYTES,
            cause or ResetCause.POWER_ON,
        )

    return run


def flipped(data: bytes, offset: int) -> bytes:
    return data[:offset] + bytes([data[offset] ^ 1]) + data[offset + 1 :]


def test_good_flash_boots_the_app(boot: Flash) -> None:
    outcome = boot()

    assert outcome.app is not None
    assert outcome.app.library == b"library"
    assert outcome.model == MODEL
    assert outcome.failure == ""
    lines = outcome.text.split("\r\n")
    assert "rst:0x1 (POWERON_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)" in lines
    listed = [line for line in lines if "factory app" in line or "Unknown data" in line]
    assert [line.split()[-2:] for line in listed] == [
        ["00010000", "00100000"],
        ["00110000", "00010000"],
    ]


@pytest.mark.parametrize(
    ("cause", "line", "reason"),
    [
        (ResetCause.POWER_ON, "rst:0x1 (POWERON_RESET)", 1),
        (ResetCause.SOFTWARE, "rst:0xc (SW_CPU_RESET)", 3),
        (ResetCause.PANIC, "rst:0xc (SW_CPU_RESET)", 4),
        (ResetCause.TASK_WATCHDOG, "rst:0xc (SW_CPU_RESET)", 6),
        (ResetCause.BROWNOUT, "rst:0xf (RTCWDT_BROWN_OUT_RESET)", 9),
    ],
)
def test_the_reset_cause_is_printed_and_has_the_number_of_idf(
    boot: Flash, cause: ResetCause, line: str, reason: int
) -> None:
    assert line in boot(cause=cause).text
    assert cause.reason == reason


def test_erased_flash_prints_invalid_header_and_the_watchdog_resets(boot: Flash) -> None:
    outcome = boot({0x1000: None})

    assert outcome.text.count("invalid header: 0xffffffff\r\n") > 1
    assert outcome.app is None
    assert outcome.retry is not None
    assert outcome.retry.cause is ResetCause.RTC_WATCHDOG


def test_a_damaged_bootloader_fails_its_checksum_in_the_rom(boot: Flash) -> None:
    outcome = boot({0x1000: flipped(app_image.pack_bootloader(), 0x24)})

    assert "csum err:0x" in outcome.text
    assert outcome.app is None


def test_the_rom_does_not_look_at_the_hash_of_the_bootloader(boot: Flash) -> None:
    image = app_image.pack_bootloader()

    assert boot({0x1000: flipped(image, len(image) - 1)}).app is not None


def test_a_damaged_partition_table_is_named(boot: Flash) -> None:
    table = flash_layout.encode_table([APP, MODEL])

    outcome = boot({0x8000: flipped(table, 5)})

    assert "flash_parts: Incorrect MD5 checksum" in outcome.text
    assert "E (63) boot: load partition table error!" in outcome.text
    assert outcome.retry is not None


def test_an_erased_partition_table_has_no_app(boot: Flash) -> None:
    outcome = boot({0x8000: None})

    assert "No bootable app partitions in the partition table" in outcome.text
    assert outcome.app is None


def test_a_damaged_app_does_not_boot(boot: Flash) -> None:
    app = app_image.pack_app(b"library", "1.0")

    checksum = boot({APP.offset: flipped(app, 0x130)})
    digest = boot({APP.offset: flipped(app, len(app) - 1)})
    erased = boot({APP.offset: None})

    assert "esp_image: Checksum failed. Calculated 0x" in checksum.text
    assert "esp_image: Image hash failed - image is corrupt" in digest.text
    assert "esp_image: image at 0x10000 has invalid magic byte" in erased.text
    for outcome in (checksum, digest, erased):
        assert "Factory app partition is not bootable" in outcome.text
        assert outcome.app is None
        assert outcome.retry is not None


def test_an_app_for_a_real_chip_halts_and_says_so(boot: Flash) -> None:
    outcome = boot({APP.offset: app_image.pack_bootloader()})

    assert outcome.app is None
    assert outcome.retry is None
    assert "built for a real ESP32" in outcome.failure
    assert outcome.failure in outcome.text


def test_download_mode_says_that_it_waits() -> None:
    text = rom.download_text(ResetCause.POWER_ON)

    assert "boot:0x3 (DOWNLOAD_BOOT(UART0/UART1/SDIO_REI_REO_V2))" in text
    assert text.endswith("waiting for download\r\n")
