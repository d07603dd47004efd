"""Reading pictures."""

import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra.numpy import arrays

from hil.errors import UsageError
from hil.images import FITS, Photo, from_tensor, image_crc, load, synthetic, to_tensor

GRAY = np.random.default_rng(5).integers(0, 256, (96, 96)).astype(np.uint8)


def saved(directory: Path, pixels: np.ndarray, name: str = "photo.png") -> Path:
    path = directory / name
    assert cv2.imwrite(str(path), pixels)
    return path


def with_orientation(jpeg: bytes, orientation: int) -> bytes:
    """The JPEG with an EXIF segment that holds nothing but the orientation (TIFF tag 0x112)."""
    tiff = b"II*\0" + struct.pack("<IHHHIHHI", 8, 1, 0x112, 3, 1, orientation, 0, 0)
    exif = b"Exif\0\0" + tiff
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + jpeg[2:]


def test_a_gray_png_is_taken_as_it_is(tmp_path: Path) -> None:
    photo = load(saved(tmp_path, GRAY))
    assert photo.pixels.tolist() == GRAY.tolist()
    assert (photo.name, photo.notes, photo.original_size) == ("photo", (), (96, 96))


def test_colour_becomes_gray_by_bt601_and_says_so(tmp_path: Path) -> None:
    colour = np.zeros((96, 96, 3), np.uint8)
    colour[:32, :, 2] = 255  # OpenCV writes BGR: red, green and blue thirds
    colour[32:64, :, 1] = 255
    colour[64:, :, 0] = 255
    photo = load(saved(tmp_path, colour))
    # ITU-R BT.601: 0.299 R + 0.587 G + 0.114 B.
    assert [int(photo.pixels[row, 0]) for row in (0, 40, 90)] == [76, 150, 29]
    assert photo.notes == ("colour converted to gray (BT.601)",)


def test_gray_that_is_stored_as_colour_needs_no_note(tmp_path: Path) -> None:
    photo = load(saved(tmp_path, cv2.cvtColor(GRAY, cv2.COLOR_GRAY2BGR)))
    assert photo.pixels.tolist() == GRAY.tolist()
    assert photo.notes == ()


def test_16_bits_are_rounded_to_8(tmp_path: Path) -> None:
    deep = np.zeros((96, 96), np.uint16)
    deep[0, :4] = [65535, 32768, 128, 129]
    photo = load(saved(tmp_path, deep))
    assert photo.pixels[0, :4].tolist() == [255, 128, 0, 1]  # 257 steps of 16 bits make one of 8
    assert photo.notes == ("16 bits per channel rounded to 8",)


def test_transparent_pixels_lie_on_white(tmp_path: Path) -> None:
    clear = np.full((96, 96, 4), 100, np.uint8)
    clear[..., 3] = 255
    clear[0, 0, 3] = 0
    clear[0, 1, 3] = 50
    photo = load(saved(tmp_path, clear))
    assert photo.pixels[0, :3].tolist() == [255, 225, 100]  # (100 * 50 + 255 * 205) / 255 = 224.6
    assert photo.notes == ("transparent pixels laid on white",)


def test_opaque_alpha_needs_no_note(tmp_path: Path) -> None:
    opaque = cv2.merge([GRAY, GRAY, GRAY, np.full_like(GRAY, 255)])
    photo = load(saved(tmp_path, opaque))
    assert photo.pixels.tolist() == GRAY.tolist()
    assert photo.notes == ()


def test_a_picture_is_turned_as_its_exif_orientation_says(tmp_path: Path) -> None:
    half = np.zeros((96, 96), np.uint8)
    half[:48] = 255
    path = saved(tmp_path, half, "half.jpg")
    assert load(path).notes == ()
    path.write_bytes(with_orientation(path.read_bytes(), 6))  # turn by 90 degrees clockwise
    photo = load(path)
    assert photo.notes == ("turned as its EXIF orientation says",)
    assert photo.pixels[:, :40].max() < 16
    assert photo.pixels[:, 56:].min() > 240


def test_another_size_is_refused_with_both_sizes(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="200x100 pixels, not 96x96") as caught:
        load(saved(tmp_path, np.zeros((100, 200), np.uint8)))
    assert "resize=True" in caught.value.hint


def test_resizing_cuts_out_the_centre_and_averages(tmp_path: Path) -> None:
    wide = np.zeros((192, 400), np.uint8)
    wide[:, :104] = 255  # left of the centre square
    wide[::2, 104:296] = 200  # every other row of it
    photo = load(saved(tmp_path, wide), resize=True)
    assert photo.pixels.tolist() == np.full((96, 96), 100).tolist()
    assert photo.original_size == (400, 192)
    assert photo.notes == ("centre of 192x192 cut out of 400x192", "averaged to 96x96")


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (500, 1), (95, 97), (97, 96), (3, 200)])
def test_any_size_can_be_resized(tmp_path: Path, shape: tuple[int, int]) -> None:
    photo = load(saved(tmp_path, np.full(shape, 77, np.uint8)), resize=True)
    assert photo.pixels.tolist() == np.full((96, 96), 77).tolist()


