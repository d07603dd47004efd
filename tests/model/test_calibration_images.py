"""The representative set: what is in it, and which sets are refused."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from hil.errors import UsageError
from model.calibration import (
    calibration_images,
    check_calibration_images,
    read_photographs,
    to_input,
)


def pictures(count: int) -> np.ndarray:
    return np.random.default_rng(7).integers(0, 256, (count, 96, 96)).astype(np.uint8)


def test_the_real_input_spans_exactly_minus_1_to_127_128ths() -> None:
    values = to_input(calibration_images(pictures(6), seed=1))
    assert values.dtype == np.float32
    assert values.min() == -1.0
    assert values.max() == 127 / 128


def test_every_pixel_value_quantizes_to_pixel_minus_128() -> None:
    pixels = np.arange(96 * 96, dtype=np.int64).reshape(1, 96, 96) % 256
    real = to_input(pixels.astype(np.uint8))
    assert np.array_equal(real[0, :, :, 0] / np.float32(1 / 128), pixels[0] - 128)


def test_the_same_seed_gives_the_same_images() -> None:
    first, second = (calibration_images(pictures(6), seed=3) for _ in range(2))
    assert np.array_equal(first, second)
    assert not np.array_equal(first, calibration_images(pictures(6), seed=4))


def test_a_generated_set_is_accepted() -> None:
    check_calibration_images(calibration_images(pictures(6), seed=1))


def test_a_set_that_is_too_small_is_refused() -> None:
    with pytest.raises(UsageError, match="31 images, at least 32"):
        check_calibration_images(pictures(31))


def test_blank_frames_are_refused() -> None:
    frames = np.arange(100, dtype=np.uint8)[:, None, None] * np.ones((1, 96, 96), np.uint8)
    with pytest.raises(UsageError, match="only 0 different images"):
        check_calibration_images(frames)


def test_copies_of_one_image_are_refused() -> None:
    with pytest.raises(UsageError, match="only 1 different images"):
        check_calibration_images(np.repeat(pictures(1), 100, axis=0))


def test_a_set_without_black_and_white_is_refused() -> None:
    with pytest.raises(UsageError, match="pixels span 1 to 254"):
        check_calibration_images(np.clip(pictures(40), 1, 254))


def test_a_folder_without_pictures_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no PNG"):
        read_photographs(tmp_path)


def test_a_picture_of_another_size_is_refused(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "small.png"), np.zeros((64, 96), np.uint8))
    with pytest.raises(UsageError, match="not a 96x96 8-bit gray PNG"):
        read_photographs(tmp_path)
