"""Who an ESP app image is: chip, project, version and the two digests that identify it."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from hil.sim.esp_image import ImageError, decode_app_description, decode_image

_CHIP_ID_OFFSET = 12
CHIP_IDS = {
    0x0000: "esp32",
    0x0002: "esp32s2",
    0x0005: "esp32c3",
    0x0009: "esp32s3",
    0x000C: "esp32c2",
    0x000D: "esp32c6",
    0x0010: "esp32h2",
    0x0012: "esp32p4",
    0x0014: "esp32c61",
    0x0017: "esp32c5",
}
"""`esp_chip_id_t` of ESP-IDF's esp_app_format.h."""


@dataclass(frozen=True)
class AppImage:
    """The facts of an app image.

    `build_id`: SHA-256 of the ELF it was made from (`esp_app_desc_t.app_elf_sha256`).
    `app_sha256`: the digest at the image's end.
    """

    chip: str
    project: str
    version: str
    idf_version: str
    build_id: bytes
    app_sha256: bytes


def read_app_image(data: bytes, address: int) -> AppImage:
    """Reads and verifies the image that is to lie at `address`.

    Raises ValueError, whose text says what is wrong with it.
    """
    try:
        image = decode_image(data, address)
    except ImageError as cause:
        raise ValueError(f"is not a whole app image: {cause}") from cause
    if image.sha256 is None:
        raise ValueError("has no SHA-256 appended, so the board cannot tell which app it runs")
    description = decode_app_description(image.segments[0].data) if image.segments else None
    if description is None:
        raise ValueError("has no app description (esp_app_desc_t): a bootloader, or not ESP-IDF")
    return AppImage(
        chip=read_chip(data),
        project=description.project,
        version=description.version,
        idf_version=description.idf_version,
        build_id=description.elf_sha256,
        app_sha256=image.sha256,
    )


def read_chip(data: bytes) -> str:
    """The chip that an image, of an app or a bootloader, is built for."""
    (chip_id,) = struct.unpack_from("<H", data, _CHIP_ID_OFFSET)
    return CHIP_IDS.get(chip_id, f"chip {chip_id:#06x}")
