"""ROM and second stage bootloader: what they check, what they print. Pure.

The texts are those of an ESP32 with ESP-IDF's bootloader (`bootloader_utility.c`,
`esp_image_format.c`, `flash_partitions.c`), so that whatever reads the console of a real
board reads this one. Times in the log are constant: nothing here depends on a clock.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass

from hil.build import esp_image, flash_layout
from hil.sim import app_image
from hil.wire.enums import ResetReason

ReadFlash = Callable[[int, int], bytes]

_BOOTLOADER_OFFSET = 0x1000
_BANNER = "ets Jul 29 2019 12:21:46"
_EOL = "\r\n"
_DROM = range(0x3F400000, 0x3F800000)
_PANIC_PC = 0x400D1F2C
_PANIC_SP = 0x3FFB5E30
_INVALID_HEADER_LINES = 8

# A real chip is back after 0.3 s to 1 s. Slower here: a board that cannot boot must not
# keep a processor busy.
_ROM_RETRY_S = 1.0
_BOOTLOADER_RETRY_S = 1.0
PANIC_REBOOT_S = 0.25


class ResetCause(enum.Enum):
    """Why the chip starts: ROM code, its name, `esp_reset_reason_t`.

    EN is a power-on reset on the ESP32: ESP_RST_EXT is "not applicable for ESP32".
    """

    POWER_ON = (0x1, "POWERON_RESET", ResetReason.POWERON)
    SOFTWARE = (0xC, "SW_CPU_RESET", ResetReason.SW)
    SYSTEM = (0x3, "SW_RESET", ResetReason.SW)
    PANIC = (0xC, "SW_CPU_RESET", ResetReason.PANIC)
    TASK_WATCHDOG = (0xC, "SW_CPU_RESET", ResetReason.TASK_WDT)
    BROWNOUT = (0xF, "RTCWDT_BROWN_OUT_RESET", ResetReason.BROWNOUT)
    RTC_WATCHDOG = (0x10, "RTCWDT_RTC_RESET", ResetReason.WDT)

    def __init__(self, rom_code: int, rom_name: str, reason: ResetReason) -> None:
        self.rom_code = rom_code
        self.rom_name = rom_name
        self.reason = reason


@dataclass(frozen=True)
class Retry:
    """The chip resets itself after `seconds`, for `cause`."""

    seconds: float
    cause: ResetCause


@dataclass(frozen=True)
class Boot:
    """Outcome of a boot: an app to run, or a retry, or neither (the chip halts)."""

    text: str
    app: app_image.App | None = None
    model: flash_layout.Partition | None = None
    retry: Retry | None = None
    failure: str = ""


def boot(read: ReadFlash, flash_bytes: int, cause: ResetCause) -> Boot:
    """Does what ROM and bootloader do with the flash that `read(offset, length)` gives."""
    lines = _reset_lines(cause, "0x13 (SPI_FAST_FLASH_BOOT)")
    failure = _load_bootloader(read, lines)
    if failure:
        retry = Retry(_ROM_RETRY_S, ResetCause.RTC_WATCHDOG)
        return Boot(_text(lines), retry=retry, failure=failure)
    try:
        app, model = _second_stage(read, flash_bytes, lines)
    except _BootError as error:
        retry = Retry(_BOOTLOADER_RETRY_S, ResetCause.SYSTEM)
        return Boot(_text(lines), retry=retry, failure=str(error))
    if app.library is None:
        failure = "this app is built for a real ESP32: the simulated board cannot run it"
        lines.append(f"E (120) sim: {failure}")
        return Boot(_text(lines), failure=failure)
    return Boot(_text(lines), app=app, model=model)


def download_text(cause: ResetCause) -> str:
    """What the ROM prints in download mode."""
    lines = _reset_lines(cause, "0x3 (DOWNLOAD_BOOT(UART0/UART1/SDIO_REI_REO_V2))")
    return _text([*lines, "waiting for download"])


def fault_text(fault: str, build_id: bytes) -> str:
    """The panic handler's report of a CPU exception, such as "LoadProhibited"."""
    registers = [
        f"PC      : {_PANIC_PC:#010x}  PS      : 0x00060030  A0      : 0x800d2e14  "
        f"A1      : {_PANIC_SP:#010x}",
        "EXCVADDR: 0x00000000  LBEG    : 0x4000c46c  LEND    : 0x4000c477  LCOUNT  : 0x00000000",
    ]
    return _text(
        [
            "",
            f"Guru Meditation Error: Core  0 panic'ed ({fault}). Exception was unhandled.",
            "",
            "Core  0 register dump:",
            *registers,
            *_panic_end(build_id),
        ]
    )


def abort_text(build_id: bytes) -> str:
    """The panic handler's report of abort()."""
    line = f"abort() was called at PC {_PANIC_PC:#010x} on core 0"
    return _text(["", line, *_panic_end(build_id)])


def watchdog_text(task: str, uptime_ms: int, build_id: bytes) -> str:
    """The task watchdog's report, with CONFIG_ESP_TASK_WDT_PANIC."""
    lines = [
        "Task watchdog got triggered. "
        "The following tasks/users did not reset the watchdog in time:",
        " - IDLE0 (CPU 0)",
        "Tasks currently running:",
        f"CPU 0: {task}",
        "CPU 1: IDLE1",
        "Aborting.",
        "Print CPU 0 (current core) backtrace",
    ]
    log = [f"E ({uptime_ms}) task_wdt: {line}" for line in lines]
    return _text([*log, *_panic_end(build_id)])


