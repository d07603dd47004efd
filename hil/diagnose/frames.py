"""Mistakes between a raw frame and the model's input, by what the board made of each frame."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hil.diagnose.hypothesis import SURE_BITS, Hypothesis, finding_of, moves, suppose
from hil.diagnose.outcome import Outcome, difference_of
from hil.diagnose.picture import as_tensor, resize
from hil.facts.diagnosis import Unexplained
from hil.facts.packing import unpack_int8, unpack_png
from hil.facts.run import Run
from hil.judge.compare import input_size
from hil.network.contract import Contract
from hil.oracle.preprocess import area_sums, preprocess, region_of

_ZERO = 128
_STAGE = "input"


@dataclass(frozen=True, eq=False)
class Seen:
    """A frame, the right input, and the input that the board made of it: int8 [h, w].

    `answered`: scores and map of its answer are those of the right input.
    """

    name: str
    frame: NDArray[np.uint8]
    right: NDArray[np.int8]
    observed: NDArray[np.int8]
    answered: bool

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
        right = preprocess(frame, contract.header).reshape(input_size(contract))
        observed = right
        if record.input:
            observed = unpack_int8(record.input, right.shape, where=record.name)
        device, reference = record.facts.device, record.facts.reference
        answered = (device.scores, device.cam) == (reference.scores, reference.cam)
        yield Seen(record.name, frame, right, observed, answered)


def hypotheses() -> Iterator[Hypothesis[Seen]]:
    """The likeliest first."""
    yield _made("frame.offset", lambda f: f.right ^ np.int8(-_ZERO), how="128 is not subtracted")
    yield _made("frame.offset", _saturated, how="it saturates at 127: uint8 taken for int8")
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
    yield _made("frame.transposed", lambda f: f.right.T)
    yield _made("frame.mirrored", lambda f: f.right[:, ::-1], how="left to right")
    yield _made("frame.mirrored", lambda f: f.right[::-1], how="top to bottom")
    yield _made("frame.mirrored", lambda f: f.right[::-1, ::-1], how="both ways")
    yield _made("frame.row-length", _other_pitch)
    yield _made("frame.not-scaled", _raw)


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
    values = np.array([table.get(value, value) for value in range(-_ZERO, _ZERO)], np.int8)
    yield _made("frame.table", lambda f: values[f.right.astype(np.int16) + _ZERO], how=how)


def _made(
    name: str, change: Callable[..., Any], *arguments: object, **parameters: object
) -> Hypothesis[Seen]:
    def predict(frame: Seen) -> Any:
        made = change(frame, *arguments)
        return None if made is None or made.shape != frame.right.shape else made

    return suppose(name, predict, **parameters)


def _region(f: Seen) -> tuple[int, int, int, int]:
    region = region_of((f.frame.shape[0], f.frame.shape[1]), (f.right.shape[0], f.right.shape[1]))
    return region.top, region.left, region.height, region.width


def _part(f: Seen) -> NDArray[np.uint8]:
    """What of the frame the input is made of."""
    top, left, height, width = _region(f)
    return f.frame[top : top + height, left : left + width]


def _saturated(f: Seen) -> Any:
    pixels = f.right.astype(np.int16) + _ZERO
    return np.minimum(pixels, 127).astype(np.int8)


def _averaged(part: NDArray[np.uint8], f: Seen, halves: int = 1) -> Any:
    """`halves`: 0 rounds down, 1 half up, 2 up."""
    sums, area = area_sums(part, (f.right.shape[0], f.right.shape[1])), part.size
    extra = (0, area, 2 * area - 1)[halves]
    return ((2 * sums + extra) // (2 * area) - _ZERO).astype(np.int8)


def _corner(f: Seen, last: bool) -> Any:
    _, _, height, width = _region(f)
    return _averaged(f.frame[-height:, -width:] if last else f.frame[:height, :width], f)


def _not_scaled(f: Seen) -> Any:
    rows, columns = f.right.shape
    top, left = (f.frame.shape[0] - rows) // 2, (f.frame.shape[1] - columns) // 2
    return _averaged(f.frame[top : top + rows, left : left + columns], f)


def _shifted(f: Seen, down: int, right: int) -> Any:
    top, left, height, width = _region(f)
    top, left = top + down, left + right
    if min(top, left) < 0 or top + height > f.frame.shape[0] or left + width > f.frame.shape[1]:
        return None
    return _averaged(f.frame[top : top + height, left : left + width], f)


def _nearest(f: Seen, half: int) -> Any:
    rows, columns = f.right.shape
    part = _part(f)
    y = (2 * np.arange(rows) + half) * part.shape[0] // (2 * rows)
    x = (2 * np.arange(columns) + half) * part.shape[1] // (2 * columns)
    return as_tensor(part[np.ix_(y, x)])


def _by_opencv(f: Seen, method: str) -> Any:
    return as_tensor(resize(_part(f), f.right.shape, method))


def _other_pitch(f: Seen) -> Any:
    """Rows are taken to be as long as the region, not as the frame."""
    top, left, height, width = _region(f)
    start = top * f.frame.shape[1] + left
    pixels = f.frame.reshape(-1)[start : start + height * width]
    if pixels.size != height * width:
        return None
    return _averaged(pixels.reshape(height, width), f)


def _raw(f: Seen) -> Any:
    """The frame's first bytes, as they are."""
    return f.frame.reshape(-1)[: f.right.size].view(np.int8).reshape(f.right.shape)
