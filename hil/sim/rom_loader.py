"""Download mode: the ROM's serial protocol, served by esp32-mock-bootloader.

The library blocks on its connection, so it runs in a thread of its own, and only while the
chip is in download mode.
"""

from __future__ import annotations

import socket
import struct
import threading
import zlib
from typing import Any

from hil.errors import InfrastructureError
from hil.sim.flash import FlashFile

_CHIP = "esp32"
_JOIN_S = 2.0


class RomLoader:
    """Serves one stay in download mode on one end of a socket pair."""

    def __init__(self, flash: FlashFile, end: socket.socket) -> None:
        """Starts to answer on `end`, which it owns from now on."""
        self._stop = threading.Event()
        self._end = end
        self._thread = threading.Thread(
            target=_serve, args=(flash, end, self._stop), name="rom-loader", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """The chip leaves download mode; a write that is under way is finished."""
        self._stop.set()
        self._thread.join(_JOIN_S)


def _serve(flash: FlashFile, end: socket.socket, stop: threading.Event) -> None:
    try:
        from esp32_mock_bootloader import server
    except ImportError as error:
        raise InfrastructureError(
            "the simulated board cannot be flashed without esp32-mock-bootloader",
            hint="pip install 'camhil[sim]'",
        ) from error
    server.handle_client(
        server.BootloaderConnection(sock=end),
        stop,
        _CHIP,
        exit_on_disconnect=True,
        flash=_flash_image(flash),
    )


def _flash_image(flash: FlashFile) -> Any:
    """A FlashImage of the library that works on the file, and erases before it writes."""
    from esp32_mock_bootloader import server

    class PersistentFlash(server.FlashImage):  # type: ignore[misc]
        """The library's own image starts erased, in memory, and never erases to write."""

        def __init__(self) -> None:
            self.data = flash.data
            self._defl_offset = 0
            self._decompressor: Any = None
            self._plain_offset = 0

        def begin_defl(self, payload: bytes) -> None:
            super().begin_defl(payload)
            size, _, _, offset = struct.unpack_from("<IIII", payload)
            flash.erase(offset, size)

        def write_defl_block(self, payload: bytes) -> None:
            if len(payload) < 16 or self._decompressor is None:
                return
            (length,) = struct.unpack_from("<I", payload)
            try:
                data = self._decompressor.decompress(payload[16 : 16 + length])
            except zlib.error:
                return  # nothing written: esptool's MD5 check reports it
            flash.write(self._defl_offset, data)
            self._defl_offset += len(data)

        def begin_plain(self, payload: bytes) -> None:
            super().begin_plain(payload)
            size, _, _, offset = struct.unpack_from("<IIII", payload)
            flash.erase(offset, size)

        def write_plain_block(self, payload: bytes) -> None:
            (length,) = struct.unpack_from("<I", payload)
            data = payload[16 : 16 + length]
            flash.write(self._plain_offset, data)
            self._plain_offset += len(data)

        def erase_all(self) -> None:
            flash.erase(0, len(flash.data))

        def erase_region(self, offset: int, size: int) -> None:
            flash.erase(offset, size)

    return PersistentFlash()
