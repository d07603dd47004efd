"""Mistakes between a raw frame and the model's input, by what the board made of each frame."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hil.diagnose.hypothesis import SURE_BITS, Hypothesis, finding_of, moves, suppose
from hil.diagnose.outcome import Outcome, difference_of
from hil.diagnose.picture import resize
from hil.facts.diagnosis import Unexplained
from hil.facts.image import ImageFacts
from hil.facts.packing import unpack_bytes, unpack_png
from hil.facts.run import Run
from hil.network.arrays import picture_input, picture_of
from hil.network.contract import Contract
from hil.network.frame_format import from_rgb565, to_rgb565
from hil.oracle.preprocess import area_sums, averaged, region_of
from hil.wire.network_header import NetworkHeader

_STAGE = "input"
_COLOURS = ("red", "green", "blue")
_ORDERS = ((2, 1, 0), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1))


@dataclass(frozen=True, eq=False)
class Seen:
    """A frame, and the input that the board made of it: in the tensor's type, [h, w] or [h, w, 3].

    `frame`: uint8 [rows, columns], or [rows, columns, 3]. `answered`: scores and map of its answer
    are those of the right input.
    """

    name: str
    frame: NDArray[np.uint8]
    header: NetworkHeader
    observed: NDArray[Any]
    answered: bool

    @cached_property
    def pixels(self) -> NDArray[np.uint8]:
        """The frame in the input's size, uint8 [h, w, channels]."""
        return averaged(self.frame, self.size)

    @cached_property
    def right(self) -> NDArray[Any]:
        """The right input."""
        return self.looked_up(self.pixels)

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) of the input."""
        assert self.header.image is not None
        return self.header.image.size

    def looked_up(self, pixels: NDArray[np.uint8]) -> NDArray[Any]:
        """What the contract's tables make of pixels."""
        return picture_of(picture_input(self.header, pixels))

    def taken_for(self, pixels: NDArray[Any]) -> NDArray[Any]:
        """Pixels as they are, without a table."""
        made = pixels.astype(np.uint8).view(self.observed.dtype)
        return made.reshape(self.observed.shape)

    @property
    def failing(self) -> bool:
        return not np.array_equal(self.right, self.observed)


def explain_frames(run: Run, contract: Contract, outcome: Outcome) -> None:
    """What the board does otherwise than `hil.oracle.preprocess`: found first, to mend first."""
    seen = list(_seen(run, contract))
    failing = [frame for frame in seen if frame.failing]
    if not failing or _misread(failing, outcome):
        return
    passing = [frame for frame in seen if not frame.failing]
    images = tuple(frame.name for frame in failing)
    sure, weak = outcome.search(hypotheses(), failing, passing, SURE_BITS)
    if not sure:
        sure, _ = outcome.search(_other_table(failing), failing, passing, SURE_BITS)
    if not sure:
        what = "no known mistake makes these inputs of the frames"
        facts = [f"{f.name}: {difference_of(f.right, f.observed)}" for f in failing[:3]]
        facts += [f"'{m.hypothesis.title}' would explain all, too few to be sure" for m in weak[:3]]
        outcome.unexplained.append(Unexplained(_STAGE, what, images, tuple(facts)))
        return
    count = len(failing)
    evidence = f"explains {count} of {count} wrong inputs made of frames, exactly"
    evidence += f", and {len(passing)} right ones too" if passing else ""
    fitting = [match.hypothesis for match in sure]
    outcome.findings.insert(0, finding_of(fitting, _STAGE, evidence, images))


def _misread(failing: Sequence[Seen], outcome: Outcome) -> bool:
    """Whether what differs is how inputs are read back, as it is with outputs."""
    reading = any(found.id == "output.wrong-tensor" for found in outcome.findings)
    return reading and all(frame.answered for frame in failing)


def _seen(run: Run, contract: Contract) -> Iterator[Seen]:
    for record in run.frames:
        frame = unpack_png(record.png, where=record.name)
        right = picture_of(picture_input(contract.header, averaged(frame, _size(contract))))
        observed = right
        if record.input:
            data = unpack_bytes(record.input, where=record.name)
            observed = np.frombuffer(data, right.dtype).reshape(right.shape)
        facts, answered = record.facts, True
        if isinstance(facts, ImageFacts):
            device, reference = facts.device, facts.reference
            answered = (device.scores, device.cam) == (reference.scores, reference.cam)
        yield Seen(record.name, frame, contract.header, observed, answered)


