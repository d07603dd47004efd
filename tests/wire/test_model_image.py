from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hil.wire.errors import WireError
from hil.wire.model_image import HEADER_BYTES, pack_model_image, unpack_model_image

from .message_samples import zcbor_accepts

MODEL = bytes(range(256)) * 4


@given(st.binary(min_size=1, max_size=200), st.integers(0, 255), st.integers(0, 100))
def test_image_survives_a_round_trip_through_erased_flash(tflite, positive_class, threshold):
    image = pack_model_image(tflite, positive_class=positive_class, threshold=threshold)
    read = unpack_model_image(image + b"\xff" * 100)
    assert (read.tflite, read.positive_class, read.threshold) == (tflite, positive_class, threshold)


def test_header_is_the_one_of_the_schema_padded_to_64_bytes():
    image = pack_model_image(MODEL, positive_class=1, threshold=60)
    header = image[:HEADER_BYTES].rstrip(b"\xff")
    assert image[HEADER_BYTES:] == MODEL
    assert zcbor_accepts("model-header", header)


def test_largest_header_fits_into_64_bytes():
    # Heads of 5, 5, 2 and 2 bytes for the numbers, 13 for the magic, 1 for the version.
    assert HEADER_BYTES >= 1 + 13 + 1 + 5 + 5 + 2 + 2
    with pytest.raises(WireError):
        pack_model_image(MODEL, positive_class=256, threshold=60)
    with pytest.raises(WireError):
        pack_model_image(MODEL, positive_class=1, threshold=101)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda image: b"\xff" * 4096, "empty"),
        (lambda image: b"", "empty"),
        (lambda image: image[:-1], "1023 bytes of a model of 1024"),
        (lambda image: image[:-1] + b"\x00", "CRC-32"),
        (lambda image: bytes([0x87]) + image[1:], "cut short"),
        (lambda image: image.replace(b"camhil-model", b"camhil-mudel"), "begins with"),
        (lambda image: image.replace(b"camhil-model\x01", b"camhil-model\x02"), "version"),
        (lambda image: b"\x00" + image[1:], "behind"),
    ],
)
def test_a_damaged_image_is_refused(damage, message):
    image = pack_model_image(MODEL, positive_class=1, threshold=60)
    with pytest.raises(WireError, match=message):
        unpack_model_image(damage(image))