def test_a_small_picture_is_enlarged(tmp_path: Path) -> None:
    assert load(saved(tmp_path, GRAY[:48, :48]), resize=True).notes == ("enlarged to 96x96",)


def test_squashing_keeps_the_whole_picture(tmp_path: Path) -> None:
    picture = np.zeros((192, 384), np.uint8)
    picture[:, :192] = 200  # the left half
    picture[:96] += 40  # the upper half
    path = saved(tmp_path, picture)
    photo = load(path, resize=True, fit="squash")
    quarters = [[240, 40], [200, 0]]
    assert photo.pixels.tolist() == np.kron(quarters, np.ones((48, 48), int)).tolist()
    assert photo.notes == ("squashed to 96x96",)
    assert photo.original_size == (384, 192)


@pytest.mark.parametrize("shape", [(192, 24), (24, 192), (96, 300), (1, 500)])
def test_a_side_that_shrinks_is_averaged_though_the_other_grows(
    tmp_path: Path, shape: tuple[int, int]
) -> None:
    # Single rows and columns of noise alias if they are picked instead of averaged.
    picture = np.random.default_rng(4).integers(0, 2, shape) * 255
    photo = load(saved(tmp_path, picture.astype(np.uint8)), resize=True, fit="squash")
    assert photo.pixels.shape == (96, 96)
    assert float(photo.pixels.mean()) == pytest.approx(float(picture.mean()), abs=4)


def test_a_square_picture_is_the_same_in_both_fits(tmp_path: Path) -> None:
    path = saved(tmp_path, np.random.default_rng(6).integers(0, 256, (200, 200)).astype(np.uint8))
    crop, squash = (load(path, resize=True, fit=fit) for fit in FITS)
    assert crop.pixels.tolist() == squash.pixels.tolist()
    assert crop.notes == squash.notes == ("averaged to 96x96",)


def test_a_missing_file_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read the picture"):
        load(tmp_path / "none.png")
    with pytest.raises(UsageError, match="cannot read the picture"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "the file is empty"),
        (b"not a picture at all", "not a picture"),
        (b"\x89PNG\r\n\x1a\n", "not a picture"),
        (b"\xff\xd8\xff\xe0", "truncated"),
    ],
)
def test_a_file_that_is_no_picture_is_refused(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(data)
    with pytest.raises(UsageError, match=said) as caught:
        load(path)
    assert caught.value.where == str(path)


def test_a_truncated_jpeg_is_refused_though_decoders_fill_it_up(tmp_path: Path) -> None:
    path = saved(tmp_path, GRAY, "photo.jpg")
    path.write_bytes(path.read_bytes()[:-500])
    with pytest.raises(UsageError, match="no end marker"):
        load(path)


def test_a_png_header_of_absurd_size_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path, GRAY)
    data = bytearray(path.read_bytes())
    data[16:24] = struct.pack(">II", 2**30, 2**30)
    data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    path.write_bytes(data)
    with pytest.raises(UsageError, match="not a picture"):
        load(path)


@given(arrays(np.uint8, (3, 5)))
def test_tensor_values_are_pixels_minus_128(pixels: np.ndarray) -> None:
    tensor = to_tensor(pixels)
    assert tensor.dtype == np.int8
    assert tensor.tolist() == (pixels.astype(int) - 128).tolist()
    assert from_tensor(tensor).tolist() == pixels.tolist()


def test_other_types_than_uint8_are_no_pixels() -> None:
    with pytest.raises(UsageError, match="not uint8"):
        to_tensor(np.zeros((2, 2), np.float32))


def test_image_crc_is_that_of_zlib_over_the_int8_bytes() -> None:
    # The check value of CRC-32 for "123456789".
    assert image_crc(np.frombuffer(b"123456789", np.int8)) == 0xCBF43926


def images() -> dict[str, Photo]:
    return {photo.name: photo for photo in synthetic(seed=4)}


def test_synthetic_images_have_their_points() -> None:
    made = images()
    assert set(np.unique(made["black"].tensor)) == {-128}
    assert set(np.unique(made["white"].tensor)) == {127}
    assert set(np.unique(made["extremes"].tensor)) == {-128, 127}
    assert (np.diff(made["gradient-x"].pixels.astype(int), axis=1) > 0).all()
    assert (np.diff(made["gradient-x"].pixels.astype(int), axis=0) == 0).all()
    assert (made["gradient-y"].pixels == made["gradient-x"].pixels.T).all()
    assert made["checkerboard"].pixels[0, [0, 15, 16, 31, 32]].tolist() == [0, 0, 255, 255, 0]
    for photo in made.values():
        assert photo.pixels.shape == (96, 96)
        assert photo.pixels.dtype == np.uint8


def test_noise_depends_on_its_seed_alone() -> None:
    assert images()["noise"].pixels.tolist() == images()["noise"].pixels.tolist()
    other = {photo.name: photo for photo in synthetic(seed=5)}
    assert other["noise"].pixels.tolist() != images()["noise"].pixels.tolist()


def test_pixels_of_a_photo_cannot_be_changed(tmp_path: Path) -> None:
    photo = load(saved(tmp_path, GRAY))
    with pytest.raises(ValueError, match="read-only"):
        photo.pixels[0, 0] = 1