def _size(contract: Contract) -> tuple[int, int]:
    assert contract.image is not None
    return contract.image.size


def hypotheses() -> Iterator[Hypothesis[Seen]]:
    """The likeliest first."""
    yield _made("frame.offset", lambda f: f.taken_for(f.pixels), how="pixels as they are")
    yield _made("frame.offset", _saturated, how="it saturates at 127: uint8 taken for int8")
    yield from _colours()
    for how, halves in (("down", 0), ("up", 2)):
        yield _made("frame.rounding", lambda f, n: _averaged(_part(f), f, n), halves, how=how)
    yield _made("frame.crop", _corner, False, how="the top left corner")
    yield _made("frame.crop", _corner, True, how="the bottom right corner")
    yield _made("frame.crop", lambda f: _averaged(f.frame, f), how="the whole frame, squashed")
    yield _made("frame.crop", _not_scaled, how="its centre, not scaled")
    for down, right, how in moves(4):
        yield _made("frame.crop", _shifted, down, right, how=how)
    yield _made("frame.resize", _nearest, 0, how="taking the first pixel of each area")
    yield _made("frame.resize", _nearest, 1, how="taking the middle pixel of each area")
    for method in ("NEAREST", "LINEAR", "CUBIC", "AREA"):
        how = f"OpenCV's method {method.lower()}"
        yield _made("frame.resize", _by_opencv, method, how=how)
    yield _made("frame.transposed", lambda f: np.swapaxes(f.right, 0, 1))
    yield _made("frame.mirrored", lambda f: f.right[:, ::-1], how="left to right")
    yield _made("frame.mirrored", lambda f: f.right[::-1], how="top to bottom")
    yield _made("frame.mirrored", lambda f: f.right[::-1, ::-1], how="both ways")
    yield _made("frame.row-length", _other_pitch)
    yield _made("frame.not-scaled", _raw)


def _colours() -> Iterator[Hypothesis[Seen]]:
    """What can go wrong in a frame of three channels alone."""
    for order in _ORDERS:
        how = ", ".join(_COLOURS[n] for n in order)
        yield _made("frame.channels", lambda f, o: _recoloured(f, lambda p: p[..., o]), list(order),
                    how=how)  # fmt: skip
    yield _made("frame.byte-order", lambda f: _recoloured(f, _bytes_swapped))
    for how, expand in _EXPANSIONS.items():
        yield _made("frame.expansion", _recoloured, expand, how=how)
    for number, colour in enumerate(_COLOURS):
        how = f"that of {colour} for all"
        yield _made("frame.one-table", _one_table, number, how=how)


def _recoloured(f: Seen, change: Callable[[NDArray[np.uint8]], NDArray[Any]]) -> Any:
    if f.frame.ndim == 2:
        return None
    return f.looked_up(averaged(np.ascontiguousarray(change(f.frame), np.uint8), f.size))


