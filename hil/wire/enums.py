"""Enumerations of protocol.cddl."""

from __future__ import annotations

import enum


class SampleStage(enum.IntEnum):
    """What an uploaded sample is."""

    TENSOR = 0  # the bytes of all input tensors
    FRAME = 1  # camera frame, still to be preprocessed
    NETWORK = 2  # no sample but a network, see `LoadNetwork`


class FrameFormat(enum.IntEnum):
    """What a pixel of a camera's frame is."""

    GRAY8 = 0  # one byte
    RGB565 = 1  # two bytes: rrrrrggg gggbbbbb

    @property
    def pixel_bytes(self) -> int:
        """Bytes of a pixel."""
        return 2 if self is FrameFormat.RGB565 else 1

    @property
    def channels(self) -> int:
        """Values of a pixel, 0 to 255 each, that the network's input is made of."""
        return 3 if self is FrameFormat.RGB565 else 1


class ImageSource(enum.IntEnum):
    CAMERA = 0
    INJECTED = 1


class NetworkSource(enum.IntEnum):
    """Where the board's network is."""

    IN_PARTITION = 0
    LINKED_IN = 1
    IN_RAM = 2


class RebootTarget(enum.IntEnum):
    APP = 0
    BOOTLOADER = 1


class TensorSide(enum.IntEnum):
    INPUT = 0
    OUTPUT = 1


class NoLocation(enum.IntEnum):
    """Why a result has no location."""

    BELOW_THRESHOLD = 0
    FLAT_MAP = 1


class ErrorCode(enum.IntEnum):
    """What an `ErrorReply` says; docs/protocol.md tells what to do about each."""

    OK = 0
    BAD_REQUEST = 1
    PROTOCOL_VERSION = 2
    UNSUPPORTED = 3
    WRONG_SIZE = 4
    NO_SUCH_SAMPLE = 5
    INCOMPLETE = 6
    SAMPLE_CORRUPT = 7
    BUSY = 8
    OUT_OF_RANGE = 9
    NOTHING_RECORDED = 10
    NO_MODEL = 20
    MODEL_HEADER = 21
    MODEL_CRC = 22
    MODEL_FORMAT = 23
    MODEL_UNMAPPED = 24
    NO_ROOM = 25
    MODEL_OP = 28
    ARENA_TOO_SMALL = 29
    ENGINE = 40
    CAMERA = 41


class ResetReason(enum.IntEnum):
    """esp_reset_reason_t of ESP-IDF (components/esp_system/include/esp_system.h).

    `Identity.reset_reason` is a plain integer, because a newer ESP-IDF may add values;
    `ResetReason.name_of` names every one.
    """

    UNKNOWN = 0
    POWERON = 1
    EXT = 2
    SW = 3
    PANIC = 4
    INT_WDT = 5
    TASK_WDT = 6
    WDT = 7
    DEEPSLEEP = 8
    BROWNOUT = 9
    SDIO = 10
    USB = 11
    JTAG = 12
    EFUSE = 13
    PWR_GLITCH = 14
    CPU_LOCKUP = 15

    @classmethod
    def name_of(cls, value: int) -> str:
        """Readable name: `"task wdt"`, or `"reset reason 77"` for a value not listed."""
        try:
            return cls(value).name.replace("_", " ").lower()
        except ValueError:
            return f"reset reason {value}"
