"""The flash chip: 4 MB in a file, with the semantics that esptool relies on.

The file is mapped and shared: a write reaches it at once, only the pages that changed are
written, and what a killed process wrote so far stays, as in a real chip.
"""

from __future__ import annotations

import contextlib
import fcntl
import mmap
import os
import tempfile
from pathlib import Path

from hil.errors import InfrastructureError, UsageError

FLASH_BYTES = 4 * 1024 * 1024
SECTOR_BYTES = 4096
ERASED = 0xFF


class FlashFile:
    """A mapped flash file, locked against a second board."""

    def __init__(self, path: Path) -> None:
        """Opens the file and creates an erased one where there is none.

        Raises UsageError for a file of another size, InfrastructureError when it cannot be
        written or another simulated board uses it.
        """
        self.path = path
        try:
            if not path.exists():
                _create_erased(path)
            self._file = path.open("r+b")
        except OSError as error:
            raise InfrastructureError(
                f"cannot use the flash file: {error.strerror}",
                where=str(path),
                hint="free some space there, or name a file that can be written",
            ) from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._file.close()
            raise InfrastructureError(
                "another simulated board uses this flash file",
                where=str(path),
                hint="stop it, or give each board a flash file of its own",
            ) from error
        size = os.fstat(self._file.fileno()).st_size
        if size != FLASH_BYTES:
            self._file.close()
            raise UsageError(
                f"a flash file has {FLASH_BYTES} bytes, this one has {size}",
                where=str(path),
                hint="name another file, or delete it to start with an erased flash",
            )
        self.data = mmap.mmap(self._file.fileno(), FLASH_BYTES)

    def read(self, offset: int, length: int) -> bytes:
        """Bytes of flash; short at the end of the chip."""
        return self.data[offset : offset + length] if offset < FLASH_BYTES else b""

    def write(self, offset: int, data: bytes) -> None:
        """Programs bytes. What reaches beyond the end of the chip is lost."""
        end = min(offset + len(data), FLASH_BYTES)
        # A page that stays as it is stays clean and is not written to the file.
        if offset < end and self.data[offset:end] != data[: end - offset]:
            self.data[offset:end] = data[: end - offset]

    def erase(self, offset: int, length: int) -> None:
        """Erases every sector that the range touches."""
        start = offset // SECTOR_BYTES * SECTOR_BYTES
        end = -(-(offset + length) // SECTOR_BYTES) * SECTOR_BYTES
        for sector in range(start, min(end, FLASH_BYTES), SECTOR_BYTES):
            self.write(sector, bytes([ERASED]) * SECTOR_BYTES)

    def close(self) -> None:
        self.data.close()
        self._file.close()


def _create_erased(path: Path) -> None:
    """Appears in one step, so that two boards never see a half-made file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent) as file:
        file.write(bytes([ERASED]) * FLASH_BYTES)
        file.flush()
        with contextlib.suppress(FileExistsError):
            os.link(file.name, path)


def open_flash(path: Path | None, scratch: Path) -> FlashFile:
    """The flash in `path`; without one the file that is kept in the build folder, or, where
    another board uses that, an erased one in the folder `scratch`. Errors as FlashFile."""
    from hil.sim.firmware import default_build_dir

    if path is not None:
        return FlashFile(path)
    try:
        return FlashFile(default_build_dir() / "flash.bin")
    except InfrastructureError:
        return FlashFile(scratch / "flash.bin")