def brownout_text() -> str:
    return _text(["", "Brownout detector was triggered", ""])


class _BootError(Exception):
    """The second stage gives up; what it printed is in the log already."""


def _reset_lines(cause: ResetCause, strapping: str) -> list[str]:
    return [_BANNER, "", f"rst:{cause.rom_code:#x} ({cause.rom_name}),boot:{strapping}"]


def _load_bootloader(read: ReadFlash, lines: list[str]) -> str:
    """The ROM's part; returns why it failed, or an empty text."""
    data = read(_BOOTLOADER_OFFSET, flash_layout.TABLE_OFFSET - _BOOTLOADER_OFFSET)
    if data[0] != esp_image.MAGIC:
        word = int.from_bytes(data[:4], "little")
        failure = f"invalid header: 0x{word:08x}"
        lines += [failure] * _INVALID_HEADER_LINES
        return failure
    lines += [
        "configsip: 0, SPIWP:0xee",
        "clk_drv:0x00,q_drv:0x00,d_drv:0x00,cs0_drv:0x00,hd_drv:0x00,wp_drv:0x00",
        "mode:DIO, clock div:2",
    ]
    try:
        # The ROM does not look at the hash of the bootloader.
        image = esp_image.decode_image(data, _BOOTLOADER_OFFSET, check_hash=False)
    except esp_image.ChecksumError as error:
        failure = f"csum err:0x{error.calculated:02x}!=0x{error.stored:02x}"
        lines += [failure, "ets_main.c 384 "]
        return failure
    except esp_image.ImageError as error:
        lines += ["flash read err, 1000", "ets_main.c 371 "]
        return f"flash read err, 1000 ({error})"
    lines += [f"load:{part.address:#010x},len:{len(part.data)}" for part in image.segments]
    lines.append(f"entry {image.entry:#010x}")
    return ""


def _second_stage(
    read: ReadFlash, flash_bytes: int, lines: list[str]
) -> tuple[app_image.App, flash_layout.Partition | None]:
    lines += [
        "I (27) boot: ESP-IDF sim 2nd stage bootloader",
        "I (31) boot: chip revision: v0.0",
        "I (35) boot.esp32: SPI Speed      : 40MHz",
        "I (40) boot.esp32: SPI Mode       : DIO",
        "I (44) boot.esp32: SPI Flash Size : 4MB",
    ]
    try:
        table = read(flash_layout.TABLE_OFFSET, flash_layout.TABLE_BYTES)
        partitions = flash_layout.decode_table(table, flash_bytes)
    except flash_layout.TableError as error:
        lines += [
            f"E (54) flash_parts: {error}",
            "E (58) boot: Failed to verify partition table",
            "E (63) boot: load partition table error!",
        ]
        raise _BootError(f"flash_parts: {error}") from error
    lines.append("I (54) boot: Partition Table:")
    lines.append("I (57) boot: ## Label            Usage          Type ST Offset   Length")
    for index, part in enumerate(partitions):
        lines.append(
            f"I ({64 + 8 * index}) boot: {index:2} {part.label:<16} {_usage(part):<16} "
            f"{part.type:02x} {part.subtype:02x} {part.offset:08x} {part.size:08x}"
        )
    lines.append("I (98) boot: End of partition table")
    app = _load_app(read, partitions, lines)
    model = next((part for part in partitions if part.label == "model"), None)
    return app, model


def _load_app(
    read: ReadFlash, partitions: list[flash_layout.Partition], lines: list[str]
) -> app_image.App:
    """Boots the factory app; the simulated board has no OTA."""
    factory = next((part for part in partitions if part.is_app and part.subtype == 0), None)
    if factory is None:
        lines.append("E (102) boot: No bootable app partitions in the partition table")
        raise _BootError("boot: No bootable app partitions in the partition table")
    try:
        app = app_image.unpack_app(read(factory.offset, factory.size), factory.offset)
    except esp_image.ImageError as error:
        lines += [
            f"E (102) esp_image: {error}",
            "E (108) boot: Factory app partition is not bootable",
            "E (114) boot: No bootable app partitions in the partition table",
        ]
        raise _BootError(f"esp_image: {error}") from error
    for index, segment in enumerate(app.segments):
        kind = "map" if segment.address in _DROM else "load"
        lines.append(
            f"I ({102 + 6 * index}) esp_image: segment {index}: "
            f"paddr={factory.offset + segment.offset:08x} vaddr={segment.address:08x} "
            f"size={len(segment.data):05x}h ({len(segment.data):6}) {kind}"
        )
    lines.append(f"I (120) boot: Loaded app from partition at offset {factory.offset:#x}")
    return app


def _usage(part: flash_layout.Partition) -> str:
    if part.is_app:
        return {0x00: "factory app", 0x20: "test app"}.get(
            part.subtype, "OTA app" if 0x10 <= part.subtype < 0x20 else "Unknown app"
        )
    if part.type != flash_layout.TYPES["data"]:
        return "unknown"
    known = {0x00: "OTA data", 0x01: "RF data", 0x02: "WiFi data", 0x04: "NVS keys", 0x05: "efuse"}
    return known.get(part.subtype, "Unknown data")


def _panic_end(build_id: bytes) -> list[str]:
    backtrace = f"Backtrace: {_PANIC_PC:#010x}:{_PANIC_SP:#010x}"
    digest = build_id.hex()[:9]
    return ["", "", backtrace, "", "", f"ELF file SHA256: {digest}", "", "Rebooting..."]


def _text(lines: list[str]) -> str:
    return _EOL.join(lines) + _EOL
