"""How a board is driven, as one frozen object."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from hil.sim.process import SimOptions

FlashMode = Literal["auto", "always", "never"]

ROM_BAUD = 115_200
"""The rate of ROM and bootloader text, and of the firmware until it is told otherwise."""

EMULATED_HANDSHAKE_S = 60.0
"""The least that an emulated board gets from reset to its first answer: a loaded host starts it
slowly, and an emulator that is lost tells so at once."""


@dataclass(frozen=True)
class BoardOptions:
    """Options of one board.

    `baud` is the rate of the link once the handshake is done; `boot_baud` the one before.
    `flash`: "auto" skips what the flash already holds, "never" trusts what runs.
    `handshake_s` is how long the board may take from reset to its first answer, `image_s`
    one image with upload and inference, `request_s` any other request, `flash_s` flashing.
    `sim` configures the simulated board; other boards do not look at it. `record` is the file
    that keeps the conversation.
    """

    baud: int = 921_600
    boot_baud: int = ROM_BAUD
    flash: FlashMode = "auto"
    handshake_s: float = 15.0
    image_s: float = 30.0
    request_s: float = 5.0
    flash_s: float = 180.0
    sim: SimOptions | None = None
    record: Path | None = None