def _bytes_swapped(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    words = np.frombuffer(to_rgb565(pixels), np.uint16).byteswap()
    return from_rgb565(words.tobytes(), *pixels.shape[:2])


def _in_bits(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The share of white in each channel, as its 5 or 6 bits say."""
    bits = pixels >> np.array([3, 2, 3], np.uint8)
    share: NDArray[np.float64] = bits / np.array([31.0, 63.0, 31.0])
    return share


_EXPANSIONS: dict[str, Callable[[NDArray[np.uint8]], NDArray[Any]]] = {
    "the lower bits stay 0": lambda pixels: pixels & (0xF8, 0xFC, 0xF8),
    "to the nearest of 255 steps": lambda pixels: np.floor(_in_bits(pixels) * 255 + 0.5),
    "cut to 255 steps": lambda pixels: np.floor(_in_bits(pixels) * 255 + 1e-9),
    "green of 5 bits": lambda pixels: np.stack(
        [pixels[..., 0], pixels[..., 1] >> 3 << 3 | pixels[..., 1] >> 5, pixels[..., 2]], axis=-1
    ),
}


def _one_table(f: Seen, number: int) -> Any:
    """All channels are looked up in the table of one."""
    if f.frame.ndim == 2 or f.header.image is None:
        return None
    table = np.frombuffer(f.header.image.tables[number], f.observed.dtype)
    return table[f.pixels]


def _other_table(failing: Sequence[Seen]) -> Iterator[Hypothesis[Seen]]:
    """The one table that makes all of these inputs of the right ones, if there is one."""
    right, observed = (
        np.concatenate([getattr(f, side).reshape(-1) for f in failing])
        for side in ("right", "observed")
    )
    table = dict(zip(right.tolist(), observed.tolist(), strict=True))
    if len(set(zip(right.tolist(), observed.tolist(), strict=True))) > len(table):
        return
    steps = Counter(got - was for was, got in table.items())
    step, count = steps.most_common(1)[0]
    how = f"{step:+d} for {count} of {len(table)} values"
    yield _made("frame.table", lambda f: _by(table, f.right), how=how)


def _by(table: dict[int, int], tensor: NDArray[Any]) -> NDArray[Any]:
    changed = [table.get(value, value) for value in tensor.reshape(-1).tolist()]
    return np.array(changed, tensor.dtype).reshape(tensor.shape)


def _made(
    name: str, change: Callable[..., Any], *arguments: object, **parameters: object
) -> Hypothesis[Seen]:
    def predict(frame: Seen) -> Any:
        made = change(frame, *arguments)
        return None if made is None or made.shape != frame.right.shape else made

    return suppose(name, predict, **parameters)


def _region(f: Seen) -> tuple[int, int, int, int]:
    region = region_of((f.frame.shape[0], f.frame.shape[1]), f.size)
    return region.top, region.left, region.height, region.width


def _part(f: Seen) -> NDArray[np.uint8]:
    """What of the frame the input is made of."""
    top, left, height, width = _region(f)
    return f.frame[top : top + height, left : left + width]


def _saturated(f: Seen) -> Any:
    return f.taken_for(np.minimum(f.pixels, 127))


def _averaged(part: NDArray[np.uint8], f: Seen, halves: int = 1) -> Any:
    """`halves`: 0 rounds down, 1 half up, 2 up."""
    planes = [part] if part.ndim == 2 else [part[..., n] for n in range(part.shape[2])]
    sums = np.stack([area_sums(plane, f.size) for plane in planes], axis=-1)
    area = part.shape[0] * part.shape[1]
    extra = (0, area, 2 * area - 1)[halves]
    return f.looked_up(((2 * sums + extra) // (2 * area)).astype(np.uint8))


def _corner(f: Seen, last: bool) -> Any:
    _, _, height, width = _region(f)
    return _averaged(f.frame[-height:, -width:] if last else f.frame[:height, :width], f)


def _not_scaled(f: Seen) -> Any:
    rows, columns = f.size
    top, left = (f.frame.shape[0] - rows) // 2, (f.frame.shape[1] - columns) // 2
    return _averaged(f.frame[top : top + rows, left : left + columns], f)


def _shifted(f: Seen, down: int, right: int) -> Any:
    top, left, height, width = _region(f)
    top, left = top + down, left + right
    if min(top, left) < 0 or top + height > f.frame.shape[0] or left + width > f.frame.shape[1]:
        return None
    return _averaged(f.frame[top : top + height, left : left + width], f)


def _nearest(f: Seen, half: int) -> Any:
    rows, columns = f.size
    part = _part(f)
    y = (2 * np.arange(rows) + half) * part.shape[0] // (2 * rows)
    x = (2 * np.arange(columns) + half) * part.shape[1] // (2 * columns)
    return f.looked_up(part[np.ix_(y, x)])


def _by_opencv(f: Seen, method: str) -> Any:
    return f.looked_up(resize(_part(f), f.size, method))


def _other_pitch(f: Seen) -> Any:
    """Rows are taken to be as long as the region, not as the frame."""
    top, left, height, width = _region(f)
    start = top * f.frame.shape[1] + left
    pixels = f.frame.reshape(-1, *f.frame.shape[2:])[start : start + height * width]
    if len(pixels) != height * width:
        return None
    return _averaged(pixels.reshape(height, width, *f.frame.shape[2:]), f)


def _raw(f: Seen) -> Any:
    """The frame's first bytes, as they are."""
    data = f.frame.tobytes() if f.frame.ndim == 2 else to_rgb565(f.frame)
    first = np.frombuffer(data[: f.observed.nbytes], f.observed.dtype)
    return None if first.size < f.observed.size else first.reshape(f.observed.shape)
