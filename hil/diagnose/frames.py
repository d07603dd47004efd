"""Mistakes between a raw frame and the model's input, by what the board made of each frame."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

from hil.diagnose.catalogue import CATALOGUE
from hil.diagnose.hypothesis import SURE_BITS, Hypothesis, search
from hil.diagnose.outcome import difference_of
from hil.facts.diagnosis import Finding, Unexplained
from hil.facts.packing import unpack_int8, unpack_png
from hil.oracle.preprocess import area_sums, preprocess, region_of

if TYPE_CHECKING:
    from hil.facts.run import Run

_ZERO = 128
_MOST_OFF = 4  # pixels that a region is shifted by
_STAGE = "input"


@dataclass(frozen=True, eq=False)
class Seen:
    """A frame, the right input, and the input that the board made of it: int8 [h, w]."""

    name: str
    frame: NDArray[np.uint8]
    right: NDArray[np.int8]
    observed: NDArray[np.int8]

    @property
    def failing(self) -> bool:
        return not np.array_equal(self.right, self.observed)


def explain_frames(run: Run, tested: list[int]) -> tuple[list[Finding], list[Unexplained]]:
    """What the board does otherwise than `hil.oracle.preprocess`, from the frames of a run."""
    seen = list(_seen(run))
    failing = [frame for frame in seen if frame.failing]
    if not failing:
        return [], []
    passing = [frame for frame in seen if not frame.failing]
    names = tuple(frame.name for frame in failing)
    sure, weak = search(
        hypotheses(), failing, passing, lambda frame: frame.observed, bits=SURE_BITS, tested=tested
    )
    if not sure:
        facts = [f"{f.name}: {difference_of(f.right, f.observed)}" for f in failing[:3]]
        facts += [f"'{m.hypothesis.title}' would explain all, too few to be sure" for m in weak[:3]]
        return [], [
            Unexplained(_STAGE, "no known mistake makes these inputs of the frames", names,
                        tuple(facts)),
        ]  # fmt: skip
    first, *others = (match.hypothesis for match in sure)
    alternatives = {other.id: other.title for other in others if other.id != first.id}
    count = len(failing)
    evidence = f"explains {count} of {count} wrong inputs made of frames, exactly"
    evidence += f", and {len(passing)} right ones too" if passing else ""
    return [
        Finding(
            id=first.id,
            stage=_STAGE,
            title=first.title,
            evidence=evidence,
            where_to_look=CATALOGUE[first.id].where_to_look,
            explained=count,
            failures=count,
            images=names,
            alternatives=tuple(alternatives.items()),
        )
    ], []


def _seen(run: Run) -> Iterator[Seen]:
    for record in run.frames:
        frame = unpack_png(record.png, where=record.name)
        right = preprocess(frame, record.facts.input_size)
        observed = right
        if record.input:
            observed = unpack_int8(record.input, right.shape, where=record.name)
        yield Seen(record.name, frame, right, observed)


# ---- what may have been done instead -------------------------------------------------


def hypotheses() -> Iterator[Hypothesis[Seen]]:
    """The likeliest first."""
    yield _made("frame.offset", _pixels_as_bytes, how="128 is not subtracted")
    yield _made("frame.offset", _saturated, how="it saturates at 127: uint8 taken for int8")
    yield _made("frame.rounding", _rounded, 0, how="down")
    yield _made("frame.rounding", _rounded, 2, how="up")
    yield _made("frame.crop", _corner, how="the top left corner")
    yield _made("frame.crop", _corner, True, how="the bottom right corner")
    yield _made("frame.crop", _squashed, how="the whole frame, squashed")
    yield _made("frame.crop", _not_scaled, how="its centre, not scaled")
    for down in range(-_MOST_OFF, _MOST_OFF + 1):
        for right in range(-_MOST_OFF, _MOST_OFF + 1):
            if down or right:
                how = f"{down:+d} rows, {right:+d} columns"
                yield _made("frame.crop", _shifted, down, right, how=how)
    yield _made("frame.resize", _nearest, 0, how="taking the first pixel of each area")
    yield _made("frame.resize", _nearest, 1, how="taking the middle pixel of each area")
    for method in ("NEAREST", "LINEAR", "CUBIC", "AREA"):
        yield _made("frame.resize", _by_opencv, method, how=f"OpenCV's method {method.lower()}")
    yield _made("frame.transposed", lambda f: f.right.T)
    yield _made("frame.mirrored", lambda f: f.right[:, ::-1], how="left to right")
    yield _made("frame.mirrored", lambda f: f.right[::-1], how="top to bottom")
    yield _made("frame.mirrored", lambda f: f.right[::-1, ::-1], how="both ways")
    yield _made("frame.row-length", _other_pitch)
    yield _made("frame.not-scaled", _raw)


def _made(
    name: str, change: Callable[..., Any], *arguments: object, **parameters: object
) -> Hypothesis[Seen]:
    def predict(frame: Seen) -> Any:
        made = change(frame, *arguments)
        return None if made is None or made.shape != frame.right.shape else made

    return Hypothesis(name, predict, tuple(parameters.items()))


def _region(f: Seen) -> tuple[int, int, int, int]:
    region = region_of((f.frame.shape[0], f.frame.shape[1]), (f.right.shape[0], f.right.shape[1]))
    return region.top, region.left, region.height, region.width


def _pixels_as_bytes(f: Seen) -> Any:
    return f.right ^ np.int8(-_ZERO)


def _saturated(f: Seen) -> Any:
    pixels = f.right.astype(np.int16) + _ZERO
    return np.minimum(pixels, 127).astype(np.int8)


def _averaged(part: NDArray[np.uint8], size: tuple[int, ...], halves: int = 1) -> Any:
    """`halves`: 0 rounds down, 1 half up, 2 up."""
    sums, area = area_sums(part, (size[0], size[1])), part.size
    extra = (0, area, 2 * area - 1)[halves]
    return ((2 * sums + extra) // (2 * area) - _ZERO).astype(np.int8)


def _rounded(f: Seen, halves: int) -> Any:
    top, left, height, width = _region(f)
    return _averaged(f.frame[top : top + height, left : left + width], f.right.shape, halves)


def _corner(f: Seen, last: bool = False) -> Any:
    _, _, height, width = _region(f)
    part = f.frame[-height:, -width:] if last else f.frame[:height, :width]
    return _averaged(part, f.right.shape)


def _squashed(f: Seen) -> Any:
    return _averaged(f.frame, f.right.shape)


def _not_scaled(f: Seen) -> Any:
    rows, columns = f.right.shape
    top, left = (f.frame.shape[0] - rows) // 2, (f.frame.shape[1] - columns) // 2
    return _averaged(f.frame[top : top + rows, left : left + columns], f.right.shape)


def _shifted(f: Seen, down: int, right: int) -> Any:
    top, left, height, width = _region(f)
    top, left = top + down, left + right
    if min(top, left) < 0 or top + height > f.frame.shape[0] or left + width > f.frame.shape[1]:
        return None
    return _averaged(f.frame[top : top + height, left : left + width], f.right.shape)


def _nearest(f: Seen, half: int) -> Any:
    top, left, height, width = _region(f)
    rows, columns = f.right.shape
    y = top + (2 * np.arange(rows) + half) * height // (2 * rows)
    x = left + (2 * np.arange(columns) + half) * width // (2 * columns)
    return _tensor(f.frame[np.ix_(y, x)])


def _by_opencv(f: Seen, method: str) -> Any:
    top, left, height, width = _region(f)
    part = np.ascontiguousarray(f.frame[top : top + height, left : left + width])
    rows, columns = f.right.shape
    how = getattr(cv2, f"INTER_{method}")
    return _tensor(cv2.resize(part, (columns, rows), interpolation=how))


def _other_pitch(f: Seen) -> Any:
    """Rows are taken to be as long as the region, not as the frame."""
    top, left, height, width = _region(f)
    start = top * f.frame.shape[1] + left
    pixels = f.frame.reshape(-1)[start : start + height * width]
    if pixels.size != height * width:
        return None
    return _averaged(pixels.reshape(height, width), f.right.shape)


def _raw(f: Seen) -> Any:
    """The frame's first bytes, as they are."""
    return f.frame.reshape(-1)[: f.right.size].view(np.int8).reshape(f.right.shape)


def _tensor(pixels: Any) -> Any:
    from hil.images import to_tensor

    return to_tensor(np.ascontiguousarray(pixels, np.uint8))
