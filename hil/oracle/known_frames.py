"""Frames of which it is known what each pixel of the input is made of.

A pixel of the input is the average over some pixels of the frame. No two *probes*, every second
pixel of the input in both directions, share a pixel of the frame. So a probe whose part of the
frame has one colour becomes that colour, however the average is weighted and rounded; and one frame
tells what becomes of as many colours as it has probes.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from hil.network.frame_format import frame_pixels, packed_frame
from hil.oracle.preprocess import Size, averaged, region_of
from hil.wire.enums import FrameFormat
from hil.wire.replies import FrameSize

_MOST_MIXED = 2
_SEED = 565


def known_frames(frame: FrameSize, size: Size) -> tuple[NDArray[np.uint8], ...]:
    """Frames whose probes become all values that a pixel can have, each by itself, in every
    channel; uint8 as `hil.network.frame_format.pixel_shape`.

    In colour a pixel has 32 or 64 values of its own; a few more frames mix them, since an average
    becomes most of the others. `size`: (height, width) of the input.
    """
    flat = _flat(frame, size)
    if frame.format is FrameFormat.GRAY8:
        return flat
    seen = [np.concatenate([probed(averaged(each, size))[..., n] for each in flat], axis=None)
            for n in range(frame.format.channels)]  # fmt: skip
    return (*flat, *_mixed(frame, size, [set(each.tolist()) for each in seen]))


def probed(pixels: NDArray[np.generic]) -> NDArray[np.generic]:
    """The probes among an input's pixels [height, width, ...]."""
    return pixels[::2, ::2]


def _flat(frame: FrameSize, size: Size) -> tuple[NDArray[np.uint8], ...]:
    levels = _levels(frame)
    rows, columns = -(-size[0] // 2), -(-size[1] // 2)
    count = max(map(len, levels))
    order = np.arange(-(-count // (rows * columns)) * rows * columns)
    # Channels in different orders, so that they are not taken for each other.
    colours = np.stack(
        [each[(order + n * len(each) // 3) % len(each)] for n, each in enumerate(levels)], axis=-1
    )
    return tuple(
        _spread(frame, size, part.reshape(rows, columns, len(levels)))
        for part in np.split(colours, len(order) // (rows * columns))
    )


def _mixed(frame: FrameSize, size: Size, seen: list[set[int]]) -> Iterator[NDArray[np.uint8]]:
    """Frames of neighbouring colours, as long as their averages are new ones."""
    random = np.random.default_rng(_SEED)
    rows, columns = -(-size[0] // 2), -(-size[1] // 2)
    for _ in range(_MOST_MIXED):
        middle = random.integers(0, 256, (rows, columns, frame.format.channels))
        pixels = _spread(frame, size, middle.astype(np.uint8)).astype(np.int64)
        pixels = np.clip(pixels + random.integers(-12, 13, pixels.shape), 0, 255)
        made = frame_pixels(packed_frame(pixels.astype(np.uint8), frame.format), frame)
        told = [set(probed(averaged(made, size))[..., n].reshape(-1).tolist())
                for n in range(frame.format.channels)]  # fmt: skip
        if all(new <= old for new, old in zip(told, seen, strict=True)):
            return
        seen = [old | new for new, old in zip(told, seen, strict=True)]
        yield made


def _levels(frame: FrameSize) -> tuple[NDArray[np.uint8], ...]:
    """The values that a pixel can have, in each channel."""
    if frame.format is FrameFormat.GRAY8:
        return (np.arange(256, dtype=np.uint8),)
    every = np.arange(256, dtype=np.uint8)[None, :, None].repeat(3, axis=2)
    seen = frame_pixels(packed_frame(every, frame.format), FrameSize(1, 256, frame.format))
    return tuple(np.unique(seen[..., n]) for n in range(3))


def _spread(frame: FrameSize, size: Size, colours: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A frame in which each probe's pixels have its colour; colours: [rows, columns, channels]."""
    region = region_of((frame.rows, frame.columns), size)
    down = _probe_of(frame.rows, region.top, region.height, size[0])
    right = _probe_of(frame.columns, region.left, region.width, size[1])
    pixels: NDArray[np.uint8] = colours[np.ix_(down, right)]
    return pixels[..., 0] if pixels.shape[2] == 1 else pixels


def _probe_of(length: int, start: int, source: int, target: int) -> NDArray[np.int64]:
    """For each pixel of one axis of the frame the probe that it belongs to, or the next one."""
    # Probe k covers [2k * source, (2k + 1) * source) in units of 1/target of a pixel.
    ends = -(-((2 * np.arange(-(-target // 2)) + 1) * source) // target)
    place = np.clip(np.arange(length) - start, 0, source - 1)
    found = np.searchsorted(ends, place, side="right")
    return np.minimum(found, len(ends) - 1)
