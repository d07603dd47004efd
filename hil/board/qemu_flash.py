"""The emulated flash chip: a file, written as esptool would write the chip."""

from __future__ import annotations

from pathlib import Path

from hil.board.artifacts import Expected
from hil.board.esptool_log import captured_esptool
from hil.errors import InfrastructureError, UsageError
from hil.facts.board import FlashedFile

CHIP = "esp32"
DEFAULT_SIZE = "4MB"
_SIZES = {f"{size}MB": size << 20 for size in (2, 4, 8, 16)}
_QUAD = ("qio", "qout")
_ERASED = b"\xff"


class EmulatedFlash:
    """The file behind the flash chip. The emulator reads it once, when it starts."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def erase(self) -> None:
        """A new chip of the usual size."""
        self._write(_ERASED * _SIZES[DEFAULT_SIZE])

    def write(self, expected: Expected, *, force: bool = False) -> tuple[FlashedFile, ...]:
        """Writes the build's files that are not there already; `force` all of them.

        What the firmware has stored beside them stays. Raises UsageError for a build that the
        emulated chip cannot run.
        """
        image = merged_image(expected)
        old = self.path.read_bytes()
        flash = bytearray(old if len(old) == len(image) else _ERASED * len(image))
        reports = []
        for file in expected.files:
            place = slice(file.offset, file.end)
            changed = force or flash[place] != image[place]
            flash[place] = image[place]
            reports.append(FlashedFile(file.name, file.offset, len(file.data), changed))
        if bytes(flash) != old:
            self._write(flash)
        return tuple(reports)

    def _write(self, data: bytes | bytearray) -> None:
        try:
            self.path.write_bytes(data)
        except OSError as cause:
            raise InfrastructureError(
                f"the emulated flash cannot be written: {cause.strerror}",
                where=str(self.path),
                hint="free some space, or let TMPDIR name another folder",
            ) from cause


def merged_image(expected: Expected) -> bytes:
    """The whole content of a flash chip that holds this build and nothing else.

    Raises UsageError for a build that the emulated chip cannot run.
    """
    check_build(expected)
    from esptool import FatalError, cmds

    size = _size(expected)
    try:
        with captured_esptool():
            image = cmds.merge_bin(
                [(file.offset, file.data) for file in expected.files],
                expected.chip,
                **expected.settings.arguments,
                pad_to_size=size,
            )
    except FatalError as cause:
        raise _unusable(expected, f"esptool cannot merge it: {cause}", "build again") from cause
    if len(image) != _SIZES[size]:
        raise _unusable(
            expected,
            f"it takes {len(image):,} bytes of a flash of {size}",
            "set the flash size in menuconfig to what the build needs",
        )
    return bytes(image)


def check_build(expected: Expected) -> None:
    """Raises UsageError for a build that the emulated chip cannot run."""
    if expected.chip != CHIP:
        raise _unusable(
            expected,
            f"it is built for {expected.chip}, the emulated chip is an {CHIP}",
            f"build it with idf.py set-target {CHIP}",
        )
    mode = _flash_mode(expected)
    if mode in _QUAD:
        raise _unusable(
            expected,
            f"it uses its flash in {mode.upper()} mode, which the emulated chip does not have, so "
            "the app would stop with a failed assertion",
            "set CONFIG_ESPTOOLPY_FLASHMODE_DIO=y (menuconfig, Serial flasher config) and build "
            "again; every ESP32 module can do DIO",
        )


def _flash_mode(expected: Expected) -> str:
    """As configured. The header says DIO for QIO, too: the bootloader switches over."""
    for mode in _QUAD:
        if expected.configured.get(f"ESPTOOLPY_FLASHMODE_{mode.upper()}"):
            return mode
    return expected.settings.mode.lower()


def _size(expected: Expected) -> str:
    size = expected.settings.size
    if size == "keep":
        return DEFAULT_SIZE
    if size not in _SIZES:
        raise _unusable(
            expected,
            f"there is no emulated flash of {size}",
            f"set the flash size in menuconfig to one of {', '.join(_SIZES)}",
        )
    return size


def _unusable(expected: Expected, message: str, hint: str) -> UsageError:
    return UsageError(
        f"the emulator cannot run this build: {message}", where=str(expected.source), hint=hint
    )
