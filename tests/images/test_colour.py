"""Pictures in colour: red, green, blue, and in every step as a gray one is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hil.images import FITS, Fit, decode, load, photo_of

Pixels = np.ndarray[Any, np.dtype[np.uint8]]
RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)
DIRECTORY = Path("photo.png")


def png(rgb: np.ndarray[Any, Any]) -> bytes:
    """A PNG of [height, width], [height, width, 3] or 4 (with alpha), red first."""
    order: Any = {2: ..., 3: [2, 1, 0], 4: [2, 1, 0, 3]}[rgb.shape[2] if rgb.ndim == 3 else 2]
    done, data = cv2.imencode(".png", rgb if rgb.ndim == 2 else rgb[..., order])
    assert done
    return data.tobytes()


def test_pure_colours_stay_what_they_are(tmp_path: Path) -> None:
    (tmp_path / "p.png").write_bytes(png(np.array([[RED, GREEN, BLUE]], np.uint8)))
    photo = load(tmp_path / "p.png", size=(1, 3), channels=3)
    assert photo.pixels.tolist() == [[[*RED], [*GREEN], [*BLUE]]]
    assert (photo.notes, photo.original_size) == ((), (3, 1))
    with pytest.raises(ValueError, match="read-only"):
        photo.pixels[0, 0, 0] = 1


def test_a_gray_picture_becomes_three_equal_channels() -> None:
    gray = np.arange(12, dtype=np.uint8).reshape(3, 4)
    for stored in (gray, np.dstack([gray] * 3)):
        picture, notes = decode(png(stored), DIRECTORY, 3)
        assert picture.tolist() == np.dstack([gray] * 3).tolist()
        assert notes == ["gray: the channels are equal"]


def test_transparent_colour_lies_on_white_and_16_bits_are_rounded() -> None:
    half = np.array([[(255, 0, 0, 51), (10, 20, 30, 255)]], np.uint8)
    picture, notes = decode(png(half), DIRECTORY, 3)
    # (255 * 51 + 255 * 204) / 255 = 255, 0 on white is 255 * 204 / 255 = 204
    assert picture.tolist() == [[[255, 204, 204], [10, 20, 30]]]
    assert notes == ["transparent pixels laid on white"]
    deep = np.array([[(65535, 32768, 128)]], np.uint16)
    picture, notes = decode(png(deep), DIRECTORY, 3)
    assert picture.tolist() == [[[255, 128, 0]]]
    assert notes == ["16 bits per channel rounded to 8"]


@given(
    arrays(np.uint8, st.tuples(st.integers(1, 40), st.integers(1, 40), st.just(3))),
    st.sampled_from(FITS),
)
def test_each_channel_is_cut_and_scaled_as_a_gray_picture_is(rgb: Pixels, fit: Fit) -> None:
    def fitted(picture: Pixels, channels: int) -> Pixels:
        data = png(picture)
        return photo_of(
            data, DIRECTORY, resize=True, size=(8, 12), fit=fit, channels=channels
        ).pixels

    colour = fitted(rgb, 3)
    assert colour.shape == (8, 12, 3)
    for channel in range(3):
        assert colour[..., channel].tolist() == fitted(rgb[..., channel], 1).tolist()


@given(arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9))))
def test_gray_of_a_gray_picture_in_colour_is_the_gray_picture(gray: Pixels) -> None:
    assert decode(png(np.dstack([gray] * 3)), DIRECTORY)[0].tolist() == gray.tolist()
