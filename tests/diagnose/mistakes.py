"""Mistakes for tests, written without the code under test, and devices that make several."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hil.oracle import Oracle


@dataclass(frozen=True)
class Mistake:
    """`hook`: where a `FaultyDevice` makes it. `change`: of what that stage gives.

    `ids`: what may name it.
    """

    hook: str
    change: Callable[..., Any]
    ids: tuple[str, ...]
    op: int = 0


def _weak_bias(output: Any) -> Any:
    changed = output.copy()
    changed[..., 2] = np.maximum(changed[..., 2].astype(int) - 9, -128)
    return changed


MISTAKES: dict[str, Mistake] = {
    "transposed location": Mistake("cell", lambda r, c: (c, r), ("location.transposed",)),
    "mirrored location": Mistake("cell", lambda r, c: (r, 5 - c), ("location.mirrored-x",)),
    "corner": Mistake("pixels", lambda x, y: (x - 8, y - 8), ("location.top-left",)),
    "swapped pixels": Mistake("pixels", lambda x, y: (y, x), ("location.transposed",)),
    "other class": Mistake("class", lambda index: 1 - index, ("cam.other-class",)),
    "no zero point": Mistake("zero", lambda zero: 0, ("cam.feature-zero-point-ignored",)),
    "transposed map": Mistake("map", lambda cam: cam.T, ("cam.transposed",)),
    "clipped weights": Mistake("weights", lambda w: np.maximum(w, 0), ("cam.clipped",)),
    "16-bit map": Mistake("map", lambda cam: cam.astype(np.int16), ("cam.accumulator",)),
    "swapped classes": Mistake("scores", lambda s: s[::-1], ("score.classes-swapped",)),
    "scores off": Mistake("scores", lambda s: [min(v + 3, 127) for v in s], ("score.offset",)),
    "offset 128": Mistake("see", lambda t: t ^ -128, ("input.offset-missing",)),
    "transposed image": Mistake("see", lambda t: t.T, ("input.transposed",)),
    "mirrored image": Mistake("see", lambda t: t[:, ::-1], ("input.mirrored-x",)),
    "inverted image": Mistake("see", lambda t: ~t, ("input.inverted",)),
    "dead channel": Mistake(
        "op", lambda out: np.where(np.arange(out.shape[-1]) == 3, 7, out), ("kernel.channel",), 4
    ),
    "odd channel": Mistake("op", _weak_bias, ("kernel.channel", "kernel.bias"), 10),
    "transposed op": Mistake("op", lambda out: out.swapaxes(1, 2), ("kernel.copy",), 14),
}


def device_options(oracle: Oracle, chosen: Sequence[Mistake]) -> dict[str, Any]:
    """Options of `FaultyDevice` for several mistakes at once, in their order."""

    def of(hook: str) -> list[Mistake]:
        return [mistake for mistake in chosen if mistake.hook == hook]

    options: dict[str, Any] = {}
    if of("see"):
        options["see"] = lambda tensor, before: _all(of("see"), tensor)
    if of("scores"):
        options["scores"] = lambda scores: _all(of("scores"), scores)
    if of("cell"):
        options["cell"] = lambda cam: _all_of(of("cell"), divmod(int(cam.argmax()), cam.shape[1]))
    if of("pixels"):
        options["pixels"] = lambda place: _all_of(of("pixels"), (place.x, place.y))
    if of("class") or of("zero") or of("weights") or of("map"):
        zero = _all(of("zero"), oracle.cam.features.zero_point())
        index = _all(of("class"), oracle.contract.head.positive_class)
        weights = _all(of("weights"), oracle.cam.class_weights(index).astype(np.int64))

        def cam(features: Any, right: Any) -> Any:
            made = (features.astype(np.int64) - zero) @ weights
            return _all(of("map"), made)

        options["cam"] = cam
    if of("op"):
        options["operators"] = {
            m.op: lambda inputs, right, m=m: np.ascontiguousarray(m.change(right), np.int8)
            for m in of("op")
        }
    return options


def _all(mistakes: Sequence[Mistake], value: Any) -> Any:
    for mistake in mistakes:
        value = mistake.change(value)
    return value


def _all_of(mistakes: Sequence[Mistake], pair: tuple[int, int]) -> tuple[int, int]:
    for mistake in mistakes:
        pair = mistake.change(*pair)
    return pair
