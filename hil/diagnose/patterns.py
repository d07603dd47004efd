"""What wrong tensors have in common, as facts: a pattern is no cause."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Pair = tuple[NDArray[Any], NDArray[Any]]
"""(right, the board's)."""

_FEW_CHANNELS = 8


def patterns(pairs: Sequence[Pair]) -> list[str]:
    """In words: channels, range and size of the differences of some tensors of one shape."""
    wrong = [(right, got) for right, got in pairs if not np.array_equal(right, got)]
    if not wrong:
        return []
    count = f"in {len(wrong)} of {len(wrong)} tensors that were read back"
    facts = [f"{count} all differences are in {text}" for text in _places(wrong)]
    offs = [np.abs(got.astype("i8") - right.astype("i8")) for right, got in wrong]
    largest = max(int(off.max()) for off in offs)
    share = max(float((off > 0).mean()) for off in offs)
    differ = f"at most {100 * share:.1f} % of the elements differ"
    facts.append(f"{count} {differ}, and none by more than {largest} LSB")
    return facts


def _places(wrong: Sequence[Pair]) -> list[str]:
    right = wrong[0][0]
    texts = []
    differs = np.any([np.not_equal(*pair) for pair in wrong], axis=0)
    if right.ndim > 1 and right.shape[-1] > 1:
        channels = np.flatnonzero(differs.reshape(-1, right.shape[-1]).any(axis=0))
        if channels.size < min(right.shape[-1], _FEW_CHANNELS + 1):
            named = ", ".join(str(int(channel)) for channel in channels)
            texts.append(f"channel{'s' * (channels.size > 1)} {named} of {right.shape[-1]}")
    places = np.flatnonzero(differs.reshape(-1))
    first, last = int(places[0]), int(places[-1])
    if last - first + 1 < right.size:
        texts.append(f"elements {first} to {last} of {right.size}")
    return texts
