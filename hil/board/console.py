"""What a line of console text says about the board.

Pure: text in, events out. The patterns follow the messages that ESP-IDF documents:

* [fatal]  ESP-IDF Programming Guide, "Fatal Errors"
* [wdt]    ESP-IDF Programming Guide, "Watchdogs"
* [boot]   esptool documentation, "Boot Mode Selection", "Boot log"
* [loader] ESP-IDF Programming Guide, "Bootloader", and its log tags
  `boot`, `boot_comm`, `esp_image`, `flash_parts`, `flash_encrypt`, `secure_boot`
* [chip]   ESP-IDF Programming Guide, "Chip Revision", and `bootloader_common_loader.c`
* [psram]  ESP-IDF's `esp_psram_impl_quad.c`, `esp_psram_impl_octal.c`, `cpu_start.c`
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable
from dataclasses import dataclass


class EventKind(enum.Enum):
    """What happened on the board."""

    RESET = "reset"
    PANIC = "panic"
    ABORT = "abort"
    ASSERT = "assertion failed"
    TASK_WATCHDOG = "task watchdog"
    INTERRUPT_WATCHDOG = "interrupt watchdog"
    BROWNOUT = "brownout"
    STACK_OVERFLOW = "stack overflow"
    STACK_SMASHING = "stack smashing"
    HEAP_CORRUPTION = "heap corruption"
    NO_APP = "no valid app in flash"
    BOOTLOADER = "bootloader error"
    DOWNLOAD_MODE = "ROM download mode"
    WRONG_CHIP = "image for another chip"
    NOT_SIGNED = "refused by Secure Boot"
    NO_PSRAM = "PSRAM missing"
    ENCRYPTED = "flash encryption"


CRASHES = frozenset(
    {
        EventKind.PANIC,
        EventKind.ABORT,
        EventKind.ASSERT,
        EventKind.INTERRUPT_WATCHDOG,
        EventKind.BROWNOUT,
        EventKind.STACK_OVERFLOW,
        EventKind.STACK_SMASHING,
        EventKind.HEAP_CORRUPTION,
    }
)
"""The firmware cannot go on: a reset follows."""

REFUSALS = frozenset({EventKind.WRONG_CHIP, EventKind.NOT_SIGNED})
"""Why the bootloader does not start an image that is not damaged: flashing it again is in vain."""

CANNOT_BOOT = REFUSALS | {EventKind.NO_APP, EventKind.BOOTLOADER, EventKind.DOWNLOAD_MODE}
"""The firmware is not going to start, however long one waits."""

ENDS_A_REQUEST = CRASHES | CANNOT_BOOT | {EventKind.RESET}
"""No answer comes any more. A task watchdog is missing: by default it only warns [wdt]."""


@dataclass(frozen=True)
class BoardEvent:
    """One event: `text` is its line, `detail` its cause as the board names it."""

    kind: EventKind
    text: str
    hint: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.kind.value} ({self.detail})" if self.detail else self.kind.value


_BACKTRACE = "decode the Backtrace line with idf.py monitor or xtensa-esp32-elf-addr2line"
_FLASH = "flash a complete build: run with --firmware DIR --board-flash always"

_CANNOT_HELP = ", and flashing again cannot help: "

# The first match wins, so the special comes before the general.
_TABLE: tuple[tuple[EventKind, str, str], ...] = (
    # event, pattern of the line, hint
    # [boot] ESP32: "waiting for download", newer chips the same after DOWNLOAD(...)
    (
        EventKind.DOWNLOAD_MODE,
        r"waiting for download"
        r"|rst:0x[0-9a-f]+ \(\w+\),boot:0x[0-9a-f]+ \("
        r"(?P<detail>(?:USB/UART\d_|USB_)?DOWNLOAD[^)]*)",
        "GPIO0 is low at reset: release the BOOT button, and check what is wired to GPIO0",
    ),
    # [boot] "rst:0x10 (RTCWDT_RTC_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)"
    (
        EventKind.BROWNOUT,
        r"rst:0x[0-9a-f]+ \((?P<detail>\w*BROWN\w*OUT\w*)\)",
        "the supply voltage drops: use a shorter cable, a powered hub or another supply",
    ),
    (
        EventKind.RESET,
        r"\brst:(?P<detail>0x[0-9a-f]+ \(\w+\))",
        "the lines before the reset say why",
    ),
    # [fatal]
    (
        EventKind.INTERRUPT_WATCHDOG,
        r"(?i)Guru Meditation Error.*\((?P<detail>Interrupt wdt timeout on CPU ?\d)",
        "interrupts were off for too long; " + _BACKTRACE,
    ),
    (
        EventKind.INTERRUPT_WATCHDOG,
        r"(?i)(?P<detail>Interrupt watchdog timeout on CPU ?\d)",
        "interrupts were off for too long; " + _BACKTRACE,
    ),
    (
        EventKind.STACK_OVERFLOW,
        r"(?i)(?:Guru Meditation Error.*\((?P<detail>Stack protection fault))"
        r"|Stack canary watchpoint triggered \((?P<task>[^)]+)\)"
        r"|stack overflow in task (?P<task2>\S+)",
        "give that task a larger stack",
    ),
    (EventKind.PANIC, r"Guru Meditation Error:.*panic'ed \((?P<detail>[^)]*)\)", _BACKTRACE),
    (EventKind.PANIC, r"Guru Meditation Error", _BACKTRACE),
    (
        EventKind.STACK_SMASHING,
        r"Stack smashing protect failure",
        "a local array was written past its end; " + _BACKTRACE,
    ),
    (
        EventKind.HEAP_CORRUPTION,
        r"CORRUPT HEAP: (?P<detail>.+)",
        "memory from the heap was written past its end or after it was freed",
    ),
    (EventKind.ASSERT, r"assert(?:ion \S.*)? failed: (?P<detail>.+)", _BACKTRACE),
    (EventKind.ABORT, r"abort\(\) was called at PC (?P<detail>0x[0-9a-f]+)", _BACKTRACE),
    (
        EventKind.BROWNOUT,
        r"Brownout detector was triggered",
        "the supply voltage drops: use a shorter cable, a powered hub or another supply",
    ),
    # [wdt] by default the warning alone; CONFIG_ESP_TASK_WDT_PANIC makes it an abort()
    (
        EventKind.TASK_WATCHDOG,
        r"task_wdt: Task watchdog got triggered",
        "a task did not yield; an inference longer than CONFIG_ESP_TASK_WDT_TIMEOUT_S does this",
    ),
    # [boot] an erased flash; the ROM then resets in a loop
    (EventKind.NO_APP, r"(?P<detail>invalid header: 0xffffffff)", _FLASH),
    (
        EventKind.NO_APP,
        r"(?P<detail>invalid header: 0x[0-9a-f]+)",
        f"what lies at the bootloader's place is none: {_FLASH}; a chip with flash encryption "
        "(espefuse summary) starts no plain files",
    ),
    (
        EventKind.NO_APP,
        r"(?P<detail>csum err:\s*0x[0-9a-f]+!=0x[0-9a-f]+)",
        f"the bootloader in flash is damaged: {_FLASH}",
    ),
    (
        EventKind.NO_APP,
        r"(?P<detail>flash read err, \w+)",
        f"the ROM reads no bootloader: {_FLASH}; if it stays, leave GPIO12 open at reset (high, "
        "it selects the wrong flash voltage), check the flash mode (DIO works everywhere), and "
        "espefuse summary: a chip with flash encryption starts no plain files",
    ),
    # [chip]
    (
        EventKind.WRONG_CHIP,
        r"(?P<detail>Image requires (?:chip|efuse blk) rev >= .*"
        r"|chip revision check failed\. Required >= .*"
        r"|can't run on lower chip revision, expected .*)",
        "the chip is older than the image allows" + _CANNOT_HELP + "build for its revision "
        "(menuconfig, Minimum Supported Revision: CONFIG_ESP32_REV_MIN), or take a newer chip",
    ),
    (
        EventKind.WRONG_CHIP,
        r"(?P<detail>Image requires (?:chip|efuse blk) rev <= .*"
        r"|chip revision check failed\. Required <= .*)",
        "the chip is newer than the image allows" + _CANNOT_HELP + "build with a newer ESP-IDF "
        "(menuconfig, Maximum Supported Revision), or take an older chip",
    ),
    (
        EventKind.WRONG_CHIP,
        r"(?P<detail>mismatch chip ID, expected .*)",
        "the image is for another kind of chip" + _CANNOT_HELP + "build for this one (idf.py "
        "set-target)",
    ),
    # [loader]
    (
        EventKind.NOT_SIGNED,
        r"(?i)(?P<detail>secure boot check fail.*|secure boot (?:\w+ )*verification failed.*)",
        "the chip has Secure Boot and the image is not signed with its key"
        + _CANNOT_HELP
        + "sign the build, or use a board without Secure Boot",
    ),
    (
        EventKind.ENCRYPTED,
        r"(?P<detail>flash encryption is enabled.*)",
        "the chip has flash encryption, so plain files do not start" + _CANNOT_HELP + "use a "
        "development board without it",
    ),
    # [psram]
    (
        EventKind.NO_PSRAM,
        r"(?P<detail>PSRAM ID read error: 0x[0-9a-f]+"
        r"|PSRAM chip is not connected, or wrong PSRAM line mode"
        r"|PSRAM chip not found or not supported.*"
        r"|Failed to init external RAM(?=[!,]))",
        "the firmware expects PSRAM that is not there, or of the other kind (quad, octal): take a "
        "module with it, change CONFIG_SPIRAM (menuconfig, ESP PSRAM), or emulate it with --board "
        "qemu:psram=4",
    ),
    # [loader]
    (
        EventKind.NO_APP,
        r"(?P<detail>No bootable app partitions.*|Factory app partition is not bootable)",
        _FLASH,
    ),
    (
        EventKind.BOOTLOADER,
        r"\bE \(\d+\) (?P<detail>(?:boot|esp_image|flash_parts)\w*: .+)",
        _FLASH,
    ),
)
_PATTERNS = [(kind, re.compile(pattern), hint) for kind, pattern, hint in _TABLE]

_COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def plain_text(line: str) -> str:
    """The line without terminal colours and without its end."""
    return _COLOUR.sub("", line).rstrip("\r\n")


def classify(line: str) -> BoardEvent | None:
    """The event that a console line reports, None for any other text."""
    text = plain_text(line)
    for kind, pattern, hint in _PATTERNS:
        match = pattern.search(text)
        if match:
            found = [value for value in match.groupdict().values() if value]
            detail = plain_text(found[0]).strip() if found else ""
            return BoardEvent(kind, text.strip(), hint, detail)
    return None


def classify_all(lines: Iterable[str]) -> tuple[BoardEvent, ...]:
    """The events of several lines, in order."""
    return tuple(event for line in lines if (event := classify(line)))


def first_cause(events: Iterable[BoardEvent]) -> BoardEvent | None:
    """What explains a failure best: the first crash or what led to it, else a refusal, else the
    first other event."""
    ordered = tuple(events)
    crashed = any(event.kind in CRASHES for event in ordered)
    # Without PSRAM firmware goes on, unless it needs it.
    wanted = (CRASHES | {EventKind.NO_PSRAM} if crashed else frozenset()), REFUSALS
    for kinds in wanted:
        found = next((event for event in ordered if event.kind in kinds), None)
        if found is not None:
            return found
    harmless = (EventKind.ENCRYPTED, EventKind.NO_PSRAM)
    return next((event for event in ordered if event.kind not in harmless), None)
