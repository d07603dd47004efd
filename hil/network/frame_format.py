"""A camera's frames: which one a network takes, and its bytes as pixels and back.

RGB565 has two bytes a pixel, rrrrrggg gggbbbbb, as esp32-camera gives them. What 8 bits have more
repeats the upper bits: (v << 3) | (v >> 2) of 5 bits, (v << 2) | (v >> 4) of 6, so that 0 stays 0
and the highest value is 255. `firmware/core/preprocess.cpp` does the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hil.errors import UsageError
from hil.wire.enums import FrameFormat

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hil.wire.network_header import ImageInput
    from hil.wire.replies import FrameSize

CAMERA = (120, 160)
"""(rows, columns) of the camera's frame, of firmware/core/limits.h."""


def camera_frame(image: ImageInput | None) -> FrameSize | None:
    """The frame of the camera that a network is fed from; None where it takes no picture."""
    # Of all messages: the simulated board, which starts more often, needs none of them.
    from hil.wire.replies import FrameSize

    formats = {each.channels: each for each in FrameFormat}
    if image is None or image.channels not in formats:
        return None
    return FrameSize(*CAMERA, formats[image.channels])


def pixel_shape(frame: FrameSize) -> tuple[int, ...]:
    """The shape of a frame's pixels: [rows, columns], or with three channels behind."""
    size = (frame.rows, frame.columns)
    return size if frame.format is FrameFormat.GRAY8 else (*size, frame.format.channels)


def frame_pixels(data: bytes, frame: FrameSize) -> NDArray[np.uint8]:
    """The pixels of a frame's bytes, uint8 in `pixel_shape`; read-only."""
    import numpy as np

    if frame.format is FrameFormat.RGB565:
        return from_rgb565(data, frame.rows, frame.columns)
    return np.frombuffer(data, np.uint8).reshape(frame.rows, frame.columns)


def packed_frame(pixels: NDArray[np.uint8], format_: FrameFormat) -> bytes:
    """The bytes of uint8 pixels as a frame of this format.

    Raises UsageError for pixels with other channels.
    """
    wanted = "[rows, columns, 3]" if format_ is FrameFormat.RGB565 else "[rows, columns]"
    if pixels.dtype.name != "uint8" or pixels.ndim != wanted.count(",") + 1:
        raise UsageError(
            f"the frame is {pixels.dtype} {list(pixels.shape)}, the board's camera gives "
            f"{format_.name}: pixels of uint8 {wanted}",
            where="Board.infer",
            hint="give the frame's bytes, or pixels such as Photo.pixels with these channels",
        )
    return to_rgb565(pixels) if format_ is FrameFormat.RGB565 else pixels.tobytes()


def to_rgb565(pixels: NDArray[np.uint8]) -> bytes:
    """uint8 [rows, columns, 3] of red, green, blue: the upper bits of each, two bytes a pixel."""
    import numpy as np

    if pixels.dtype.name != "uint8" or pixels.ndim != 3 or pixels.shape[2] != 3:
        raise UsageError(
            f"the pixels are {pixels.dtype} {list(pixels.shape)}, not uint8 [rows, columns, 3]",
            hint="give red, green and blue of each pixel",
        )
    red, green, blue = (pixels[..., n].astype(np.uint16) for n in range(3))
    words = (red >> 3) << 11 | (green >> 2) << 5 | blue >> 3
    return words.astype(">u2").tobytes()


def from_rgb565(data: bytes, rows: int, columns: int) -> NDArray[np.uint8]:
    """uint8 [rows, columns, 3] of red, green, blue; read-only. Raises ValueError for a size that
    is not rows x columns."""
    import numpy as np

    words = np.frombuffer(data, ">u2").reshape(rows, columns).astype(np.uint16)
    red, green, blue = words >> 11, words >> 5 & 0x3F, words & 0x1F
    channels = (red << 3 | red >> 2, green << 2 | green >> 4, blue << 3 | blue >> 2)
    pixels = np.stack(channels, axis=-1).astype(np.uint8)
    pixels.flags.writeable = False
    return pixels
