"""ESP32 images: esptool is the judge."""

from __future__ import annotations

import functools
import hashlib
import operator
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hil.build import esp_image
from hil.build.esp_image import ImageError, Segment
from hil.sim import app_image

ADDRESS = 0x10000


def test_esptool_accepts_the_app_image(tmp_path: Path) -> None:
    library = bytes(range(256)) * 5 + b"odd"
    image = tmp_path / "app.bin"
    image.write_bytes(app_image.pack_app(library, "1.2.3"))

    result = subprocess.run(
        [sys.executable, "-m", "esptool", "image-info", image],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=True,
    )

    text = result.stdout
    assert "Detected image type: ESP32" in text
    assert "(valid)" in next(line for line in text.splitlines() if line.startswith("Checksum"))
    assert "(valid)" in next(line for line in text.splitlines() if line.startswith("Validation"))
    assert "Project name: camhil" in text
    assert "App version: 1.2.3" in text
    assert f"ELF file SHA256: {hashlib.sha256(library).hexdigest()}" in text


def test_the_library_comes_out_of_the_app_as_it_went_in() -> None:
    library = b"\x7fELF" + bytes(1001)

    app = app_image.unpack_app(app_image.pack_app(library, "1.2.3"), ADDRESS)

    assert app.library == library
    assert app.build_id == hashlib.sha256(library).digest()
    assert app.version == "1.2.3"


def test_an_app_for_real_silicon_has_no_library() -> None:
    description = esp_image.AppDescription("9", "blink", "v5.1", bytes(32))
    segment = Segment(0x3F400020, esp_image.encode_app_description(description) + b"code")

    app = app_image.unpack_app(esp_image.encode_image([segment], 0x40080000), ADDRESS)

    assert app.library is None
    assert app.version == "9"


def test_the_app_description_lies_where_idf_puts_it() -> None:
    image = app_image.pack_app(b"library", "1.2.3")

    assert image[0x20:0x24] == bytes.fromhex("3254cdab")
    assert image[0x30:0x35] == b"1.2.3"
    assert image[0xB0:0xD0] == hashlib.sha256(b"library").digest()


@given(
    st.lists(st.tuples(st.integers(0, 2**32 - 1), st.binary(max_size=200)), max_size=5),
    st.integers(0, 2**32 - 1),
)
def test_decoding_an_image_gives_its_segments(parts: list[tuple[int, bytes]], entry: int) -> None:
    data = esp_image.encode_image([Segment(*part) for part in parts], entry)

    image = esp_image.decode_image(data + b"\xff" * 64, ADDRESS)

    assert image.entry == entry
    assert image.size == len(data)
    for (address, content), segment in zip(parts, image.segments, strict=True):
        assert segment.address == address
        assert segment.data == content.ljust(-(-len(content) // 4) * 4, b"\0")


@given(st.binary(min_size=1, max_size=100).filter(lambda data: len(data) % 4 == 0))
def test_the_checksum_is_the_xor_of_all_segment_bytes_and_ef(data: bytes) -> None:
    image = esp_image.encode_image([Segment(0, data)], 0)

    assert image[-33] == functools.reduce(operator.xor, data, 0xEF)


@given(st.data())
def test_any_flipped_bit_is_noticed(data: st.DataObject) -> None:
    image = bytearray(esp_image.encode_image([Segment(0x3FFF0000, bytes(range(100)))], 0))
    bit = data.draw(st.integers(0, len(image) * 8 - 1))
    # Byte 23 says whether there is a hash: without it a shorter, valid image remains.
    if bit // 8 == 23:
        return
    image[bit // 8] ^= 1 << (bit % 8)

    with pytest.raises(ImageError):
        esp_image.decode_image(image, ADDRESS)


def test_erased_flash_holds_no_image() -> None:
    with pytest.raises(ImageError, match=r"image at 0x10000 has invalid magic byte"):
        esp_image.decode_image(b"\xff" * 100, ADDRESS)


def test_an_image_that_is_cut_short_is_refused() -> None:
    data = esp_image.encode_image([Segment(0, bytes(64))], 0)

    for length in range(len(data)):
        with pytest.raises(ImageError):
            esp_image.decode_image(data[:length], ADDRESS)
